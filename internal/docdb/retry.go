package docdb

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// retryRecord is the outcome of a logical session's last retryable write. It is stored in the batch of the write itself:
// either both are there or neither, so a retry never applies a write twice.
// Source: MongoDB driver specification, "Retryable Writes".
type retryRecord struct {
	TxnNumber int64     `bson:"txnNumber"`
	Command   string    `bson:"command"`
	At        time.Time `bson:"at"`
	Reply     bson.Raw  `bson:"reply"`
}

const (
	sessionTimeout = 30 * time.Minute // logicalSessionTimeoutMinutes, after which nobody retries
	prunePeriod    = 1024             // remembered writes between two prunings
)

// retryKey is where the outcome of a user's logical session is. Two users' sessions are two, whatever ids they give them.
func retryKey(lsid bson.Raw, user wire.User) []byte {
	sum := sha256.Sum256(slices.Concat(lsid, []byte(user.DB), []byte{0}, []byte(user.Name)))
	return append([]byte{spaceRetry}, sum[:]...)
}

// recall returns the reply that the command had when it ran first, or nil if it has not run.
func (t *tx) recall(c *call) (bson.D, error) {
	if !c.has("txnNumber") {
		return nil, nil
	}
	stored, err := read(t.batch, retryKey(c.doc("lsid"), c.s.user))
	if err != nil || stored == nil {
		return nil, err
	}
	var record retryRecord
	if err := bson.Unmarshal(stored, &record); err != nil {
		return nil, err
	}
	switch n := c.int("txnNumber", 0); {
	case n > record.TxnNumber:
		return nil, nil
	case n < record.TxnNumber:
		return nil, wire.Errorf(wire.TransactionTooOld, "Retryable write with txnNumber %d is prohibited because a newer one with txnNumber %d has already started on this session", n, record.TxnNumber)
	case record.Command != c.cmd.name:
		return nil, wire.Errorf(wire.BadValue, "txnNumber %d belongs to a command '%s'", n, record.Command)
	}
	var reply bson.D
	return reply, bson.Unmarshal(record.Reply, &reply)
}

// remember stores the command's reply with its changes. A command that changed nothing may as well run again.
func (t *tx) remember(c *call, reply bson.D) error {
	if !c.has("txnNumber") || t.batch.Empty() {
		return nil
	}
	raw, err := bson.Marshal(reply)
	if err != nil {
		return err
	}
	stored, err := bson.Marshal(retryRecord{c.int("txnNumber", 0), c.cmd.name, t.e.mono(), raw})
	if err != nil {
		return err
	}
	if t.e.stats.retryable.Add(1)%prunePeriod == 0 {
		if err := t.e.pruneRetries(); err != nil {
			return err
		}
	}
	return t.batch.Set(retryKey(c.doc("lsid"), c.s.user), stored, nil)
}

// pruneRetries forgets the outcomes of sessions that have timed out. Sessions live by the clock on the wall, which the
// domain's clock does not move. The search goes on beside other writes; a session that one of them has used meanwhile is
// seen when its outcome is looked at again, while no write is applied.
func (e *Engine) pruneRetries() error {
	now := e.mono()
	stale, err := e.staleRetries(now)
	if err != nil || len(stale) == 0 {
		return err
	}
	e.commitMu.Lock()
	defer e.commitMu.Unlock()
	batch := e.db.NewBatch()
	defer batch.Close()
	for _, key := range stale {
		value, err := read(e.db, key)
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
	return !ok || now.Sub(at) >= sessionTimeout
}

// staleRetries are the keys of the outcomes of sessions that have timed out.
func (e *Engine) staleRetries(now time.Time) (keys [][]byte, err error) {
	space := []byte{spaceRetry}
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: space, UpperBound: after(space)})
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
