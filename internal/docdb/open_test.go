package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// join is a stage that no client can ask for: it replaces each document by those of another collection that have gone
// through a pipeline, which knows its _id as a variable.
type join struct {
	from    stage.Namespace
	outer   expression.Slot
	through *stage.Pipeline
}

func (j join) Show() (string, bson.RawValue)         { return "join", bson.RawValue{} }
func (j join) Needs(stage.Needs) (needs stage.Needs) { return stage.Needs{Paths: []string{"_id"}} }

func (j join) Stream(in value.Documents, r *stage.Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range in {
			x := r.Evaluation()
			x.Set(j.outer, keys.Lookup(doc, "_id"))
			found := value.Documents(func(func(bson.Raw, error) bool) {})
			if err == nil {
				found, err = r.Open(r.With(x.Variables()), j.from, j.through)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for inner, err := range found {
				if !yield(inner, err) || err != nil {
					return
				}
			}
		}
	}
}

// TestPipelinesOpenCollections joins two collections as they were when the view was taken, by index and without one.
func TestPipelinesOpenCollections(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}}, d{{"_id", 2}})
	x.insert("others", d{{"_id", "a"}, {"of", 1}}, d{{"_id", "b"}, {"of", 2}}, d{{"_id", "c"}, {"of", 2}}, d{{"_id", "d"}, {"of", 3}})
	x.index("others", "of", 1)
	c := &call{e: x.e, ctx: t.Context(), ns: storage.Namespace{DB: "test", Coll: "c"}}
	outer, undo := c.parser().Let("outer")
	stages := marshal(t, d{{"p", a{d{{"$match", d{{"of", d{{"$gte", 1}}}, {"$expr", d{{"$eq", a{"$of", "$$outer"}}}}}}},
		d{{"$project", d{{"_id", 1}, {"outer", "$$outer"}}}}}}})
	through, err := stage.Parse(c.parser(), stages.Lookup("p"))
	undo()
	if err != nil {
		t.Fatal(err)
	}
	v := x.e.store.View(c.ns)
	defer v.Close()
	x.ok(d{{"drop", "others"}})
	for from, want := range map[string][]string{"others": {`{"_id":"a","outer":1}`, `{"_id":"b","outer":2}`, `{"_id":"c","outer":2}`}, "none": nil} {
		r := c.over(t.Context(), v)
		docs, err := r.Open(r, stage.Namespace{Coll: "c"}, stage.Of(join{stage.Namespace{Coll: from}, outer, through}))
		if err != nil {
			t.Fatal(err)
		}
		var got []bson.Raw
		for doc, err := range docs {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, bson.Raw(append([]byte(nil), doc...)))
		}
		shows(t, got, want...)
	}
}
