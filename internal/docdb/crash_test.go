package docdb

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// promises are how far each session's writes have been acknowledged.
type promises struct {
	mu       sync.Mutex
	made     [4]int
	left     int    // until the crash
	onCrash  func() // called once, when they have been made
	survived [4]int // made before the crash
}

func (p *promises) make(w int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made[w]++
	if p.left--; p.left == 0 {
		p.survived = p.made
		p.onCrash()
	}
}

// TestCrash takes the power away while sessions write and build indexes. Of what the file system has not been told to
// keep, a random part is there, by blocks: a write may be torn. Every acknowledged write must be there whole, the indexes
// must agree, and it must go on.
func TestCrash(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 7))
		fs := vfs.NewCrashableMem()
		var crashed *vfs.MemFS
		p := &promises{left: 1 + r.IntN(150)}
		p.onCrash = func() {
			crashed = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: r.IntN(101), RNG: r})
		}
		x := open(t, "data", Options{fs: fs, OplogBytes: 20_000})
		x.together(5, func(w int, y *db) {
			if w == 4 {
				for range 5 {
					y.index("c", "w", 1)
					y.ok(d{{"dropIndexes", "c"}, {"index", "w_1"}})
				}
				return
			}
			for i := range 40 {
				y.insert("c", d{{"_id", d{{"w", w}, {"i", i}}}, {"w", w}, {"s", string(make([]byte, padding(w, i)))}})
				p.make(w)
			}
		})
		y := open(t, "data", Options{fs: crashed})
		for w, n := range p.survived {
			got := int(y.ok(d{{"count", "c"}, {"query", d{{"w", w}}}}).Lookup("n").Int32())
			if got < n || got > n+1 {
				t.Errorf("seed %d: session %d: %d documents, %d were acknowledged", seed, w, got, n)
			}
		}
		y.index("c", "w", 1)
		y.insert("c", d{{"_id", "after"}})
		y.sound()
		y.close()
		x.close()
	}
}

// padding is a size that makes frames of the log end anywhere in a block.
func padding(w, i int) int { return (w*37 + i*i*11) % 3000 }
