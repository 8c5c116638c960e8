package series

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Window is a part of a series: some of its columns, from Start on, a step between two points.
type Window struct {
	Start   time.Time
	Step    time.Duration
	Columns [][]int64 // in the order in which they were asked for, all of the same length
}

// Len is how many points there are.
func (w Window) Len() int {
	if len(w.Columns) == 0 {
		return 0
	}
	return len(w.Columns[0])
}

// Read returns columns of a series from one time until another one, which does not belong to it. It begins and ends with
// the first and last points that there are; what is missing between is Missing. The step is one of Steps.
func Read(tx store.Tx, target string, step time.Duration, from, until time.Time, columns ...int) (w Window, err error) {
	res := slices.IndexFunc(resolutions, func(r resolution) bool { return r.step == step })
	if res < 0 {
		return w, fmt.Errorf("series: no series is kept in steps of %v", step)
	}
	r := resolutions[res]
	every, span := int64(step/time.Second), int64(r.span/time.Second)
	begin, end := (max(from.Unix(), 0)+every-1)/every*every, max(until.Unix(), 0)
	rows, err := tx.Scan(Schema, store.Query{From: []string{rowID(target, res, begin/span*span)}, Until: []string{rowID(target, res, end)}})
	if err != nil {
		return w, err
	}
	w = Window{Step: step, Columns: make([][]int64, len(columns))}
	for _, row := range rows {
		if err := w.take(row, begin, end, every, columns); err != nil {
			return w, fmt.Errorf("series: %s: %w", row.ID, err)
		}
	}
	return w, nil
}

// take adds the points of a row that are in a time.
func (w *Window) take(row store.Row, begin, end, every int64, columns []int) error {
	start, err := beginOf(row)
	if err != nil {
		return err
	}
	r, err := read(row.Body)
	if err != nil {
		return err
	}
	first := max((begin-start)/every, 0)
	last := min((end-start+every-1)/every, int64(r.rows)) // the one after
	if first >= last {
		return nil
	}
	gap := 0
	if w.Start.IsZero() {
		w.Start = time.Unix(start+first*every, 0).UTC()
	} else {
		gap = int((start+first*every-w.Start.Unix())/every) - w.Len()
	}
	had := w.Len()
	for i := range r.columns {
		raw, err := r.next()
		if err != nil {
			return err
		}
		for j, want := range columns {
			if want != i {
				continue
			}
			col, err := column(raw, r.rows)
			if err != nil {
				return err
			}
			w.Columns[j] = append(pad(w.Columns[j], had+gap), col[first:last]...)
		}
	}
	for j := range w.Columns { // a row of a time when the column did not exist
		w.Columns[j] = pad(w.Columns[j], had+gap+int(last-first))
	}
	return nil
}

func pad(col []int64, n int) []int64 {
	for len(col) < n {
		col = append(col, Missing)
	}
	return col
}
