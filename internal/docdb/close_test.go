package docdb

import (
	"fmt"
	"sync"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestCloseTogether closes an engine while its sessions, which hold cursors, are closed too, as happens when a database is
// replaced under its clients. The engine must not be closed under a cursor.
func TestCloseTogether(t *testing.T) {
	dir := t.TempDir()
	for range 8 {
		e, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		x := &db{t, e, e.NewSession(wire.User{})}
		x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", 1}}, d{{"_id", 2}}}}})
		sessions := make([]*db, 30)
		for i := range sessions {
			sessions[i] = &db{t, e, e.NewSession(wire.User{})}
			for range 3 {
				sessions[i].ok(d{{"find", "c"}, {"batchSize", 1}})
			}
		}
		var wait sync.WaitGroup
		for _, s := range sessions {
			wait.Go(s.s.Close)
		}
		wait.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					t.Error(fmt.Sprint(r))
				}
			}()
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		wait.Wait()
	}
}
