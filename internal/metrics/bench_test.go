package metrics

import (
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// BenchmarkRequest is the cost of counting a request, without its transactions.
func BenchmarkRequest(b *testing.B) {
	m := New("test")
	for b.Loop() {
		m.Request("getDatabaseUser", http.StatusOK, 20*time.Microsecond)
	}
}

// BenchmarkCommand is the cost of counting a command and its authorization.
func BenchmarkCommand(b *testing.B) {
	o := New("test").Observer()
	body, err := bson.Marshal(bson.D{{Key: "find", Value: "orders"}, {Key: "$db", Value: "shop"}})
	if err != nil {
		b.Fatal(err)
	}
	m := &wire.Msg{Body: body}
	for b.Loop() {
		o.Authorization(gateway.Authorization{Message: m})
		o.Command(gateway.Command{Name: "find", Message: m, Took: 20 * time.Microsecond})
	}
}
