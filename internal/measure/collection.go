package measure

import (
	"math/bits"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/series"
)

// mostCollections is how many collections of a member are counted at a time. Others that are used meanwhile are not.
const mostCollections = 200

// collections counts how collections are used. The zero value knows of none.
type collections struct {
	mu  sync.Mutex
	all map[Namespace]*collection
}

// Namespace is the name of a collection.
type Namespace struct{ DB, Collection string }

func (n Namespace) String() string { return n.DB + "." + n.Collection }

// collection counts reads, writes and the rest, and all of them together.
type collection [groups + 1]latencies

// latencies counts times: how many have how many binary digits of microseconds, and two digits behind the first.
type latencies struct {
	n, micros int64
	buckets   [4 * 40]int32
}

func (l *latencies) add(micros int64) {
	l.n++
	l.micros += micros
	l.buckets[bucketOf(micros)]++
}

// bucketOf is the bucket of a time. Each is a quarter of a power of two wide.
func bucketOf(micros int64) int {
	if micros < 4 {
		return int(max(micros, 0))
	}
	top := bits.Len64(uint64(micros)) - 1
	return min(4*(top-1)+int(micros>>(top-2)&3), 4*40-1)
}

// upper is the longest time of a bucket.
func upper(bucket int) int64 {
	if bucket < 4 {
		return int64(bucket)
	}
	top, quarter := bucket/4+1, int64(bucket%4)
	return (4+quarter+1)<<(top-2) - 1
}

// percentile is a time that so many hundredths of all do not exceed; Missing if there are none.
func (l *latencies) percentile(p int64) int64 {
	if l.n == 0 {
		return series.Missing
	}
	left := (l.n*p + 99) / 100
	for i, n := range l.buckets {
		if left -= int64(n); left <= 0 {
			return upper(i)
		}
	}
	return upper(len(l.buckets) - 1)
}

func (c *collections) add(db, name string, g group, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ns := Namespace{db, name}
	one := c.all[ns]
	if one == nil {
		if len(c.all) >= mostCollections {
			return
		}
		if c.all == nil {
			c.all = map[Namespace]*collection{}
		}
		one = &collection{}
		c.all[ns] = one
	}
	one[g].add(took.Microseconds())
	one[groups].add(took.Microseconds())
}

// The columns of a collection: five for reads, writes, commands and all.
const (
	Count Column = iota
	Time
	P50
	P95
	P99
	each
)

// TotalTime is the column of the time of all commands.
const TotalTime = Column(groups)*each + Time

// OfCollection is the form of a collection's series.
var OfCollection = func() (f series.Form) {
	for range groups + 1 {
		f = append(f, series.Sum, series.Sum, series.Most, series.Most, series.Most)
	}
	return f
}()

// Collections are the collections that have been used at the member since the last time, and how. It begins to count anew.
func (m *Member) Collections() map[Namespace]Row {
	m.collections.mu.Lock()
	all := m.collections.all
	m.collections.all = nil
	m.collections.mu.Unlock()
	out := make(map[Namespace]Row, len(all))
	for ns, c := range all {
		row := make(Row, 0, len(OfCollection))
		for i := range c {
			l := &c[i]
			row = append(row, l.n, l.micros, l.percentile(50), l.percentile(95), l.percentile(99))
		}
		out[ns] = row
	}
	return out
}

// Unused is the row of a collection that is not used.
func Unused() Row {
	var row Row
	for range groups + 1 {
		row = append(row, 0, 0, series.Missing, series.Missing, series.Missing)
	}
	return row
}
