package sqlite

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// planner is a connection that records how SQLite goes about the queries.
type planner struct {
	*conn
	t     *testing.T
	plans []string
}

func (p *planner) Query(ctx context.Context, query string, args ...any) (sqlkit.Rows, error) {
	rows, err := p.conn.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			p.t.Fatal(err)
		}
		p.plans = append(p.plans, step)
	}
	return p.conn.Query(ctx, query, args...)
}

// No query of a page or a bound reads what it does not return, but for what an offset skips; nothing but a page is sorted.
func TestQueriesFollowAnIndex(t *testing.T) {
	s := testStore(t)
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"a", "b", "c"} {
			if err := tx.AppendEvent(store.Event{Series: "s", ID: id, Created: at, Type: "T", Cluster: "c"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events := func(q store.EventQuery) func(store.Tx) error {
		return func(tx store.Tx) error {
			q.Series, q.Limit = "s", 2
			if _, err := tx.Events(q); err != nil {
				return err
			}
			_, err := tx.CountEvents(q)
			return err
		}
	}
	scan := func(q store.Query) func(store.Tx) error {
		return func(tx store.Tx) error { _, err := tx.Scan(note, q); return err }
	}
	for name, c := range map[string]struct {
		run  func(store.Tx) error
		want string // an index that must serve it
	}{
		"all events":         {events(store.EventQuery{}), "PRIMARY KEY (series=? AND pos>? AND pos<?)"},
		"events of a time":   {events(store.EventQuery{From: at, Until: at}), "events_created (series=? AND created>?)"},
		"events of types":    {events(store.EventQuery{Types: []string{"T", "U", "V"}}), "events_type (series=? AND type=? AND pos>? AND pos<?)"},
		"events of clusters": {events(store.EventQuery{Clusters: []string{"c", "d"}}), "events_cluster (series=? AND cluster=? AND pos>? AND pos<?)"},
		"other events":       {events(store.EventQuery{Excluded: []string{"U"}}), "events_type (series=? AND type=? AND pos>? AND pos<?)"},
		"rows by key":        {scan(store.Query{Index: "text", Prefix: []string{"a"}, Reverse: true, Limit: 2}), "i_notes__text (k_text>? AND k_text<?)"},
		"rows by id":         {scan(store.Query{From: []string{"a"}}), "(id>?)"},
		"rows by ids":        {scan(store.Query{IDs: []string{"c", "a"}}), "(id=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.writer.do(t.Context(), func(conn *conn) error {
				p := &planner{conn: conn, t: t}
				err := c.run(s.kit.Begin(t.Context(), p, at, false))
				plan := strings.Join(p.plans, "\n")
				found, _, _ := strings.Cut(plan, "SCAN p\n") // what follows puts the page's rows in order
				if !strings.Contains(plan, c.want) || strings.Contains(plan, "SCAN t_") || strings.Contains(plan, "SCAN events") ||
					strings.Contains(found, "TEMP B-TREE") {
					t.Errorf("the plan is\n%s", plan)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
