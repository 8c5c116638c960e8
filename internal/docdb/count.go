package docdb

import (
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

var (
	countFields = fields("query", isObject, "limit", isInt, "skip", isInt, "hint", isHint, "collation", isObject,
		"fields", isAny)
	distinctFields = fields("key!", isString, "query", isObject, "hint", isHint, "collation", isObject)
)

func (c *call) countSelection() (plan.Selection, error) {
	if err := c.RefuseCollation(); err != nil {
		return plan.Selection{}, err
	}
	sel, err := plan.NewSelection(c.parser(), c.Doc("query"), nil, nil, c.Get("hint"))
	if err != nil {
		return sel, err
	}
	sel.Counting = true
	limit := c.Int("limit", 0)
	if limit < 0 {
		limit = -limit // count takes a negative limit for a limit
	}
	return sel, c.setWindow(&sel, limit)
}

func runCount(c *call) (bson.D, error) {
	sel, err := c.countSelection()
	if err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	defer v.Close()
	n, err := c.count(&sel, v)
	if err != nil {
		return nil, err
	}
	if n > 1<<31-1 {
		return bson.D{{Key: "n", Value: n}}, nil
	}
	return bson.D{{Key: "n", Value: int32(n)}}, nil
}

// count counts a selection. To count a whole collection is to look at its tally.
func (c *call) count(sel *plan.Selection, v *storage.View) (n int64, err error) {
	s, err := c.scan(sel, v.R, v.Coll)
	if err != nil || v.Coll == nil {
		return 0, err
	}
	if s.Plan.Access == plan.AccessTally {
		all, err := storage.ReadTally(v.R, v.Coll.ID)
		n = max(0, all.Docs-sel.Skip)
		if sel.Limit > 0 {
			n = min(n, sel.Limit)
		}
		return n, err
	}
	for _, err := range sel.Results(c.run(c.ctx), s) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func (c *call) distinctSelection() (plan.Selection, error) {
	if err := c.RefuseCollation(); err != nil {
		return plan.Selection{}, err
	}
	return plan.NewSelection(c.parser(), c.Doc("query"), nil, nil, c.Get("hint"))
}

// runDistinct lists the values in their order. An array counts by its elements.
func runDistinct(c *call) (bson.D, error) {
	sel, err := c.distinctSelection()
	if err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	defer v.Close()
	s, err := c.scan(&sel, v.R, v.Coll)
	if err != nil {
		return nil, err
	}
	found := distinct{values: map[string]bson.RawValue{}, pace: pace.New(c.ctx)}
	for doc, err := range sel.Results(c.run(c.ctx), s) {
		if err == nil {
			err = found.add(doc, c.Text("key"))
		}
		if err != nil {
			return nil, err
		}
	}
	values := bson.A{}
	for _, v := range slices.SortedFunc(maps.Values(found.values), keys.Compare) {
		values = append(values, v)
	}
	return bson.D{{Key: "values", Value: values}}, nil
}

// distinct gathers different values, by their encodings.
type distinct struct {
	values map[string]bson.RawValue
	size   int
	pace   *pace.Pace
}

// add takes in the values at a path of a document.
func (d *distinct) add(doc bson.Raw, path string) (err error) {
	var key []byte
	value.Each(doc, path, func(v bson.RawValue) bool {
		if err = d.pace.Step(1); err != nil {
			return true
		}
		key = keys.Append(key[:0], v)
		if _, known := d.values[string(key)]; known {
			return false
		}
		d.values[string(key)] = value.Clone(v)
		if d.size += len(v.Value) + 8; d.size > storage.MaxDocument {
			err = wire.Errorf(wire.DistinctTooBig, "distinct too big, 16mb cap")
		}
		return err != nil
	})
	return err
}
