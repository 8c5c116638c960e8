package docdb

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/delta"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// TestOplogTellsWhatChanged follows the oplog of random writes: its entries have what each document was before, say of an
// update what became different, and lead to what is there.
func TestOplogTellsWhatChanged(t *testing.T) {
	x := fresh(t)
	_, err := x.e.store.Write(context.Background(), storage.Namespace{DB: "test", Coll: "c"}, func(t *storage.Tx) error {
		if err := t.Ensure(); err != nil {
			return err
		}
		return t.KeepPreImages(true)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 1))
	for range 500 {
		x.run(randomWrite(r))
	}
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$set", d{{"list", a{1, 2, 3, d{{"n", "a text that makes this longer"}, {"m", 2}}}}}}}}, {"multi", true}}}}})
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$set", d{{"list.3.m", 4}}}}}, {"multi", true}}, d{{"q", d{}}, {"u", d{{"$pop", d{{"list", 1}}}}}, {"multi", true}}}}})
	docs, updates := map[string]bson.Raw{}, 0
	for _, entry := range x.oplogEntries() {
		c, err := storage.ParseChange(entry)
		if err != nil {
			t.Fatalf("%s: %v", entry, err)
		}
		if c.Op == "c" {
			continue
		}
		id := c.Key().Lookup("_id").String()
		if !bytes.Equal(c.Pre, docs[id]) {
			t.Fatalf("%s: it was %s", entry, docs[id])
		}
		d, changed, err := c.Description()
		switch {
		case err != nil:
			t.Fatal(err)
		case c.Op == "d":
			delete(docs, id)
		case changed:
			updates++
			if len(d.Updated)+len(d.Removed)+len(d.Truncated) == 0 {
				t.Errorf("%s changes nothing", entry)
			}
			if docs[id], err = delta.Apply(docs[id], c.O.Lookup("diff").Document()); err != nil {
				t.Fatal(err)
			}
		default:
			docs[id] = c.O
		}
	}
	found := x.find("c")
	for _, doc := range found {
		if !bytes.Equal(docs[doc.Lookup("_id").String()], doc) {
			t.Errorf("%s is not told of: %s", doc, docs[doc.Lookup("_id").String()])
		}
	}
	if len(found) != len(docs) || updates < 20 {
		t.Errorf("%d documents, %d told of, %d updates", len(found), len(docs), updates)
	}
}
