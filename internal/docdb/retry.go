package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func (c *call) logicalSession() storage.LogicalSession {
	return storage.LogicalSession{ID: c.doc("lsid"), User: c.s.user}
}

// recall returns the reply that the command had when it ran first, or nil if it has not run.
func (c *call) recall(t *storage.Tx) (bson.D, error) {
	if !c.has("txnNumber") {
		return nil, nil
	}
	record, err := t.Outcome(c.logicalSession())
	if err != nil || record == nil {
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

// alreadyDone is the error of a write that was done, by a retry, while it paused.
type alreadyDone struct{ reply bson.D }

func (*alreadyDone) Error() string { return "the write has been done by a retry" }

// resume goes on after a pause, unless a retry has been faster.
func (c *call) resume(t *storage.Tx) error {
	if err := t.Resume(c.ctx); err != nil {
		return err
	}
	reply, err := c.recall(t)
	if err == nil && reply != nil {
		err = &alreadyDone{reply}
	}
	return err
}

// remember stores the command's reply with its changes.
func (c *call) remember(t *storage.Tx, reply bson.D) error {
	if !c.has("txnNumber") {
		return nil
	}
	raw, err := bson.Marshal(reply)
	if err != nil {
		return err
	}
	return t.KeepOutcome(c.logicalSession(), storage.RetryRecord{TxnNumber: c.int("txnNumber", 0), Command: c.cmd.name, At: c.e.mono(), Reply: raw})
}
