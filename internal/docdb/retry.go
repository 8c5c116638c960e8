package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func (c *call) logicalSession() storage.LogicalSession {
	return storage.LogicalSession{ID: slices.Concat(c.Doc("lsid"), bson.Raw(c.part)), User: c.s.user}
}

// recall returns the reply of a retryable write that has been done already, or nil if it has not.
func (c *call) recall(t *storage.Tx) (bson.D, error) {
	if !c.Has("txnNumber") {
		return nil, nil
	}
	record, err := t.Outcome(c.logicalSession())
	if err != nil || record == nil {
		return nil, err
	}
	switch n := c.Int("txnNumber", 0); {
	case n > record.TxnNumber:
		return nil, nil
	case n < record.TxnNumber:
		return nil, wire.Errorf(wire.TransactionTooOld, "Retryable write with txnNumber %d is prohibited because a newer one with txnNumber %d has already started on this session", n, record.TxnNumber)
	case record.Command != c.cmd.name:
		return nil, wire.Errorf(wire.BadValue, "txnNumber %d belongs to a command '%s'", n, record.Command)
	}
	var reply bson.D
	if err := bson.Unmarshal(record.Reply, &reply); err != nil {
		return nil, err
	}
	if c.cmd.name == "bulkWrite" { // which tells itself
		return reply, nil
	}
	return append(reply, c.retried(record.Reply)), nil
}

// retried tells which statements of a command a reply that it gets again is about: all that have not failed.
func (c *call) retried(reply bson.Raw) bson.E {
	if c.cmd.name == "findAndModify" {
		return bson.E{Key: "retriedStmtId", Value: int32(0)}
	}
	failed := map[int64]bool{}
	ids, n := []int32{}, c.statements()
	if list, ok := reply.Lookup("writeErrors").ArrayOK(); ok {
		values, _ := list.Values() // of a reply of our own
		for _, v := range values {
			at := v.Document().Lookup("index").AsInt64()
			if failed[at] = true; c.Bool("ordered", true) {
				n = int(at)
			}
		}
	}
	for i := range n {
		if !failed[int64(i)] {
			ids = append(ids, int32(i))
		}
	}
	return bson.E{Key: "retriedStmtIds", Value: ids}
}

// statements is how many statements a write command has.
func (c *call) statements() int {
	for _, name := range []string{"documents", "updates", "deletes", "ops"} {
		if c.Get(name).Type != 0 {
			docs, _ := c.docs(name) // they have been read before
			return len(docs)
		}
	}
	return 0
}

// alreadyDone is the error of a write that a retry has done while it paused.
type alreadyDone struct{ reply bson.D }

func (*alreadyDone) Error() string { return "the write has been done by a retry" }

// resume continues after a pause, unless a retry has done the write meanwhile.
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
	if !c.Has("txnNumber") {
		return nil
	}
	raw, err := bson.Marshal(reply)
	if err != nil {
		return err
	}
	return t.KeepOutcome(c.logicalSession(), storage.RetryRecord{TxnNumber: c.Int("txnNumber", 0), Command: c.cmd.name, At: c.e.mono(), Reply: raw})
}
