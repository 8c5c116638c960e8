package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
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

// BenchmarkHandler is what an authenticated GET of one database user costs without a network: with -benchmem, what the
// request path allocates.
func BenchmarkHandler(b *testing.B) {
	recall.Twice = false // as it is outside of tests
	s, err := Open(context.Background(), Config{DataDir: b.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", LimitsOff: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.release(); err != nil {
			b.Error(err)
		}
	}()
	boot := s.Bootstrap()
	token := "benchmark"
	sum := sha256.Sum256([]byte(token))
	err = s.store.Update(b.Context(), func(tx store.Tx) error {
		if err := state.Tokens.Put(tx, &model.Token{Hash: hex.EncodeToString(sum[:]), ClientID: boot.ClientID, Issued: time.Now(), Expires: time.Now().Add(time.Hour)}); err != nil {
			return err
		}
		return databaseuser.Users.Put(tx, &databaseuser.User{ID: "507f1f77bcf86cd799439011", GroupID: boot.ProjectID, Database: "admin", Name: "app"})
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
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(sink{http.Header{}}, r.Clone(b.Context()))
	}
}
