package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/recall"
)

// sink is a response that is thrown away.
type sink struct{ header http.Header }

func (s sink) Header() http.Header         { return s.header }
func (s sink) Write(b []byte) (int, error) { return len(b), nil }
func (s sink) WriteHeader(int)             {}

// get is an authenticated GET of one database user, without a network.
func get(b *testing.B, cfg Config) func() {
	cfg.DataDir, cfg.Listen, cfg.Management, cfg.LimitsOff = b.TempDir(), "127.0.0.1:0", "127.0.0.1:0", true
	s, err := Open(context.Background(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.release(); err != nil {
			b.Error(err)
		}
	})
	boot := s.Bootstrap()
	token := "benchmark"
	sum := sha256.Sum256([]byte(token))
	err = s.store.Update(b.Context(), func(tx store.Tx) error {
		if err := state.Tokens.Put(tx, &model.Token{Hash: hex.EncodeToString(sum[:]), ClientID: boot.ClientID, Issued: time.Now(), Expires: time.Now().Add(time.Hour)}); err != nil {
			return err
		}
		return databaseuser.Users.Put(tx, &databaseuser.User{GroupID: boot.ProjectID, Value: databaseuser.CloudDatabaseUser{DatabaseName: "admin", Username: "app"}})
	})
	if err != nil {
		b.Fatal(err)
	}
	h := s.handler()
	r := httptest.NewRequest(http.MethodGet, "/api/atlas/v2/groups/"+boot.ProjectID+"/databaseUsers/admin/app", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.Clone(b.Context()))
	if w.Code != http.StatusOK {
		b.Fatalf("%d %s", w.Code, w.Body)
	}
	return func() { h.ServeHTTP(sink{http.Header{}}, r.Clone(b.Context())) }
}

// BenchmarkHandler is what a request costs without a network: with -benchmem, what the request path allocates.
func BenchmarkHandler(b *testing.B) {
	recall.Twice = false // as it is outside of tests
	one := get(b, Config{})
	b.ReportAllocs()
	for b.Loop() {
		one()
	}
}

// BenchmarkHandlerMetrics is what the metrics add to a request: rounds of requests to a server with metrics and to one
// without take turns, and the medians are compared.
func BenchmarkHandlerMetrics(b *testing.B) {
	recall.Twice = false // as it is outside of tests
	with, without := get(b, Config{}), get(b, Config{uncounted: true})
	const rounds = 200
	round := func(one func()) time.Duration {
		began := time.Now()
		for range rounds {
			one()
		}
		return time.Since(began) / rounds
	}
	var counted, uncounted []time.Duration
	for b.Loop() {
		counted, uncounted = append(counted, round(with)), append(uncounted, round(without))
	}
	slices.Sort(counted)
	slices.Sort(uncounted)
	median := func(all []time.Duration) float64 { return float64(all[len(all)/2]) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(counted), "ns-counted")
	b.ReportMetric(100*(median(counted)/median(uncounted)-1), "%-more")
}
