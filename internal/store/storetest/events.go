package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

var start = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

var eventRules = []rule{
	{"an event comes back as it was", func(b *bench) {
		want := store.Event{Series: "s", ID: "e", Created: start.Add(1500 * time.Microsecond), Type: "T", Cluster: "c", Body: []byte(`{"n":12345678901234567890}`)}
		b.append(want)
		b.view(func(tx store.Tx) error {
			got, err := tx.Event("s", "e")
			if fmt.Sprint(got) != fmt.Sprint(want) {
				b.Errorf("got %v, want %v", got, want)
			}
			list, _ := tx.Events(store.EventQuery{Series: "s"})
			if fmt.Sprint(list) != fmt.Sprint([]store.Event{want}) {
				b.Errorf("listed %v", list)
			}
			_, missing := tx.Event("t", "e")
			b.fails(missing, store.ErrNotFound)
			return err
		})
	}},
	{"an id is given once in its series", func(b *bench) {
		b.append(store.Event{Series: "s", ID: "e"}, store.Event{Series: "t", ID: "e"})
		b.duplicate(b.s.Update(b.Context(), func(tx store.Tx) error {
			return tx.AppendEvent(store.Event{Series: "s", ID: "e"})
		}), "id")
		b.events(store.EventQuery{Series: "s"}, "e")
	}},
	{"the newest comes first, in the order of appending", func(b *bench) {
		b.append(store.Event{Series: "s", ID: "z", Created: start}, store.Event{Series: "s", ID: "a", Created: start},
			store.Event{Series: "t", ID: "other", Created: start})
		b.events(store.EventQuery{Series: "s"}, "a", "z")
		b.events(store.EventQuery{Series: "t"}, "other")
		b.events(store.EventQuery{Series: "none"})
	}},
	{"pages neither overlap nor leave gaps", func(b *bench) {
		b.twelve()
		for _, q := range []store.EventQuery{
			{}, {Types: []string{"T0", "T1"}}, {Types: []string{"T1"}}, {Clusters: []string{"c0", "c2"}}, {Excluded: []string{"T2"}},
			{Types: []string{"T0", "T1"}, Clusters: []string{"c0", "c1"}}, {From: start.Add(2 * time.Minute), Until: start.Add(9 * time.Minute)},
		} {
			q.Series = "s"
			whole := b.eventIDs(q)
			for limit := 1; limit <= 5; limit++ {
				var joined []string
				for q.Offset, q.Limit = 0, limit; q.Offset < 15; q.Offset += limit {
					joined = append(joined, b.eventIDs(q)...)
				}
				if !slices.Equal(joined, whole) {
					b.Errorf("%+v in pages of %d: %v, want %v", q, limit, joined, whole)
				}
			}
		}
	}},
	{"filters are by type, cluster and what is excluded", func(b *bench) {
		b.twelve()
		b.events(store.EventQuery{Series: "s", Types: []string{"T1"}}, "10", "07", "04", "01")
		b.events(store.EventQuery{Series: "s", Types: []string{"T2", "T1", "T2"}, Limit: 3}, "11", "10", "08")
		b.events(store.EventQuery{Series: "s", Clusters: []string{"c3"}}, "11", "07", "03")
		b.events(store.EventQuery{Series: "s", Clusters: []string{"c3"}, Types: []string{"T1", "T0"}}, "07", "03")
		b.events(store.EventQuery{Series: "s", Excluded: []string{"T1", "T0"}}, "11", "08", "05", "02")
		b.events(store.EventQuery{Series: "s", Excluded: []string{"T1"}, Types: []string{"T1", "T2"}}, "11", "08", "05", "02")
		b.events(store.EventQuery{Series: "s", Excluded: []string{"T1"}, Types: []string{"T1"}})
		b.events(store.EventQuery{Series: "s", Excluded: []string{"T1"}, Clusters: []string{"c1"}}, "09", "05")
		b.events(store.EventQuery{Series: "s", Types: []string{"none"}})
	}},
	{"filters may be longer than any real list", func(b *bench) {
		b.twelve()
		many := []string{"T1"}
		for i := range 1000 {
			many = append(many, fmt.Sprint("other", i))
		}
		b.events(store.EventQuery{Series: "s", Types: many}, "10", "07", "04", "01")
		b.events(store.EventQuery{Series: "s", Types: many, Clusters: append(many, "c1")}, "01")
	}},
	{"instants are bounds, both inclusive", func(b *bench) {
		b.twelve()
		at := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
		b.events(store.EventQuery{Series: "s", From: at(10)}, "11", "10")
		b.events(store.EventQuery{Series: "s", Until: at(1)}, "01", "00")
		b.events(store.EventQuery{Series: "s", From: at(3), Until: at(4)}, "04", "03")
		b.events(store.EventQuery{Series: "s", From: at(3).Add(1), Until: at(5).Add(-1)}, "04")
		b.events(store.EventQuery{Series: "s", From: at(3), Until: at(6), Types: []string{"T0"}}, "06", "03")
		b.events(store.EventQuery{Series: "s", From: at(3), Until: at(9), Offset: 1, Limit: 2}, "08", "07")
		b.events(store.EventQuery{Series: "s", From: at(12)})
		b.events(store.EventQuery{Series: "s", Until: at(-1)})
		b.events(store.EventQuery{Series: "s", From: at(5), Until: at(4)})
	}},
	{"a series' instants never go back", func(b *bench) {
		b.append(store.Event{Series: "s", ID: "a", Created: start.Add(time.Hour)}, store.Event{Series: "s", ID: "b", Created: start},
			store.Event{Series: "t", ID: "c", Created: start})
		b.view(func(tx store.Tx) error {
			clamped, err := tx.Event("s", "b")
			b.must(err)
			other, err := tx.Event("t", "c")
			if !clamped.Created.Equal(start.Add(time.Hour)) || !other.Created.Equal(start) {
				b.Errorf("created %v and %v", clamped.Created, other.Created)
			}
			return err
		})
	}},
	{"instants are kept in whole microseconds of UTC", func(b *bench) {
		b.append(store.Event{Series: "s", ID: "a", Created: start.Add(1999).In(time.FixedZone("east", 3600))})
		b.view(func(tx store.Tx) error {
			e, err := tx.Event("s", "a")
			if !e.Created.Equal(start.Add(1000)) || e.Created.Location() != time.UTC {
				b.Errorf("created %v", e.Created)
			}
			return err
		})
	}},
	{"many are counted by an estimate", func(b *bench) {
		const all = 4 * store.ExactCount
		var events []store.Event
		for i := range all {
			kind := "often"
			if i%8 == 0 {
				kind = "seldom"
			}
			events = append(events, store.Event{Series: "s", ID: fmt.Sprint(i), Created: start, Type: kind, Cluster: "c"})
		}
		b.append(events...)
		for _, c := range []struct {
			q    store.EventQuery
			want int64
			of   int64 // how far off the estimate may be
		}{
			{store.EventQuery{}, all, 0},
			{store.EventQuery{Types: []string{"seldom"}}, all / 8, 0},
			{store.EventQuery{Types: []string{"often"}}, all / 8 * 7, all / 100},
			{store.EventQuery{Excluded: []string{"often"}}, all / 8, 0},
			{store.EventQuery{Excluded: []string{"seldom"}}, all / 8 * 7, all / 100},
			{store.EventQuery{Types: []string{"often"}, Offset: all, Limit: 1}, all / 8 * 7, 0},
			{store.EventQuery{Clusters: []string{"c"}}, all, all / 100},
		} {
			c.q.Series = "s"
			b.view(func(tx store.Tx) error {
				n, err := tx.CountEvents(c.q)
				if n < c.want-c.of || n > c.want+c.of {
					b.Errorf("%+v: counted %d, want %d", c.q, n, c.want)
				}
				return err
			})
		}
	}},
	{"what is rolled back leaves no gap", func(b *bench) {
		b.append(store.Event{Series: "s", ID: "a", Created: start})
		b.fails(b.s.Update(b.Context(), func(tx store.Tx) error {
			b.must(tx.AppendEvent(store.Event{Series: "s", ID: "b", Created: start.Add(time.Hour)}))
			return errOwn
		}), errOwn)
		b.append(store.Event{Series: "s", ID: "c", Created: start.Add(time.Minute)})
		b.events(store.EventQuery{Series: "s", Limit: 2}, "c", "a")
		b.events(store.EventQuery{Series: "s", From: start.Add(time.Minute), Until: start.Add(time.Minute)}, "c")
	}},
}

func (b *bench) append(events ...store.Event) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		for _, e := range events {
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// twelve appends the events 00 to 11, a minute apart, of types T0 to T2 and clusters c0 to c3 in turn, among others
// of another series.
func (b *bench) twelve() {
	b.Helper()
	var all []store.Event
	for i := range 12 {
		e := store.Event{ID: fmt.Sprintf("%02d", i), Type: fmt.Sprint("T", i%3), Cluster: fmt.Sprint("c", i%4)}
		e.Created = start.Add(time.Duration(i) * time.Minute)
		for _, e.Series = range []string{"s", "t"} {
			all = append(all, e)
		}
	}
	b.append(all...)
}

func (b *bench) eventIDs(q store.EventQuery) (ids []string) {
	b.Helper()
	b.view(func(tx store.Tx) error {
		list, err := tx.Events(q)
		for _, e := range list {
			ids = append(ids, e.ID)
		}
		return err
	})
	return ids
}

// events checks which events q selects, and that they are counted the same (without the page).
func (b *bench) events(q store.EventQuery, want ...string) {
	b.Helper()
	if got := b.eventIDs(q); !slices.Equal(got, want) {
		b.Errorf("%+v: got %v, want %v", q, got, want)
	}
	page := q.Offset > 0 || q.Limit > 0
	q.Offset, q.Limit = 0, 0
	if page {
		want = b.eventIDs(q)
	}
	b.view(func(tx store.Tx) error {
		n, err := tx.CountEvents(q)
		if n != int64(len(want)) {
			b.Errorf("%+v: counted %d, want %d", q, n, len(want))
		}
		return err
	})
}
