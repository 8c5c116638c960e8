package bench

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/verifier"
)

// soleUser is a directory with one user, which admits every address.
type soleUser struct{ user *gateway.User }

func (m soleUser) User(context.Context, string, string) (*gateway.User, error) { return m.user, nil }
func (soleUser) Admits(context.Context, netip.Addr) (bool, error)              { return true, nil }

// BenchmarkFailover is the median time from the beginning of a failover to the end of the driver's next write.
func BenchmarkFailover(b *testing.B) {
	v, err := verifier.New256("secret")
	if err != nil {
		b.Fatal(err)
	}
	user := (&gateway.User{ID: "1", DB: "admin", Name: "app", SHA256: v, Roles: []gateway.Role{{Name: "readWrite", DB: "bench"}}}).Compile()
	p := plane.New(plane.Config{
		DataDir: b.TempDir(), Site: model.Site{Host: "127.0.0.1"}, Version: "8.0.0", Logger: slog.New(slog.DiscardHandler),
		Databases: plane.Embedded{Logger: slog.New(slog.DiscardHandler), Now: time.Now},
		Directory: func(*model.Cluster) gateway.Directory { return soleUser{user} },
	})
	b.Cleanup(func() {
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	})
	z := model.NewZone()
	z.Regions = []model.Region{{Provider: model.AWS, Name: "US_EAST_1", Priority: 7, Electable: model.Hardware{Nodes: 3, Size: "M10", DiskGB: 10}}}
	c := &model.Cluster{ID: model.NewID(), Name: "bench", ReplicaSet: "bench", Dataset: "data", Declared: model.Declared{Zones: []model.Zone{z}}}
	start := func() {
		if c.Topology, err = p.Start(c); err != nil {
			b.Fatal(err)
		}
		c.Ready = true
	}
	start()
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + c.Addresses() + "/?authSource=admin&replicaSet=bench").
		SetAuth(options.Credential{Username: "app", Password: "secret"}))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	coll := client.Database("bench").Collection("c")
	write := func() {
		if _, err := coll.InsertOne(b.Context(), bson.D{}); err != nil {
			b.Fatal(err)
		}
	}
	write()
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		c.Failovers++
		start()
		write()
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1e3, "median-ms")
	b.ReportMetric(float64(all[len(all)*9/10].Microseconds())/1e3, "p90-ms")
}
