// Package series keeps measurements over time in the store: for each thing that is measured, a row of numbers every minute.
//
// What is older is kept coarser: minutes for two days, five minutes for a week, hours for 63 days, days for two years. A
// coarser point is made when its time is full, or when something later comes, in the transaction of the finer one. So
// what is kept is whole after a crash, and any node that shares the store can answer.
//
// Numbers are whole: counters are kept as what was added in a step, and gauges in a unit in which they are whole.
package series

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Missing is the number of what was not measured.
const Missing = math.MinInt64

// Fold says how the numbers of finer points become one.
type Fold byte

// The folds.
const (
	Sum Fold = iota // of counters
	Average
	Most
)

// Form says what the columns of a series are. Columns may be added at its end: older points have none there.
type Form []Fold

// resolution is how fine a series is kept, and for how long. All steps divide the next one, and the span of a row.
type resolution struct{ step, span, keep time.Duration }

const day = 24 * time.Hour

var resolutions = []resolution{
	{time.Minute, time.Hour, 2 * day},
	{5 * time.Minute, 6 * time.Hour, 7 * day},
	{time.Hour, 5 * day, 63 * day},
	{day, 128 * day, 2 * 366 * day},
}

// Steps are the steps in which series are kept, finest first, and how long each is kept.
func Steps() (steps, kept []time.Duration) {
	for _, r := range resolutions {
		steps, kept = append(steps, r.step), append(kept, r.keep)
	}
	return steps, kept
}

// Schema is the table of series. A row's id is its target, resolution and time; its body is a chunk.
var Schema = &store.Schema{Name: "series", Keys: func([]byte) ([][]string, error) { return nil, nil }}

// rowID is the id of a row. Times have as many digits as all times until the year 2286.
func rowID(target string, res int, start int64) string {
	return fmt.Sprintf("%s/%d/%010d", target, res, start)
}

// Run is a number of equal points, one after another: one sample is a run of one.
type Run struct {
	At     time.Time // of the first point: the beginning of its step
	N      int
	Values []int64
}

// points is a run in a resolution, with its time in Unix seconds.
type points struct {
	at     int64
	n      int
	values []int64
}

// Append adds a run of minutes to a series. Points that are not later than the last one are dropped, so a run that is
// added twice is added once.
func Append(tx store.Tx, target string, form Form, run Run) error {
	step := int64(resolutions[0].step / time.Second)
	return extend(tx, target, form, 0, points{run.At.Unix() / step * step, run.N, run.Values})
}

// extend adds points to one resolution, and what becomes full by them to the coarser ones.
func extend(tx store.Tx, target string, form Form, res int, p points) error {
	r := resolutions[res]
	step, span := int64(r.step/time.Second), int64(r.span/time.Second)
	row, start, last, err := newest(tx, target, res)
	if err != nil {
		return err
	}
	end := start + int64(last.rows())*step // where the next point belongs
	if late := (end - p.at + step - 1) / step; last != nil && late > 0 {
		p.at, p.n = p.at+late*step, p.n-int(min(late, int64(p.n)))
	}
	if p.n <= 0 {
		return nil
	}
	var full []points
	if res+1 < len(resolutions) {
		full = form.full(int64(resolutions[res+1].step/time.Second), step, start, last, p)
	}
	if err := write(tx, target, res, row, start, last, p, step, span, int64(r.keep/time.Second)); err != nil {
		return err
	}
	for _, f := range full {
		if err := extend(tx, target, form, res+1, f); err != nil {
			return err
		}
	}
	return nil
}

// newest is the last row of a series in a resolution, what is in it, and when it begins; nil if there is none.
func newest(tx store.Tx, target string, res int) (row store.Row, start int64, c *chunk, err error) {
	from := rowID(target, res, 0)
	rows, err := tx.Scan(Schema, store.Query{From: []string{from}, Until: []string{rowID(target, res, 9_999_999_999)}, Reverse: true, Limit: 1})
	if err != nil || len(rows) == 0 {
		return row, 0, nil, err
	}
	if c, err = decode(rows[0].Body); err != nil {
		return row, 0, nil, fmt.Errorf("series: %s: %w", rows[0].ID, err)
	}
	start, err = beginOf(rows[0])
	return rows[0], start, c, err
}

// beginOf is when a row begins.
func beginOf(row store.Row) (int64, error) {
	return strconv.ParseInt(row.ID[strings.LastIndexByte(row.ID, '/')+1:], 10, 64)
}

// write puts points into rows, the newest of which is given, and removes the rows that are too old. Of a long run only
// that is written which is kept.
func write(tx store.Tx, target string, res int, row store.Row, start int64, last *chunk, p points, step, span, keep int64) error {
	end := p.at + int64(p.n)*step
	if skip := (end - keep - p.at) / step; skip > 0 {
		p.at, p.n = p.at+skip*step, p.n-int(skip)
	}
	for p.n > 0 {
		if begin := p.at / span * span; last == nil || begin != start {
			row, start, last = store.Row{ID: rowID(target, res, begin)}, begin, &chunk{}
			if err := prune(tx, target, res, end-keep-span); err != nil {
				return err
			}
		}
		n := int(min(int64(p.n), (start+span-p.at)/step))
		last.add(int((p.at-start)/step), n, p.values)
		row.Body = last.encode()
		if _, err := tx.Put(Schema, row); err != nil {
			return err
		}
		p.at, p.n = p.at+int64(n)*step, p.n-n
	}
	return nil
}

// prune removes the rows that begin before a time.
func prune(tx store.Tx, target string, res int, before int64) error {
	return remove(tx, rowID(target, res, 0), rowID(target, res, max(before, 0)))
}

// Targets are the targets that begin with a prefix, by name.
func Targets(tx store.Tx, prefix string) (all []string, err error) {
	rows, err := tx.Scan(Schema, store.Query{From: []string{prefix}, Until: []string{prefix + "\xff"}})
	for _, row := range rows {
		target := row.ID[:len(row.ID)-len("/0/0000000000")]
		if len(all) == 0 || all[len(all)-1] != target {
			all = append(all, target)
		}
	}
	return all, err
}

// Remove removes all series whose target begins with a prefix.
func Remove(tx store.Tx, prefix string) error { return remove(tx, prefix, prefix+"\xff") }

func remove(tx store.Tx, from, until string) error {
	rows, err := tx.Scan(Schema, store.Query{From: []string{from}, Until: []string{until}})
	for _, r := range rows {
		if err == nil {
			err = tx.Delete(Schema, r.ID, r.Rev)
		}
	}
	return err
}
