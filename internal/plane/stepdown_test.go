package plane

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/telamon-db/telamon/internal/model"
)

// TestAFailoverInterrupts: a failover interrupts long reads, which the driver repeats at the next primary, and writes that
// wait for members that are away, which are done once.
func TestAFailoverInterrupts(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	lose(c, "US_WEST_2")
	b.start(c)
	all := &writeconcern.WriteConcern{W: len(c.Members)}
	client := b.dial(c, options.Client().SetRetryWrites(false).SetRetryReads(false))
	orders := client.Database("shop").Collection("orders")
	if _, err := orders.InsertOne(t.Context(), bson.M{"_id": "first"}); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var written, read error
	wait.Go(func() {
		_, written = client.Database("shop", options.Database().SetWriteConcern(all)).Collection("orders").InsertOne(t.Context(), bson.M{"_id": "second"})
	})
	wait.Go(func() {
		for read == nil { // until one is interrupted, which takes longest
			var cursor *mongo.Cursor
			if cursor, read = orders.Aggregate(t.Context(), longPipeline); read == nil {
				read = cursor.Close(t.Context())
			}
		}
	})
	b.runs(c, 2)
	c.Failovers++
	b.start(c)
	wait.Wait()
	var unmet mongo.WriteException
	if !errors.As(written, &unmet) || unmet.WriteConcernError == nil || unmet.WriteConcernError.Code != 11602 {
		t.Errorf("the write that waited: %v", written)
	}
	if !told(read, 11602, 10107, 13435) {
		t.Errorf("the read that took long: %v", read)
	}
	if n, err := orders.CountDocuments(t.Context(), bson.M{}); n != 2 || err != nil {
		t.Errorf("%d documents, %v", n, err)
	}
}

// longPipeline takes about a second, most of it in the processor.
var longPipeline = func() bson.A {
	numbers := bson.D{{Key: "$range", Value: bson.A{0, 3000}}}
	sum := func(of any) bson.D {
		return bson.D{{Key: "$sum", Value: bson.D{{Key: "$map", Value: bson.D{{Key: "input", Value: numbers}, {Key: "in", Value: of}}}}}}
	}
	return bson.A{bson.D{{Key: "$project", Value: bson.D{{Key: "n", Value: sum(sum("$$this"))}}}}}
}()

func told(err error, codes ...int) bool {
	var failed mongo.ServerError
	return errors.As(err, &failed) && slices.ContainsFunc(codes, failed.HasErrorCode)
}

// runs waits until n commands run on a cluster's database, not counting its own.
func (b *bench) runs(c *model.Cluster, n int) {
	b.t.Helper()
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		reply := b.tryOn(c, "admin", bson.D{{Key: "currentOp", Value: 1}})
		ops, err := reply.Lookup("inprog").Array().Values()
		b.must(err)
		if len(ops) > n {
			return
		}
		if time.Since(began) > 20*time.Second {
			b.t.Fatalf("%d commands run: %v", len(ops), reply)
		}
	}
}
