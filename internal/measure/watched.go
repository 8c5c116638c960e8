package measure

import "slices"

// Watched is a metric that alerts can be about. Its value is in bytes, milliseconds, or a number.
type Watched struct {
	Measurement
	Kind Quantity
}

// Quantity is what a metric's value is a quantity of.
type Quantity string

// The quantities.
const (
	Number Quantity = "number"
	Data   Quantity = "data"
	Times  Quantity = "time"
)

// units are how many of the base unit a unit of a threshold is, and of what it is one.
var units = map[string]struct {
	kind   Quantity
	factor float64
}{
	"RAW": {Number, 1}, "COUNT": {Number, 1}, "THOUSAND": {Number, 1e3}, "MILLION": {Number, 1e6}, "BILLION": {Number, 1e9},
	"BITS": {Data, 1. / 8}, "KILOBITS": {Data, 1 << 7}, "MEGABITS": {Data, 1 << 17}, "GIGABITS": {Data, 1 << 27},
	"BYTES": {Data, 1}, "KILOBYTES": {Data, 1 << 10}, "MEGABYTES": {Data, 1 << 20}, "GIGABYTES": {Data, 1 << 30}, "TERABYTES": {Data, 1 << 40}, "PETABYTES": {Data, 1 << 50},
	"NANOSECONDS": {Times, 1e-6}, "MILLISECONDS": {Times, 1}, "SECONDS": {Times, 1e3}, "MINUTES": {Times, 60e3}, "HOURS": {Times, 3600e3}, "DAYS": {Times, 86400e3},
	"MILLION_MINUTES": {Times, 60e9},
}

// Factor is how many of the base unit a unit is; ok is false if it is no unit of the quantity. "" is RAW.
func (q Quantity) Factor(unit string) (factor float64, ok bool) {
	if unit == "" {
		unit = "RAW"
	}
	u, known := units[unit]
	return u.factor, known && u.kind == q
}

// bases are the units of measurements as quantities.
var bases = map[string]struct {
	kind   Quantity
	factor float64
}{
	inBytes: {Data, 1}, bytesPerSecond: {Data, 1}, megabytes: {Data, mb}, kilobytes: {Data, kb}, milliseconds: {Times, 1}, inSeconds: {Times, 1000},
}

// watched are the metrics of alerts, by name. Source of the names that are not those of measurements: Atlas documentation,
// "Alert Conditions".
var watched = func() map[string]Watched {
	all := map[string]Watched{}
	put := func(name string, m Measurement) {
		if !m.Measured() {
			return
		}
		w := Watched{m, Number}
		if base, ok := bases[m.Units]; ok {
			w.Kind = base.kind
			if make := m.make; base.factor != 1 {
				w.make = func(v []float64, s float64) float64 { return base.factor * make(v, s) }
			}
		}
		w.Name = name
		all[name] = w
	}
	for _, m := range slices.Concat(OfProcess, OfDisk) {
		put(m.Name, m)
	}
	for name, as := range map[string]string{
		"DISK_PARTITION_SPACE_USED_DATA": "DISK_PARTITION_SPACE_PERCENT_USED", "LOGICAL_SIZE": "DB_DATA_SIZE_TOTAL", "CACHE_USAGE_USED": "CACHE_USED_BYTES",
		"CACHE_USAGE_DIRTY": "CACHE_DIRTY_BYTES", "NORMALIZED_SYSTEM_CPU_USER": "SYSTEM_NORMALIZED_CPU_USER", "NORMALIZED_SYSTEM_CPU_STEAL": "SYSTEM_NORMALIZED_CPU_STEAL",
		"OPLOG_MASTER_TIME": "OPLOG_MASTER_TIME", "DISK_PARTITION_READ_IOPS_DATA": "DISK_PARTITION_IOPS_READ", "DISK_PARTITION_WRITE_IOPS_DATA": "DISK_PARTITION_IOPS_WRITE",
		"AVG_READ_EXECUTION_TIME": "OP_EXECUTION_TIME_READS", "AVG_WRITE_EXECUTION_TIME": "OP_EXECUTION_TIME_WRITES", "AVG_COMMAND_EXECUTION_TIME": "OP_EXECUTION_TIME_COMMANDS",
		"DISK_PARTITION_READ_LATENCY_DATA": "DISK_PARTITION_LATENCY_READ", "DISK_PARTITION_WRITE_LATENCY_DATA": "DISK_PARTITION_LATENCY_WRITE",
		"FLEX_CONNECTIONS": "CONNECTIONS", "FLEX_DATA_SIZE_TOTAL": "DB_DATA_SIZE_TOTAL", "FLEX_NETWORK_BYTES_IN": "NETWORK_BYTES_IN", "FLEX_NETWORK_BYTES_OUT": "NETWORK_BYTES_OUT",
		"FLEX_OPCOUNTER_CMD": "OPCOUNTER_CMD", "FLEX_OPCOUNTER_QUERY": "OPCOUNTER_QUERY", "FLEX_OPCOUNTER_UPDATE": "OPCOUNTER_UPDATE", "FLEX_OPCOUNTER_DELETE": "OPCOUNTER_DELETE",
		"FLEX_OPCOUNTER_GETMORE": "OPCOUNTER_GETMORE", "FLEX_OPCOUNTER_INSERT": "OPCOUNTER_INSERT", "SERVERLESS_CONNECTIONS": "CONNECTIONS", "SERVERLESS_DATA_SIZE_TOTAL": "DB_DATA_SIZE_TOTAL",
	} {
		m, _ := slices.Concat(OfProcess, OfDisk).Find(as)
		put(name, m)
	}
	for _, name := range []string{"CONNECTIONS_PERCENT", "FLEX_CONNECTIONS_PERCENT", "SERVERLESS_CONNECTIONS_PERCENT"} {
		put(name, ratio(name, percent, Connections, MostConnections, 100))
	}
	put("FLEX_OPCOUNTER_TOTAL", Measurement{
		Units: perSecond, of: []Column{OpInsert, OpQuery, OpUpdate, OpDelete, OpGetMore, OpCommand},
		make: func(v []float64, s float64) float64 { return (v[0] + v[1] + v[2] + v[3] + v[4] + v[5]) / s },
	})
	return all
}()

// WatchedNamed is the metric of a name; ok is false if it is not measured here.
func WatchedNamed(name string) (w Watched, ok bool) {
	w, ok = watched[name]
	return w, ok
}
