package series

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

var form = Form{Sum, Average, Most}

func open(t testing.TB) store.Store {
	t.Helper()
	return sqlitetest.Open(t, nil, Schema)
}

func change(t testing.TB, st store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := st.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func window(t testing.TB, st store.Store, step time.Duration, from, until time.Time) (w Window) {
	t.Helper()
	err := st.View(context.Background(), func(tx store.Tx) (err error) {
		w, err = Read(tx, "p", step, from, until, 0, 1, 2)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// naive folds minutes into steps, those that are full or have a later minute.
func naive(minutes map[int64][]int64, step, last int64) map[int64][]int64 {
	out, folds := map[int64][]int64{}, map[int64]*fold{}
	for at, values := range minutes {
		slot := at / step * step
		if folds[slot] == nil {
			folds[slot] = form.begin()
		}
		folds[slot].add(values, 1)
	}
	for slot, d := range folds {
		if slot+step <= last+60 {
			out[slot] = d.point()
		}
	}
	return out
}

// alike allows averages of averages to be off by what whole numbers lose.
func alike(a, b []int64) bool {
	return a[0] == b[0] && a[2] == b[2] && (a[1] == Missing) == (b[1] == Missing) && max(a[1]-b[1], b[1]-a[1]) <= 1
}

// TestLikeANaiveOne: what is kept in minutes, five minutes and hours is what a map of minutes tells, whatever gaps and runs
// there are, and adding again changes nothing.
func TestLikeANaiveOne(t *testing.T) {
	st, r := open(t), rand.New(rand.NewPCG(1, 2))
	now := time.Date(2026, 11, 30, 10, 7, 0, 0, time.UTC)
	minutes := map[int64][]int64{}
	for range 300 {
		run := Run{At: now, N: 1, Values: []int64{r.Int64N(3) * 100, r.Int64N(10), -r.Int64N(1000)}}
		switch r.IntN(20) {
		case 0:
			run.N = r.IntN(90)
		case 1:
			run.At = run.At.Add(time.Duration(r.IntN(100)) * time.Minute)
		case 2:
			run.Values[1] = Missing
		}
		for i := range run.N {
			minutes[run.At.Unix()+60*int64(i)] = run.Values
		}
		for range 1 + r.IntN(2) {
			change(t, st, func(tx store.Tx) error { return Append(tx, "p", form, run) })
		}
		now = run.At.Add(time.Duration(run.N) * time.Minute)
	}
	last := now.Add(-time.Minute)
	for at := range minutes {
		if at < last.Add(-47*time.Hour).Unix() {
			delete(minutes, at)
		}
	}
	first := last.Add(-46 * time.Hour).Truncate(time.Hour)
	for _, step := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour} {
		want := naive(minutes, int64(step/time.Second), last.Unix())
		w := window(t, st, step, first, last.Add(time.Minute))
		if w.Len() == 0 {
			t.Fatalf("%v: nothing", step)
		}
		for i := range w.Len() {
			at := w.Start.Add(time.Duration(i) * step).Unix()
			got := []int64{w.Columns[0][i], w.Columns[1][i], w.Columns[2][i]}
			if expect, ok := want[at]; ok && step > time.Minute && first.Unix() <= at && !alike(got, expect) {
				t.Errorf("%v: %v has %v, want %v", step, time.Unix(at, 0).UTC(), got, expect)
			}
			if expect, ok := minutes[at]; step == time.Minute && ok && !slices.Equal(got, expect) {
				t.Errorf("%v has %v, want %v", time.Unix(at, 0).UTC(), got, expect)
			} else if step == time.Minute && !ok && got[0] != Missing {
				t.Errorf("%v has %v, and nothing was measured", time.Unix(at, 0).UTC(), got)
			}
		}
	}
}

// TestAYearAtOnce: a run of a year is days to its beginning and minutes for two days, in few rows.
func TestAYearAtOnce(t *testing.T) {
	st := open(t)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	change(t, st, func(tx store.Tx) error { return Append(tx, "p", form, Run{begin, 1, []int64{60, 5, 7}}) })
	change(t, st, func(tx store.Tx) error {
		return Append(tx, "p", form, Run{begin.Add(time.Minute), 365*24*60 - 1, []int64{0, 5, 7}})
	})
	end := begin.AddDate(1, 0, 0)
	steps, kept := Steps()
	for i, step := range steps {
		w := window(t, st, step, begin, end)
		if want := min(int(kept[i]/step), int(end.Sub(begin)/step)); w.Len() < want || w.Len() > want+int(resolutions[i].span/step) {
			t.Errorf("%v: %d points, want %d", step, w.Len(), want)
		}
	}
	w := window(t, st, day, begin, end)
	if w.Columns[0][0] != 60 || w.Columns[0][1] != 0 || w.Columns[1][364] != 5 || w.Columns[2][364] != 7 {
		t.Errorf("the days are %v", w.Columns)
	}
	change(t, st, func(tx store.Tx) error { return Remove(tx, "p") })
	if w := window(t, st, day, begin, end); w.Len() != 0 {
		t.Errorf("after the removal there are %d days", w.Len())
	}
}

func FuzzDecode(f *testing.F) {
	c := &chunk{}
	c.add(3, 4, []int64{1, Missing, 1 << 62})
	c.add(7, 1, []int64{2, 2, -(1 << 62), 9})
	f.Add(c.encode())
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := decode(body)
		if err != nil || c.rows() == 0 {
			return
		}
		again, err := decode(c.encode())
		if err != nil || !slices.EqualFunc(c.columns, again.columns, slices.Equal[[]int64]) {
			t.Errorf("%v becomes %v: %v", c.columns, again, err)
		}
	})
}
