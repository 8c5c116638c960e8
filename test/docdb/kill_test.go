package docdb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// killRounds is how often the process is killed; TELAMON_KILL_ROUNDS changes it.
func killRounds(t *testing.T) int {
	s := os.Getenv("TELAMON_KILL_ROUNDS")
	if s == "" {
		return 6
	}
	n, err := strconv.Atoi(s)
	must(t, err)
	return n
}

const writers = 4

// books records what the process has acknowledged.
type books struct {
	mu       sync.Mutex
	docs     []string     // ids
	counts   [writers]int // increments of each writer's counter
	unsure   [writers]int // increments of this round that were not acknowledged and may have happened
	builds   int          // indexes built
	left     int          // acknowledgements until the round ends
	enough   chan struct{}
	checking int // docs of the rounds before, which have been checked
}

// acked notes an acknowledgement.
func (b *books) acked(note func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note()
	if b.left--; b.left == 0 {
		close(b.enough)
	}
}

// TestKill kills the process round after round while clients insert, count and build indexes.
func TestKill(t *testing.T) {
	p, b, rounds := newProcess(t), &books{}, killRounds(t)
	preload(t, p.client())
	for round := range rounds {
		b.enough, b.left = make(chan struct{}), 50+rand.IntN(300)
		ctx, cancel := context.WithCancel(t.Context())
		client := p.client()
		var load sync.WaitGroup
		for w := range writers {
			load.Go(func() { write(ctx, client, b, w, fmt.Sprintf("r%d-w%d", round, w)) })
		}
		load.Go(func() { buildIndexes(ctx, client, b) })
		<-b.enough
		p.kill()
		cancel()
		load.Wait()
		p.start()
		audit(t, p.client(), b, round)
	}
	t.Logf("%d rounds: %d documents and %v increments acknowledged and found, %d indexes built; the slowest start took %v",
		rounds, len(b.docs), b.counts, b.builds, p.slowest)
}

func doc(pairs ...any) bson.D {
	d := bson.D{}
	for i := 0; i < len(pairs); i += 2 {
		d = append(d, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return d
}

// preload inserts documents for index builds, and the counter of each writer.
func preload(t *testing.T, c *mongo.Client) {
	t.Helper()
	docs := make([]any, 5000)
	for i := range docs {
		docs[i] = doc("_id", i, "n", i%97, "tags", bson.A{i % 3, i % 5})
	}
	_, err := c.Database("shop").Collection("orders").InsertMany(t.Context(), docs)
	must(t, err)
	for w := range writers {
		_, err := c.Database("shop").Collection("counters").InsertOne(t.Context(), doc("_id", w, "n", 0))
		must(t, err)
	}
}

// write inserts documents and increments a counter until the process is killed.
func write(ctx context.Context, client *mongo.Client, b *books, w int, prefix string) {
	db := client.Database("shop")
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", prefix, i)
		if _, err := db.Collection("orders").InsertOne(ctx, doc("_id", id, "n", i, "tags", bson.A{w})); err != nil {
			return
		}
		b.acked(func() { b.docs = append(b.docs, id) })
		if _, err := db.Collection("counters").UpdateOne(ctx, doc("_id", w), doc("$inc", doc("n", 1))); err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.unsure[w]++
			return
		}
		b.acked(func() { b.counts[w]++ })
	}
}

// buildIndexes builds and drops an index until the process is killed.
func buildIndexes(ctx context.Context, client *mongo.Client, b *books) {
	indexes := client.Database("shop").Collection("orders").Indexes()
	for ctx.Err() == nil {
		name, err := indexes.CreateOne(ctx, mongo.IndexModel{Keys: doc("tags", 1, "n", -1)})
		if err != nil {
			return
		}
		b.acked(func() { b.builds++ })
		if err := indexes.DropOne(ctx, name); err != nil {
			return
		}
	}
}

// audit compares the database with the books.
func audit(t *testing.T, client *mongo.Client, b *books, round int) {
	t.Helper()
	db, ctx := client.Database("shop"), t.Context()
	fresh := b.docs[b.checking:]
	n, err := db.Collection("orders").CountDocuments(ctx, doc("_id", doc("$in", fresh)))
	must(t, err)
	if int(n) != len(fresh) {
		t.Fatalf("round %d: of %d documents acknowledged %d are lost", round, len(fresh), len(fresh)-int(n))
	}
	b.checking = len(b.docs)
	for w := range writers {
		var counter struct{ N int }
		must(t, db.Collection("counters").FindOne(ctx, doc("_id", w)).Decode(&counter))
		if counter.N < b.counts[w] || counter.N > b.counts[w]+b.unsure[w] {
			t.Fatalf("round %d: counter %d is %d after %d acknowledged increments and %d of unknown outcome", round, w, counter.N, b.counts[w], b.unsure[w])
		}
		b.counts[w], b.unsure[w] = counter.N, 0
	}
	for _, name := range []string{"orders", "counters"} {
		var found struct {
			Valid  bool
			Errors []string
		}
		must(t, db.RunCommand(ctx, doc("validate", name)).Decode(&found))
		if !found.Valid {
			t.Fatalf("round %d: %s: %v", round, name, found.Errors)
		}
	}
}
