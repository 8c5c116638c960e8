package insight

import (
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

func member() *Member {
	at := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	return NewRecorder(nil, func() time.Time { return at }, nil).Member("c", 0)
}

func found(t testing.TB, command string, took time.Duration, work wire.Work) gateway.Command {
	m := message(t, command)
	reply, err := bson.Marshal(bson.D{{Key: "cursor", Value: bson.D{{Key: "firstBatch", Value: bson.A{bson.D{}, bson.D{}}}}}, {Key: "ok", Value: 1.0}})
	if err != nil {
		t.Fatal(err)
	}
	return gateway.Command{Name: m.Name(), Message: m, Reply: reply, Took: took, Work: work}
}

// What commands of one shape do is added up; what has failed is not counted.
func TestCommandsAreCounted(t *testing.T) {
	m := member()
	for i := range 3 {
		m.Command(found(t, fmt.Sprintf(`{"find": "orders", "filter": {"a": %d}}`, i), time.Duration(i+1)*time.Millisecond, wire.Work{Keys: 1, Docs: 10}))
	}
	failed := found(t, `{"find": "orders", "filter": {"a": 1}}`, time.Second, wire.Work{})
	failed.Code = 50
	m.Command(failed)
	s := m.take()
	if len(s.shapes) != 1 {
		t.Fatalf("%d shapes", len(s.shapes))
	}
	got := *s.shapes[0]
	if got.Count != 3 || got.Micros != 6000 || got.Keys != 3 || got.Docs != 30 || got.Returned != 6 || got.Last != 3000 || got.Namespace != "shop.orders" || got.Quantile(0.5) != 2048 {
		t.Errorf("noted %+v", got)
	}
	if again := m.take(); again.shapes != nil {
		t.Error("what has not changed is written again")
	}
}

// What a member holds is bounded: of shapes those stay that took longest, of other things the latest.
func TestMembersAreBounded(t *testing.T) {
	m := member()
	for i := range 3 * maxShapes {
		m.Command(found(t, fmt.Sprintf(`{"find": "orders", "filter": {"f%d": 1}}`, i), time.Duration(i+1)*time.Millisecond, wire.Work{}))
	}
	for range 3 * maxPending {
		m.LoginLine([]byte("line\n"), time.Time{}, gateway.Login{})
		m.SlowLine(make([]byte, 1<<20), time.Time{}, found(t, `{"find": "orders"}`, time.Second, wire.Work{}))
	}
	s := m.take()
	if len(s.shapes) != maxShapes || len(s.logins) != maxPending || len(s.slow) != maxPending || len(s.slow[0].Line) != maxLine {
		t.Errorf("it holds %d shapes, %d logins and %d slow operations with lines of %d bytes", len(s.shapes), len(s.logins), len(s.slow), len(s.slow[0].Line))
	}
	for _, one := range s.shapes {
		if one.Last < 1000*maxShapes {
			t.Errorf("a shape that took %d microseconds is there", one.Last)
		}
	}
}

// BenchmarkCommand is what noting a query costs its connection.
func BenchmarkCommand(b *testing.B) {
	m := member()
	c := found(b, `{"find": "orders", "filter": {"by": "ann", "total": {"$gt": 5}}, "sort": {"at": -1}, "limit": 3}`, time.Millisecond, wire.Work{Docs: 3})
	b.ReportAllocs()
	for b.Loop() {
		m.Command(c)
	}
}
