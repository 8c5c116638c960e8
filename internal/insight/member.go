package insight

import (
	"strings"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
)

// Bounds of what a member holds in memory.
const (
	maxShapes  = 100 // of an hour; the one that took least goes
	maxPending = 500 // slow operations, and logins, that are not in the store yet; the oldest go
	maxLine    = 16 << 10
)

// Member sees what clients do at a member of a cluster. It is a gateway.Observer of commands and reads the member's log.
type Member struct {
	recorder *Recorder
	cluster  model.ID
	id       int

	writing sync.Mutex // one flush at a time
	at      pagesAt

	mu     sync.Mutex
	writer writer
	shapes map[string]*Stat // of the present hour, by their texts
	from   time.Time        // its beginning
	dirty  bool             // the store does not have them as they are
	slow   []Slow
	logins []Login
}

// pagesAt are the pages that are being written.
type pagesAt struct {
	shapes page[*Stat]
	slow   page[Slow]
	logins page[Login]
}

// Command notes the shape of a command that has succeeded.
func (m *Member) Command(e gateway.Command) {
	if e.Code != 0 || e.Message == nil {
		return
	}
	now := m.recorder.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.writer.shape(e.Message) {
		return
	}
	if m.shapes == nil || !m.dirty && now.Sub(m.from) >= hour {
		m.begin(now)
	}
	s := m.shapes[string(m.writer.out)]
	if s == nil {
		if len(m.shapes) >= maxShapes {
			m.evict()
		}
		s = newStat(m.writer.out, fieldsOf(e.Message), now)
		m.shapes[string(m.writer.out)] = s
	}
	s.add(e, now)
	m.dirty = true
}

// begin begins to count anew.
func (m *Member) begin(now time.Time) { m.shapes, m.from = map[string]*Stat{}, now }

func (m *Member) evict() {
	least := ""
	for text, s := range m.shapes {
		if least == "" || s.Micros < m.shapes[least].Micros {
			least = text
		}
	}
	delete(m.shapes, least)
}

// Login notes nothing: the log tells of logins.
func (m *Member) Login(gateway.Login) {}

// Authorization notes nothing.
func (m *Member) Authorization(gateway.Authorization) {}

// SlowLine notes an operation that was slow.
func (m *Member) SlowLine(line []byte, at time.Time, e gateway.Command) {
	s := Slow{
		At: at, Member: m.id, Line: text(line), Namespace: e.Message.DB() + "." + e.Message.Collection(), Command: e.Name, Millis: e.Took.Milliseconds(),
		Keys: e.Work.Keys, Docs: e.Work.Docs, Returned: e.Returned(), Bytes: int64(len(e.Reply)), Sorted: e.Work.Sorted, Indexed: e.Work.Keys > 0,
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow = bounded(append(m.slow, s))
}

// LoginLine notes a login.
func (m *Member) LoginLine(line []byte, at time.Time, e gateway.Login) {
	l := Login{
		At: at, Member: m.id, Line: text(line), Address: e.Peer.Addr().Unmap().String(), User: e.Claimed.Name, Source: e.Claimed.DB, Mechanism: e.Mechanism,
	}
	if e.Reason != nil {
		l.Reason = e.Reason.Error()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.logins = bounded(append(m.logins, l))
}

// text is a line without its end.
func text(line []byte) string {
	return strings.TrimSuffix(string(line[:min(len(line), maxLine)]), "\n")
}

func bounded[T any](list []T) []T { return list[max(0, len(list)-maxPending):] }
