package plane

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/bucket/buckettest"
	"github.com/telamon-db/telamon/internal/model"
)

// stored is how many bytes the bucket has.
func stored(t *testing.T, s *buckettest.Server) (total int64) {
	t.Helper()
	err := filepath.WalkDir(s.Dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// document is one of a kilobyte that cannot be made smaller.
func document(id int, random *rand.Rand) bson.D {
	filler := make([]byte, 1000)
	for i := 0; i < len(filler); i += 8 {
		binary.LittleEndian.PutUint64(filler[i:], random.Uint64())
	}
	return bson.D{{Key: "_id", Value: id}, {Key: "filler", Value: bson.Binary{Data: filler}}}
}

// put inserts documents, or replaces them.
func (b *bench) put(c *model.Cluster, random *rand.Rand, ids ...int) {
	b.t.Helper()
	const batch = 500
	for len(ids) > 0 {
		var updates bson.A
		n := min(batch, len(ids))
		for _, id := range ids[:n] {
			updates = append(updates, bson.D{{Key: "q", Value: bson.D{{Key: "_id", Value: id}}}, {Key: "u", Value: document(id, random)}, {Key: "upsert", Value: true}})
		}
		b.run(c, bson.D{{Key: "update", Value: "documents"}, {Key: "updates", Value: updates}})
		ids = ids[n:]
	}
}

// TestAMonthOfSnapshots takes thirty snapshots, before each of which a hundredth of the documents was added, or replaced
// anywhere in the collection. Snapshots share files: those of added documents take together little more than the last one,
// and those of replaced documents a fraction of as many copies. TELAMON_TEST_MONTH is the number of documents at the
// beginning.
func TestAMonthOfSnapshots(t *testing.T) {
	size := 40_000
	if text := os.Getenv("TELAMON_TEST_MONTH"); text != "" {
		size, _ = strconv.Atoi(text)
	}
	const days = 30
	for name, of := range map[string]struct {
		most float64 // of the last one's size
		next func(day, i int, random *rand.Rand) int
	}{
		"appended": {1.5, func(day, i int, _ *rand.Rand) int { return size + day*(size/100) + i }},
		"uniform":  {10, func(_, _ int, random *rand.Rand) int { return random.IntN(size) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := buckettest.Start(t)
			b, c, random := storing(t, s), newCluster("alpha"), rand.New(rand.NewPCG(1, 2))
			b.start(c)
			var all []int
			for i := range size {
				all = append(all, i)
			}
			b.put(c, random, all...)
			b.takes(c)
			first := stored(t, s)
			var last int64
			for day := range days {
				var changed []int
				for i := range size / 100 {
					changed = append(changed, of.next(day, i, random))
				}
				b.put(c, random, changed...)
				taken, err := b.Snapshot(t.Context(), c.ID, model.NewID())
				b.must(err)
				last = taken.Size
			}
			ratio := float64(stored(t, s)) / float64(last)
			t.Logf("%d snapshots take %.2f times the last one: %d MB, the first %d MB", days+1, ratio, stored(t, s)>>20, first>>20)
			if ratio > of.most {
				t.Errorf("%.2f times", ratio)
			}
		})
	}
}
