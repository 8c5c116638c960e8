package storage

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// RetryRecord is the outcome of a logical session's last retryable write. It is stored in the batch of the write itself, so
// there are both or neither, and a retry never applies a write twice. Source: MongoDB driver specification, "Retryable
// Writes".
type RetryRecord struct {
	TxnNumber int64     `bson:"txnNumber"`
	Command   string    `bson:"command"`
	At        time.Time `bson:"at"`
	Reply     bson.Raw  `bson:"reply"`
}

const (
	SessionTimeout = 30 * time.Minute // logicalSessionTimeoutMinutes: a driver retries within this time
	prunePeriod    = 1024             // stored outcomes between two prunings
)

// LogicalSession names a session of a user. Sessions of two users are distinct, even if they have the same id.
type LogicalSession struct {
	ID   bson.Raw
	User wire.User
}

func (l LogicalSession) key() []byte {
	sum := sha256.Sum256(slices.Concat(l.ID, []byte(l.User.DB), []byte{0}, []byte(l.User.Name)))
	return append([]byte{spaceRetry}, sum[:]...)
}

// Outcome returns the outcome of the session's last retryable write, or nil.
func (t *Tx) Outcome(of LogicalSession) (*RetryRecord, error) {
	stored, err := Read(t.Reader(), of.key())
	if err != nil || stored == nil {
		return nil, err
	}
	record := new(RetryRecord)
	return record, bson.Unmarshal(stored, record)
}

// KeepOutcome stores the outcome of a write together with its changes. It stores none for a write that changed nothing,
// which may run again.
func (t *Tx) KeepOutcome(of LogicalSession, record RetryRecord) error {
	if t.batch.Empty() {
		return nil
	}
	stored, err := bson.Marshal(record)
	if err != nil {
		return err
	}
	if s := t.store; s.retries.Add(1)%prunePeriod == 0 {
		s.others.Go(func() {
			if err := s.PruneRetries(record.At); err != nil {
				s.log.Error("forgetting the outcomes of old writes", "error", err)
			}
		})
	}
	return t.batch.Set(of.key(), stored, nil)
}

// PruneRetries removes the outcomes of sessions that have timed out by now, a time of the system's clock, not the domain's.
// Other writes run during the search; so each outcome that it found is checked again, while no write is applied.
func (s *Store) PruneRetries(now time.Time) error {
	stale, err := s.staleRetries(now)
	if err != nil || len(stale) == 0 {
		return err
	}
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	batch := s.db.NewBatch()
	defer batch.Close()
	for _, key := range stale {
		value, err := Read(of{s.db}, key)
		if err != nil {
			return err
		}
		if !timedOut(value, now) {
			continue
		}
		if err := batch.Delete(key, nil); err != nil {
			return err
		}
	}
	return batch.Commit(pebble.NoSync)
}

func timedOut(record bson.Raw, now time.Time) bool {
	at, ok := record.Lookup("at").TimeOK()
	return !ok || now.Sub(at) >= SessionTimeout
}

// staleRetries are the keys of the outcomes of sessions that have timed out.
func (s *Store) staleRetries(now time.Time) (keys [][]byte, err error) {
	space := []byte{spaceRetry}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: space, UpperBound: After(space)})
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		if timedOut(it.Value(), now) {
			keys = append(keys, bytes.Clone(it.Key()))
		}
	}
	return keys, it.Error()
}
