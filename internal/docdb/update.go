package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

var updateFields = fields("q!", isObject, "u!", isUpdate, "multi", isBool, "upsert", isBool, "sort", isObject,
	"hint", isHint, "collation", isObject, "arrayFilters", isArray, "c", isObject)

func runUpdate(c *call) (bson.D, error) {
	if err := c.let(); err != nil {
		return nil, err
	}
	return c.write(func(t *storage.Tx) (bson.D, error) {
		var sum updated
		failed, err := c.each(t, "updates", func(i int, doc bson.Raw) error {
			a, err := field.Read("update.updates", updateFields, doc)
			if err != nil {
				return err
			}
			return c.updateStatement(t, i, a, &sum)
		})
		reply := bson.D{{Key: "n", Value: sum.matched}, {Key: "nModified", Value: sum.modified}}
		if len(sum.upserted) > 0 {
			reply = append(reply, bson.E{Key: "upserted", Value: sum.upserted})
		}
		return withErrors(reply, failed), err
	})
}

// updated sums up what an update command has done.
type updated struct {
	matched, modified int32
	upserted          bson.A
}

func (c *call) updateStatement(t *storage.Tx, i int, a args, sum *updated) error {
	sel, u, err := c.parseUpdate(a)
	if err != nil {
		return err
	}
	matched := false
	err = c.modify(t, &sel, a.Bool("multi", false), func(old bson.Raw) error {
		matched = true
		_, changed, err := c.changeOne(t, old, sel.Filter, u)
		if err != nil {
			return err
		}
		sum.matched++
		if changed {
			sum.modified++
		}
		return nil
	})
	if err != nil || matched || !a.Bool("upsert", false) {
		return err
	}
	doc, err := c.upsert(t, &sel, u)
	if err != nil {
		return err
	}
	sum.matched++
	sum.upserted = append(sum.upserted, bson.D{{Key: "index", Value: int32(i)}, {Key: "_id", Value: doc.Lookup("_id")}})
	return nil
}

func (c *call) parseUpdate(a args) (sel plan.Selection, u *update.Update, err error) {
	if err := a.Refuse("c"); err != nil {
		return sel, nil, err
	}
	if err := a.RefuseCollation(); err != nil {
		return sel, nil, err
	}
	if sel, err = plan.NewSelection(c.parser(), a.Doc("q"), a.Doc("sort"), nil, a.Get("hint")); err != nil {
		return sel, nil, err
	}
	if u, err = update.Parse(c.parser(), a.Get("u"), a.Get("arrayFilters")); err != nil {
		return sel, nil, err
	}
	if a.Bool("multi", false) {
		err = checkMulti(&sel, u)
	}
	return sel, u, err
}

func checkMulti(sel *plan.Selection, u *update.Update) error {
	switch {
	case u.IsReplacement():
		return wire.Errorf(wire.FailedToParse, "multi update is not supported for replacement-style update")
	case sel.Sort != nil:
		return wire.Errorf(wire.FailedToParse, "Cannot specify sort with multi=true")
	}
	return nil
}

// changeOne updates one document, which a filter has found, and returns what it is now. It ends with the command, even
// within the document.
func (c *call) changeOne(t *storage.Tx, old bson.Raw, found *match.Filter, u *update.Update) (doc bson.Raw, changed bool, err error) {
	doc, changed, err = u.Apply(old, update.ApplyOptions{Now: t.Now, Found: found, Run: c.run(c.ctx)})
	if err != nil || !changed {
		return old, false, err
	}
	if doc, err = storage.Storable(doc); err != nil {
		return nil, false, err
	}
	if err := c.validated(t, old, doc); err != nil {
		return nil, false, err
	}
	if u.IsReplacement() {
		doc = c.stamped(t, doc)
		return doc, true, t.Replace(old, doc)
	}
	return doc, true, t.Update(old, doc)
}

// upsert inserts what the filter and the update together describe.
func (c *call) upsert(t *storage.Tx, sel *plan.Selection, u *update.Update) (bson.Raw, error) {
	doc, err := u.Upsert(sel.Filter, update.ApplyOptions{Now: t.Now, Run: c.run(c.ctx)})
	if err != nil {
		return nil, err
	}
	if doc, err = storage.Storable(doc); err != nil {
		return nil, err
	}
	if err := t.Ensure(); err != nil {
		return nil, err
	}
	if err := c.validated(t, nil, doc); err != nil {
		return nil, err
	}
	if u.IsReplacement() {
		doc = c.stamped(t, doc)
	}
	return doc, t.Insert(doc)
}
