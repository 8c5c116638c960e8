package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// BenchmarkFirstPing is how long after a cluster has been asked for the driver, logged in, has its first ping answered, at
// the median. The state in which a cluster is being made is held for 300 ms, so that programs that watch it see it.
func BenchmarkFirstPing(b *testing.B) {
	p := &process{b: b, binary: program.Path(b), dir: b.TempDir()}
	p.start()
	project := "/groups/" + p.boot.ProjectID
	p.call(http.MethodPost, project+"/databaseUsers", map[string]any{"username": "app", "password": "correct horse", "databaseName": "admin",
		"roles": []any{map[string]any{"roleName": "readWrite", "databaseName": "bench"}}})
	p.call(http.MethodPost, project+"/accessList", []any{map[string]any{"ipAddress": "127.0.0.1"}})
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		path := p.cluster(p.boot.ProjectID, fmt.Sprint("c", len(all)))
		p.settle([]string{path})
		uri := p.call(http.MethodGet, path, nil)["connectionStrings"].(map[string]any)["standard"].(string)
		client, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "app", Password: "correct horse"}))
		if err == nil {
			err = client.Ping(b.Context(), nil)
		}
		all = append(all, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
		_ = client.Disconnect(context.Background())
		p.call(http.MethodDelete, path, nil)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1e3, "median-ms")
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1e3, "slowest-ms")
}
