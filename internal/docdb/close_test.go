package docdb

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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
		x := &db{t, e, e.NewSession(context.Background(), wire.User{})}
		x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", 1}}, d{{"_id", 2}}}}})
		sessions := make([]*db, 30)
		for i := range sessions {
			sessions[i] = &db{t, e, e.NewSession(context.Background(), wire.User{})}
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

// TestCloseUnderLoad closes an engine under sessions that write, read on from cursors, build indexes and sweep. It must not
// take long, each command must end with an answer, and what was acknowledged must be there.
func TestCloseUnderLoad(t *testing.T) {
	dir := t.TempDir()
	acked := make([]int, 4)
	for round := range 4 {
		e, err := Open(dir, Options{SweepEvery: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		x := &db{t, e, e.NewSession(context.Background(), wire.User{})}
		x.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"at", 1}}}, {"name", "at"}, {"expireAfterSeconds", 0}}}}})
		var load sync.WaitGroup
		begun := make(chan struct{}, 100)
		each := func(cmd func(y *db, i int) bson.Raw) {
			load.Go(func() {
				y := &db{t, e, e.NewSession(context.Background(), wire.User{})}
				defer y.s.Close()
				for i := 0; ; i++ {
					code, _ := cmd(y, i).Lookup("code").Int32OK()
					if i == 5 {
						begun <- struct{}{}
					}
					if code == wire.InterruptedAtShutdown.Number || code == wire.ShutdownInProgress.Number {
						return
					}
				}
			})
		}
		for w := range acked {
			each(func(y *db, _ int) bson.Raw {
				reply := y.run(d{{"insert", "c"}, {"documents", a{d{{"_id", d{{"w", w}, {"i", acked[w]}}}, {"w", w}}, d{{"at", time.Unix(1, 0)}}}}})
				if reply.Lookup("n").Type != 0 || reply.Lookup("writeErrors").Type != 0 {
					acked[w]++
				}
				return reply
			})
		}
		each(func(y *db, i int) bson.Raw {
			y.run(d{{"dropIndexes", "c"}, {"index", "w"}})
			return y.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"w", 1}}}, {"name", "w"}}}}})
		})
		each(func(y *db, i int) bson.Raw {
			reply := y.run(d{{"find", "c"}, {"batchSize", 1}})
			if id, ok := reply.Lookup("cursor", "id").Int64OK(); ok && id != 0 && i%2 == 0 {
				return y.run(d{{"getMore", id}, {"collection", "c"}})
			}
			return reply
		})
		for range 6 {
			<-begun
		}
		closed := make(chan error)
		go func() { closed <- e.Close() }()
		select {
		case err := <-closed:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the engine does not close")
		}
		load.Wait()
		x.s.Close()
		z := open(t, dir, Options{})
		for w, n := range acked {
			got := int(z.ok(d{{"count", "c"}, {"query", d{{"w", w}}}}).Lookup("n").Int32())
			if got != n && got != n+1 {
				t.Errorf("round %d: session %d: %d documents, %d were acknowledged", round, w, got, n)
			}
			acked[w] = got
		}
		z.sound()
		z.close()
	}
}
