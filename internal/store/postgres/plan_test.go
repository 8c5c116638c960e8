package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

var note = &store.Schema{Name: "notes", Indexes: []store.IndexSchema{{Name: "text", Unique: true}}}

func testStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), pgtest.URL(t), time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*Store)
}

// planner is a connection that records how PostgreSQL goes about the queries.
type planner struct {
	*conn
	t     *testing.T
	plans []string
}

func (p *planner) Query(ctx context.Context, query string, args ...any) (sqlkit.Rows, error) {
	rows, err := p.Conn.Query(ctx, "EXPLAIN (COSTS OFF) "+numbered(query), inBytes(args)...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			p.t.Fatal(err)
		}
		p.plans = append(p.plans, step)
	}
	return p.conn.Query(ctx, query, args...)
}

// No query of a page or a bound reads what it does not return, but for what an offset skips; nothing but a page is sorted.
func TestQueriesFollowAnIndex(t *testing.T) {
	s := testStore(t)
	at := fill(t, s)
	events := func(q store.EventQuery) func(store.Tx) error {
		return func(tx store.Tx) error { q.Series, q.Limit = "s", 2; _, err := tx.Events(q); return err }
	}
	count := func(q store.EventQuery) func(store.Tx) error {
		return func(tx store.Tx) error { q.Series = "s"; _, err := tx.CountEvents(q); return err }
	}
	scan := func(q store.Query) func(store.Tx) error {
		return func(tx store.Tx) error { _, err := tx.Scan(note, q); return err }
	}
	for name, c := range map[string]struct {
		run  func(store.Tx) error
		want string // an index that must serve it
	}{
		"all events":         {events(store.EventQuery{}), "Index Scan Backward using events_pkey"},
		"events of a time":   {events(store.EventQuery{From: at, Until: at}), "using events_created"},
		"events of types":    {events(store.EventQuery{Types: []string{"T0", "T1", "U"}}), "Merge Append"},
		"count of types":     {count(store.EventQuery{Types: []string{"T0", "T1", "U"}}), "Index Only Scan Backward using events_type"},
		"events of clusters": {events(store.EventQuery{Clusters: []string{"c0", "c1"}}), "Index Only Scan Backward using events_cluster"},
		"count of clusters":  {count(store.EventQuery{Clusters: []string{"c0", "c1"}}), "Index Only Scan Backward using events_cluster"},
		"other events":       {events(store.EventQuery{Excluded: []string{"U"}}), "Index Only Scan Backward using events_type"},
		"rows by key":        {scan(store.Query{Index: "text", Prefix: []string{"a"}, Reverse: true, Limit: 2}), "Index Scan Backward using i_notes__text"},
		"rows by id":         {scan(store.Query{From: []string{"a"}}), "Index Scan using t_notes_pkey"},
		"rows by ids":        {scan(store.Query{IDs: []string{"c", "a"}}), "Index Scan using t_notes_pkey"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := s.begin(t.Context(), snapshot)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.release()
			p := &planner{conn: conn, t: t}
			err = c.run(s.kit.Begin(t.Context(), p, at, true))
			plan := strings.Join(p.plans, "\n")
			if !strings.Contains(plan, c.want) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Bitmap") || strings.Contains(plan, "->  Sort") {
				t.Errorf("the plan is\n%s", plan)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// fill stores some thousand events, so that a plan that reads them all looks bad, and returns the instant of one.
func fill(t *testing.T, s *Store) time.Time {
	t.Helper()
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := range 2000 {
			e := store.Event{Series: "s", ID: fmt.Sprint(i), Created: at.Add(time.Duration(i) * time.Second), Type: fmt.Sprint("T", i%20), Cluster: fmt.Sprint("c", i%30)}
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = s.pool.Exec(t.Context(), "ANALYZE events")
	}
	if err != nil {
		t.Fatal(err)
	}
	return at.Add(time.Minute)
}
