package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
	"github.com/telamon-db/telamon/telamontest"
)

// eventCount is how many events the log of the benchmark has.
func eventCount(b *testing.B) int {
	b.Helper()
	text := os.Getenv("TELAMON_BENCH_EVENTS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// types of the events: one is frequent, the others are rare.
var types = []event.Type{"MONGODB_USER_ADDED", "MONGODB_USER_ADDED", "MONGODB_USER_ADDED", "MONGODB_USER_UPDATED", "MONGODB_USER_UPDATED", "MONGODB_USER_DELETED"}

// log appends n events to a project's log in the store of a server that is stopped.
func log(b *testing.B, dir, groupID, orgID string, n int) {
	b.Helper()
	s, err := sqlite.Open(b.Context(), filepath.Join(dir, "telamon.db"), time.Now, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for done := 0; done < n; done += 5000 {
		if err := s.Update(b.Context(), func(tx store.Tx) error { return events(tx, groupID, orgID, min(5000, n-done)) }); err != nil {
			b.Fatal(err)
		}
	}
}

func events(tx store.Tx, groupID, orgID string, n int) error {
	for i := range n {
		e := event.Event{
			ID: model.NewID(), Type: types[i%len(types)], Created: tx.Now(), OrgID: orgID, GroupID: groupID,
			ActorKind: authz.APIKey, ActorID: orgID, ActorName: "abcdefgh", Address: "192.0.2.1", TargetUser: "somebody",
		}
		if i%1000 == 0 {
			e.Type = "MONGODB_ROLE_ADDED"
		}
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := tx.AppendEvent(store.Event{Series: groupID, ID: e.ID, Created: e.Created, Type: string(e.Type), Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkLog is the cost of a long event log: to read pages of it, to append to it, and to start a server with it.
func BenchmarkLog(b *testing.B) {
	s := telamontest.Start(b)
	s.Stop()
	log(b, s.DataDir, s.ProjectID, s.OrgID, eventCount(b))
	s.Restart()
	pages(b, s)
	s.Stop()
	b.Run("append", func(b *testing.B) {
		short := b.TempDir()
		log(b, short, s.ProjectID, s.OrgID, 1000)
		compare(b, 50, appender(b, short, s), appender(b, s.DataDir, s))
	})
	b.Run("start", func(b *testing.B) { starts(b, s.DataDir) })
}

// pages reads the last page and filtered ones, against the first.
func pages(b *testing.B, s *telamontest.Server) {
	header := http.Header{"Accept": {latest}, "Authorization": {"Bearer " + token(b, s)}}
	page := func(query string) func(int) {
		return newCaller(b, 1, s.URL+"/api/atlas/v2/groups/"+s.ProjectID+"/events?"+query, header).send
	}
	last := strconv.Itoa(eventCount(b) / 100)
	for _, c := range []struct{ name, query string }{
		{"page=" + last, "pageNum=" + last},
		{"frequent", "eventType=MONGODB_USER_ADDED"},
		{"seldom", "eventType=MONGODB_ROLE_ADDED"},
		{"excluded", "excludedEventType=MONGODB_USER_ADDED&excludedEventType=MONGODB_USER_UPDATED"},
		{"since", "minDate=2000-01-01T00:00:00Z"},
	} {
		b.Run(c.name, func(b *testing.B) { compare(b, 20, page(""), page(c.query)) })
	}
}

// appender appends single events to the log in dir.
func appender(b *testing.B, dir string, of *telamontest.Server) func(int) {
	s, err := sqlite.Open(context.Background(), filepath.Join(dir, "telamon.db"), time.Now, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return func(n int) {
		for range n {
			if err := s.Update(context.Background(), func(tx store.Tx) error { return events(tx, of.ProjectID, of.OrgID, 1) }); err != nil {
				b.Error(err)
			}
		}
	}
}
