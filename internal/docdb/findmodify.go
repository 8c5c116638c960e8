package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

var findAndModifyFields = fields("query", isObject, "sort", isObject, "remove", isBool, "update", isUpdate, "new", isBool,
	"fields", isObject, "upsert", isBool, "bypassDocumentValidation", isBool, "bypassEmptyTsReplacement", isBool, "collation", isObject, "arrayFilters", isArray,
	"hint", isHint, "let", isObject)

func runFindAndModify(c *call) (bson.D, error) {
	if err := c.checkFindAndModify(); err != nil {
		return nil, err
	}
	if err := c.let(); err != nil {
		return nil, err
	}
	sel, err := plan.NewSelection(c.parser(), c.Doc("query"), c.Doc("sort"), nil, c.Get("hint"))
	if err != nil {
		return nil, err
	}
	shape, err := projection.ParseFind(c.parser(), c.Doc("fields"), sel.Filter)
	if err == nil && c.Bool("new", false) && shape.IsPositional() {
		err = wire.Errorf(wire.BadValue, "Cannot use a positional projection and return the new document.")
	}
	if err != nil {
		return nil, err
	}
	var u *update.Update
	if !c.Bool("remove", false) {
		if u, err = update.Parse(c.parser(), c.Get("update"), c.Get("arrayFilters")); err != nil {
			return nil, err
		}
	}
	return c.write(func(t *storage.Tx) (bson.D, error) {
		doc, last, err := c.findAndModify(t, &sel, u)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			if doc, err = shape.ApplyIn(c.run(c.ctx).Evaluation(), doc); err != nil {
				return nil, err
			}
			if err := sendable(doc); err != nil {
				return nil, err
			}
		}
		return bson.D{{Key: "lastErrorObject", Value: last}, {Key: "value", Value: orNull(doc)}}, nil
	})
}

func (c *call) checkFindAndModify() error {
	if err := c.RefuseCollation(); err != nil {
		return err
	}
	remove := c.Bool("remove", false)
	switch {
	case remove == c.Has("update"):
		return wire.Errorf(wire.FailedToParse, "Either an update or remove=true must be specified")
	case remove && c.Bool("upsert", false):
		return wire.Errorf(wire.FailedToParse, "Cannot specify both upsert=true and remove=true")
	case remove && field.Asks(c.Get("arrayFilters")):
		return wire.Errorf(wire.FailedToParse, "Cannot specify arrayFilters and remove=true")
	case remove && c.Bool("new", false):
		return wire.Errorf(wire.FailedToParse, "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
	}
	return nil
}

// findAndModify changes at most one document. It returns the document that was asked for, if any, and what was done.
func (c *call) findAndModify(t *storage.Tx, sel *plan.Selection, u *update.Update) (doc bson.Raw, last bson.D, err error) {
	old, err := c.findOne(t, sel)
	switch {
	case err != nil:
		return nil, nil, err
	case u == nil && old == nil:
		return nil, bson.D{{Key: "n", Value: int32(0)}}, nil
	case u == nil:
		return old, bson.D{{Key: "n", Value: int32(1)}}, t.Remove(old)
	case old != nil:
		doc, _, err = c.changeOne(t, old, sel.Filter, u)
		if !c.Bool("new", false) {
			doc = old
		}
		return doc, lastUpdate(1, true), err
	case c.Bool("upsert", false):
		if doc, err = c.upsert(t, sel, u); err != nil {
			return nil, nil, err
		}
		last = append(lastUpdate(1, false), bson.E{Key: "upserted", Value: doc.Lookup("_id")})
		if !c.Bool("new", false) {
			doc = nil
		}
		return doc, last, nil
	}
	return nil, lastUpdate(0, false), nil
}

func lastUpdate(n int32, existing bool) bson.D {
	return bson.D{{Key: "n", Value: n}, {Key: "updatedExisting", Value: existing}}
}

func orNull(doc bson.Raw) any {
	if doc == nil {
		return nil
	}
	return doc
}
