package docdb

import (
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxBatch is how many statements a write command has at most. Source: MongoDB Limits and Thresholds.
const maxBatch = 100_000

var errMalformed = wire.Errorf(wire.InvalidBSON, "malformed BSON")

func writeCommands() []*command {
	return []*command{
		{name: "insert", summary: "Adds documents to a collection.", target: onCollection, writes: true, retries: true, run: runInsert,
			fields: fields("documents!", isArray, "ordered", isBool, "bypassDocumentValidation", isBool, "bypassEmptyTsReplacement", isBool)},
		{name: "update", summary: "Changes or replaces documents.", target: onCollection, writes: true, retries: true, run: runUpdate,
			fields: fields("updates!", isArray, "ordered", isBool, "bypassDocumentValidation", isBool, "bypassEmptyTsReplacement", isBool, "let", isObject)},
		{name: "delete", summary: "Removes documents.", target: onCollection, writes: true, retries: true, run: runDelete,
			fields: fields("deletes!", isArray, "ordered", isBool, "let", isObject)},
		{name: "bulkWrite", summary: "Inserts, changes and removes documents of several collections.", admin: true, writes: true, retries: true,
			run: runBulkWrite, fields: bulkWriteFields},
		{name: "findAndModify", alias: "findandmodify", summary: "Changes or removes one document and returns it.",
			target: onCollection, writes: true, retries: true, run: runFindAndModify, fields: findAndModifyFields},
	}
}

// write runs fn as the command's transaction. A retry of a write that has been applied gets the first reply again.
func (c *call) write(fn func(*storage.Tx) (bson.D, error)) (bson.D, error) {
	if err := c.ns.CheckWritable(); err != nil {
		return nil, err
	}
	var reply bson.D
	at, err := c.e.store.Write(c.ctx, c.ns, func(t *storage.Tx) (err error) {
		if reply, err = c.recall(t); err != nil || reply != nil {
			return err
		}
		if reply, err = fn(t); err != nil {
			return err
		}
		return c.remember(t, reply)
	})
	var done *alreadyDone
	if errors.As(err, &done) {
		return done.reply, nil
	}
	if err != nil {
		return nil, err
	}
	if at != (bson.Timestamp{}) {
		reply = append(reply, bson.E{Key: "opTime", Value: bson.D{{Key: "ts", Value: at}, {Key: "t", Value: int64(1)}}})
	}
	return reply, nil
}

// each runs the statements of a write command one after another and gathers their errors. An ordered command ends with the
// first. An error that is not the statement's own fails the whole command.
func (c *call) each(t *storage.Tx, array string, fn func(i int, statement bson.Raw) error) (bson.A, error) {
	statements, err := c.docs(array)
	if err != nil {
		return nil, err
	}
	if len(statements) == 0 || len(statements) > maxBatch {
		return nil, wire.Errorf(wire.InvalidLength, "Write batch sizes must be between 1 and %d. Got %d operations.", maxBatch, len(statements))
	}
	var list bson.A
	for i, statement := range statements {
		failed, err := c.try(t, func() error { return fn(i, statement) })
		if err != nil {
			return nil, err
		}
		if failed == nil {
			continue
		}
		shown, _ := writeError(i, failed)
		if list = append(list, shown); c.Bool("ordered", true) {
			break
		}
	}
	return list, nil
}

// try runs one statement of a write command. It separates a failure of the statement from an error of the whole command.
func (c *call) try(t *storage.Tx, fn func() error) (failed, err error) {
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	if failed = c.makeRoom(t); failed == nil {
		failed = fn()
	}
	if failed == nil {
		return nil, nil
	}
	if _, own := writeError(0, failed); t.Left() || !own {
		return nil, failed
	}
	return failed, nil
}

// makeRoom bounds the memory that a command takes and the time for which it stops others, however much it changes. One that may be retried is
// committed in one piece, with its outcome; of that, statements that go too far are refused.
func (c *call) makeRoom(t *storage.Tx) error {
	switch {
	case !t.Due():
		return nil
	case !c.Has("txnNumber"):
		return t.Yield(c.ctx)
	case t.Overfull():
		return wire.Errorf(wire.ExceededMemoryLimit, "one command may not change so much; send the rest in another")
	}
	return nil
}

// ofAll are the errors that concern the whole command: the other statements would fail with them too.
var ofAll = []int32{wire.InternalError.Number, wire.OutOfDiskSpace.Number, wire.AtlasError.Number}

// writeError is a statement's failure as a reply lists it.
func writeError(i int, err error) (bson.D, bool) {
	var known *wire.Error
	if !errors.As(err, &known) || slices.Contains(ofAll, known.Code) {
		return nil, false
	}
	doc := bson.D{{Key: "index", Value: int32(i)}, {Key: "code", Value: known.Code}}
	doc = append(doc, detailsOf(err)...)
	return append(doc, bson.E{Key: "errmsg", Value: known.Message}), true
}

// detailsOf returns what a reply says of an error beside its code.
func detailsOf(err error) bson.D {
	var dup *storage.DuplicateKey
	if errors.As(err, &dup) {
		return bson.D{{Key: "keyPattern", Value: dup.Pattern}, {Key: "keyValue", Value: dup.Value}}
	}
	var bad *invalid
	if errors.As(err, &bad) {
		return bson.D{{Key: "errInfo", Value: bad.info}}
	}
	return nil
}

// details are the elements of detailsOf.
func details(err error) []byte {
	raw, failed := bson.Marshal(detailsOf(err))
	if failed != nil || len(raw) == 0 {
		return nil
	}
	return raw[4 : len(raw)-1]
}

// withErrors adds the statements' failures to a write command's reply.
func withErrors(reply bson.D, failed bson.A) bson.D {
	if len(failed) > 0 {
		reply = append(reply, bson.E{Key: "writeErrors", Value: failed})
	}
	return reply
}

func runInsert(c *call) (bson.D, error) {
	return c.write(func(t *storage.Tx) (bson.D, error) {
		n := int32(0)
		failed, err := c.each(t, "documents", func(_ int, doc bson.Raw) error {
			if err := c.insertOne(t, doc); err != nil {
				return err
			}
			n++
			return nil
		})
		return withErrors(bson.D{{Key: "n", Value: n}}, failed), err
	})
}

// insertOne inserts a document as a client has sent it.
func (c *call) insertOne(t *storage.Tx, doc bson.Raw) error {
	doc, err := storage.Storable(doc)
	if err != nil {
		return err
	}
	if err := t.Ensure(); err != nil {
		return err
	}
	if err := c.validated(t, nil, doc); err != nil {
		return err
	}
	return t.Insert(c.stamped(t, doc))
}

// stamped is a document that is inserted or replaces another with the time in its empty timestamps, unless the command wants
// them as they are.
func (c *call) stamped(t *storage.Tx, doc bson.Raw) bson.Raw {
	if c.Bool("bypassEmptyTsReplacement", false) {
		return doc
	}
	return t.Stamped(doc)
}

var deleteFields = fields("q!", isObject, "limit!", isInt, "collation", isObject, "hint", isHint)

func runDelete(c *call) (bson.D, error) {
	if err := c.let(); err != nil {
		return nil, err
	}
	return c.write(func(t *storage.Tx) (bson.D, error) {
		n := int32(0)
		failed, err := c.each(t, "deletes", func(_ int, doc bson.Raw) error {
			a, err := field.Read("delete.deletes", deleteFields, doc)
			if err != nil {
				return err
			}
			return c.deleteStatement(t, a, &n)
		})
		return withErrors(bson.D{{Key: "n", Value: n}}, failed), err
	})
}

func (c *call) deleteStatement(t *storage.Tx, a args, n *int32) error {
	limit := a.Int("limit", 0)
	if limit != 0 && limit != 1 {
		return wire.Errorf(wire.FailedToParse, "The limit field in delete objects must be 0 or 1. Got %d", limit)
	}
	if err := a.RefuseCollation(); err != nil {
		return err
	}
	sel, err := plan.NewSelection(c.parser(), a.Doc("q"), nil, nil, a.Get("hint"))
	if err != nil {
		return err
	}
	return c.modify(t, &sel, limit == 0, func(doc bson.Raw) error {
		*n++
		return t.Remove(doc)
	})
}
