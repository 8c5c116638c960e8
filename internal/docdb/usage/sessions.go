package usage

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/wire"
)

// maxSessions is how many logical sessions are kept; later ones are not listed.
const maxSessions = 100_000

// LogicalSession names a session of a user by the id that the driver gave it.
type LogicalSession struct {
	ID   [16]byte
	User wire.User
}

// UserDigest is how MongoDB names the owner of a session: the SHA-256 of "user@db", or of "" without a user.
func UserDigest(user wire.User) [sha256.Size]byte {
	name := user.Name + "@" + user.DB
	if user == (wire.User{}) {
		name = ""
	}
	return sha256.Sum256([]byte(name))
}

// Sessions records when logical sessions were last used. The zero value is empty.
type Sessions struct {
	mu   sync.Mutex
	last map[LogicalSession]time.Time
}

// Note records that a session is used, and drops sessions that have not been used for timeout.
func (s *Sessions) Note(one LogicalSession, now time.Time, timeout time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[LogicalSession]time.Time{}
	}
	if _, known := s.last[one]; !known && len(s.last) >= maxSessions {
		s.drop(func(_ LogicalSession, used time.Time) bool { return now.Sub(used) >= timeout })
		if len(s.last) >= maxSessions {
			return
		}
	}
	s.last[one] = now
}

// End forgets the sessions that match.
func (s *Sessions) End(match func(LogicalSession) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(one LogicalSession, _ time.Time) bool { return match(one) })
}

// drop drops the sessions that over reports. The caller holds mu.
func (s *Sessions) drop(over func(LogicalSession, time.Time) bool) {
	for one, used := range s.last {
		if over(one, used) {
			delete(s.last, one)
		}
	}
}

// UsedSession is a session and when it was last used.
type UsedSession struct {
	LogicalSession
	Used time.Time
}

// List returns the sessions that were used within timeout, by id.
func (s *Sessions) List(now time.Time, timeout time.Duration) (list []UsedSession) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(_ LogicalSession, used time.Time) bool { return now.Sub(used) >= timeout })
	for one, used := range s.last {
		list = append(list, UsedSession{one, used})
	}
	slices.SortFunc(list, func(a, b UsedSession) int {
		return cmp.Or(bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.User.Name, b.User.Name))
	})
	return list
}
