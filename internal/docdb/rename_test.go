package docdb

import (
	"fmt"
	"sync"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

func TestRename(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	x.fill("from", 3)
	x.index("from", "k", 1)
	x.fill("taken", 5)
	rename := func(from, to string, more ...e) d {
		return onAdmin(append([]e{{"renameCollection", from}, {"to", to}}, more...)...)
	}
	for _, tc := range []struct {
		code wire.Code
		cmd  d
	}{
		{wire.Unauthorized, d{{"renameCollection", "test.from"}, {"to", "test.to"}}},
		{wire.NamespaceNotFound, rename("test.none", "test.to")},
		{wire.NamespaceExists, rename("test.from", "test.taken")},
		{wire.IllegalOperation, rename("test.from", "test.from")},
		{wire.InvalidNamespace, rename("test.from", "test.")},
		{wire.InvalidNamespace, rename("test.from", "test.system.users")},
		{wire.InvalidNamespace, rename("test.from", ".to")},
		{wire.TypeMismatch, onAdmin(e{"renameCollection", 1}, e{"to", "test.to"})},
		{wire.MissingField, onAdmin(e{"renameCollection", "test.from"})},
	} {
		x.fails(tc.code, tc.cmd)
	}
	x.ok(rename("test.from", "test.taken", e{"dropTarget", true}))
	x.ok(rename("test.taken", "else.where"))
	x.ok(rename("else.where", "test.to"))
	// Under the old names there is nothing, and something new may be.
	if n := len(x.find("from")) + len(x.find("taken")); n != 0 {
		t.Errorf("%d documents under old names", n)
	}
	x.fill("from", 1)
	for _, reopened := range []bool{false, true} {
		if reopened {
			x.close()
			x = open(t, dir, Options{})
		}
		if n, old := len(x.find("to")), len(x.find("from")); n != 3 || old != 1 {
			t.Errorf("reopened %v: %d documents under the new name, %d under the old", reopened, n, old)
		}
		shows(t, x.find("to", e{"filter", d{{"_id", 1}}}, e{"hint", "k_1"}, e{"projection", d{{"_id", 1}}}), `{"_id":1}`)
		x.sound()
	}
}

// TestRenamesAndWritesTogether: while a collection goes to and fro, writers fill both names, and none waits forever.
func TestRenamesAndWritesTogether(t *testing.T) {
	x := fresh(t)
	x.fill("a", 1)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			y := x.other()
			for i := range 25 {
				from, to := "test.a", "test.b"
				if (w+i)%2 == 0 {
					from, to = to, from
				}
				y.run(onAdmin(e{"renameCollection", from}, e{"to", to}, e{"dropTarget", i%3 == 0}))
				y.run(d{{"insert", []string{"a", "b"}[i%2]}, {"documents", a{d{{"_id", fmt.Sprint(w, i)}}}}})
			}
		})
	}
	all.Wait()
	x.sound()
}
