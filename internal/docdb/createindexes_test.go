package docdb

import (
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestCreateIndexesIsAtomic lets the second of two builds fail when the first is so large that it has been committed in
// groups. None of the two may be there.
func TestCreateIndexesIsAtomic(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{group: 2000})
	x.fill("c", 400)
	x.insert("c", d{{"_id", "twin"}, {"x", 1}})
	x.insert("c", d{{"_id", "other"}, {"x", 1}})
	both := a{d{{"key", d{{"n", 1}}}, {"name", "n"}}, d{{"key", d{{"x", 1}}}, {"name", "x"}, {"unique", true}}}
	x.fails(wire.DuplicateKey, d{{"createIndexes", "c"}, {"indexes", both}})
	if list := x.drain(d{{"listIndexes", "c"}}); len(list) != 1 {
		t.Errorf("left: %v", list)
	}
	x.sound()
	x.close()
	x = open(t, dir, Options{})
	x.fails(wire.IndexKeySpecsConflict, d{{"createIndexes", "c"}, {"indexes", a{both[0], d{{"key", d{{"m", 1}}}, {"name", "n"}}}}})
	x.ok(d{{"createIndexes", "c"}, {"indexes", both[:1]}})
	x.sound()
}
