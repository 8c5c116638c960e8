package measure

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/series"
)

// Measurement is a measurement of the API, and how it follows from what is kept.
type Measurement struct {
	Name, Units string
	of          []Column // that it is made of; none: it is not measured here
	make        func(v []float64, seconds float64) float64
	divides     bool // the last of the columns divides the others; where it is 0 there is no value
}

// Measurements are a list of measurements, in the order in which the API lists them.
type Measurements []Measurement

// Named are the measurements of those names, in the order of the list; all for no names.
func (all Measurements) Named(names []string) Measurements {
	if len(names) == 0 {
		return all
	}
	var some Measurements
	for _, m := range all {
		if slices.Contains(names, m.Name) {
			some = append(some, m)
		}
	}
	return some
}

// Names are the names.
func (all Measurements) Names() (names []string) {
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names
}

// Find is the measurement of a name.
func (all Measurements) Find(name string) (m Measurement, ok bool) {
	i := slices.IndexFunc(all, func(m Measurement) bool { return m.Name == name })
	if i < 0 {
		return m, false
	}
	return all[i], true
}

// Columns are the columns that the measurements are made of.
func (all Measurements) Columns() (columns []int) {
	for _, m := range all {
		for _, c := range m.of {
			columns = append(columns, int(c))
		}
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// Measured reports whether there is anything that the measurement is made of.
func (m Measurement) Measured() bool { return len(m.of) > 0 }

// Value is the measurement of a row that was measured over a time; ok is false if it is not known.
func (m Measurement) Value(get func(Column) int64, over time.Duration) (value float64, ok bool) {
	if len(m.of) == 0 {
		return 0, false
	}
	var room [6]float64
	v := room[:0]
	for _, c := range m.of {
		n := get(c)
		if n == series.Missing {
			return 0, false
		}
		v = append(v, float64(n))
	}
	if m.divides && v[len(v)-1] == 0 {
		return 0, false
	}
	return m.make(v, over.Seconds()), true
}

// Of is the measurement of a row.
func (m Measurement) Of(r Row, over time.Duration) (value float64, ok bool) {
	return m.Value(func(c Column) int64 { return r[c] }, over)
}

func rate(name, units string, c Column) Measurement {
	return Measurement{Name: name, Units: units, of: []Column{c}, make: func(v []float64, s float64) float64 { return v[0] / s }}
}

func gauge(name, units string, c Column, divisor float64) Measurement {
	return Measurement{Name: name, Units: units, of: []Column{c}, make: func(v []float64, _ float64) float64 { return v[0] / divisor }}
}

// ratio is a column by another one, times a factor.
func ratio(name, units string, a, b Column, factor float64) Measurement {
	return Measurement{Name: name, Units: units, of: []Column{a, b}, divides: true, make: func(v []float64, _ float64) float64 { return factor * v[0] / v[1] }}
}

// share is a column by the sum of two, in percent.
func share(name string, a, b Column) Measurement {
	return Measurement{Name: name, Units: percent, of: []Column{a, b}, make: func(v []float64, _ float64) float64 {
		if v[0]+v[1] == 0 {
			return 0
		}
		return 100 * v[0] / (v[0] + v[1])
	}}
}

// load is how much of a second processors have worked, in percent of one of them, or of all.
func load(name string, c Column) Measurement {
	return Measurement{Name: name, Units: percent, of: []Column{c}, make: func(v []float64, s float64) float64 { return 100 * v[0] / 1e6 / s }}
}

func loadOfAll(name string, c Column) Measurement {
	return Measurement{Name: name, Units: percent, of: []Column{c, Processors}, divides: true,
		make: func(v []float64, s float64) float64 { return 100 * v[0] / 1e6 / s / v[1] }}
}

// peak is the load of the minute of the highest load.
func peak(name string, c Column) Measurement {
	return Measurement{Name: name, Units: percent, of: []Column{c}, make: func(v []float64, _ float64) float64 { return 100 * v[0] / 1e6 / 60 }}
}

func peakOfAll(name string, c Column) Measurement {
	return Measurement{Name: name, Units: percent, of: []Column{c, Processors}, divides: true,
		make: func(v []float64, _ float64) float64 { return 100 * v[0] / 1e6 / 60 / v[1] }}
}

// unmeasured are measurements that the API knows and nothing here measures: they have no values.
func unmeasured(units string, names ...string) (all Measurements) {
	for _, n := range names {
		all = append(all, Measurement{Name: n, Units: units})
	}
	return all
}

// The units.
const (
	perSecond      = "SCALAR_PER_SECOND"
	scalar         = "SCALAR"
	bytesPerSecond = "BYTES_PER_SECOND"
	inBytes        = "BYTES"
	percent        = "PERCENT"
	megabytes      = "MEGABYTES"
	kilobytes      = "KILOBYTES"
	milliseconds   = "MILLISECONDS"
	inSeconds      = "SECONDS"
)

const (
	kb = 1 << 10
	mb = 1 << 20
)
