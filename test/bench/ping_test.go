package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// BenchmarkFirstPing is how long after a cluster has been asked for the driver, logged in, has its first ping answered, at
// the median. The state in which a cluster is being made is held for 300 ms, so that programs that watch it see it.
func BenchmarkFirstPing(b *testing.B) {
	p := &process{b: b, binary: program.Path(b), dir: b.TempDir()}
	p.start()
	p.admit(p.boot.ProjectID)
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		path := p.cluster(p.boot.ProjectID, fmt.Sprint("c", len(all)))
		clients := reached(b, p.settle([]string{path}))
		all = append(all, time.Since(began))
		_ = clients[0].Disconnect(context.Background()) // it has done its work
		p.call(http.MethodDelete, path, nil)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1e3, "median-ms")
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1e3, "slowest-ms")
}
