package series

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// many is the form of a series with as many columns as that of a process.
var many = func() (f Form) {
	for i := range 66 {
		f = append(f, []Fold{Sum, Average}[i%2])
	}
	return f
}()

// busy is a sample of a process with work to do: half of its columns change.
func busy(r *rand.Rand) []int64 {
	v := make([]int64, len(many))
	for i := range v {
		switch i % 4 {
		case 0:
			v[i] = r.Int64N(5000)
		case 1:
			v[i] = 1<<30 + r.Int64N(1<<20)
		}
	}
	return v
}

// TestAYearOfAHundred: a year of 100 busy processes takes less than 500 MB in the store.
func TestAYearOfAHundred(t *testing.T) {
	st, r := open(t), rand.New(rand.NewPCG(1, 1))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := now.AddDate(1, 0, 0)
	for i := len(resolutions) - 1; i >= 0; i-- { // only what is kept is made: points of each step where that is the finest that is kept
		finer := time.Duration(0)
		if i > 0 {
			finer = resolutions[i-1].keep
		}
		n := int(resolutions[i].step / time.Minute)
		change(t, st, func(tx store.Tx) error {
			for ; now.Before(end.Add(-finer)); now = now.Add(resolutions[i].step) {
				if err := Append(tx, "p", many, Run{now, n, busy(r)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	size, rows := 0, 0
	err := st.View(t.Context(), func(tx store.Tx) error {
		all, err := tx.Scan(Schema, store.Query{})
		for _, row := range all {
			size, rows = size+len(row.ID)+len(row.Body), rows+1
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a process: %d rows with %d kB; 100 processes: %d MB", rows, size>>10, 100*size>>20)
	if 100*size > 500<<20 {
		t.Errorf("100 processes take %d MB", 100*size>>20)
	}
}

// BenchmarkDay reads a column of a day in minutes of 100 processes, and all columns of one of them.
func BenchmarkDay(b *testing.B) {
	st, r := open(b), rand.New(rand.NewPCG(1, 1))
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	change(b, st, func(tx store.Tx) error {
		for i := range 24 * 60 {
			if err := Append(tx, "p00", many, Run{begin.Add(time.Duration(i) * time.Minute), 1, busy(r)}); err != nil {
				return err
			}
		}
		rows, err := tx.Scan(Schema, store.Query{From: []string{"p00/0/"}, Until: []string{"p00/1"}})
		for i := 1; i < 100 && err == nil; i++ {
			for _, row := range rows {
				if _, err = tx.Put(Schema, store.Row{ID: strings.Replace(row.ID, "p00", fmt.Sprintf("p%02d", i), 1), Body: row.Body}); err != nil {
					return err
				}
			}
		}
		return err
	})
	var columns []int
	for i := range many {
		columns = append(columns, i)
	}
	for _, c := range []struct {
		name      string
		processes int
		columns   []int
	}{{"processes=100", 100, columns[:1]}, {"columns=66", 1, columns}} {
		b.Run(c.name, func(b *testing.B) {
			b.StopTimer()
			for i := range b.N {
				change(b, st, func(tx store.Tx) error {
					return Append(tx, "q", form, Run{begin.Add(time.Duration(i) * time.Minute), 1, []int64{1, 2, 3}})
				}) // nothing is remembered
				b.StartTimer()
				err := st.View(context.Background(), func(tx store.Tx) error {
					for p := range c.processes {
						w, err := Read(tx, fmt.Sprintf("p%02d", p), time.Minute, begin, begin.Add(day), c.columns...)
						if err != nil || w.Len() != 24*60 {
							return fmt.Errorf("%d points: %w", w.Len(), err)
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
			}
		})
	}
}
