package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type page struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Rev  int64  `json:"-"`
}

var pages = &store.Table[page]{Name: "pages", ID: func(p *page) string { return p.Name }, Rev: func(p *page) *int64 { return &p.Rev }}

// library is an engine whose operation reads a page, and counts how often it does.
func library(t *testing.T) (e *Engine, s store.Store, reads *int) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, []*store.Schema{pages.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	reads = new(int)
	read := func(tx store.Tx, in thingIn) (thing, error) {
		*reads++
		p, err := pages.Get(tx, in.Name)
		if err != nil {
			return thing{}, store.IfMissing(err, fault.ClusterNotFound.With(in.Name, in.GroupID))
		}
		return thing{Name: p.Name, Old: p.Text, Links: Self("/pages/" + p.Name)}, nil
	}
	e, err = New(Operations{{
		ID: "getPage", Method: http.MethodGet, Path: "/groups/{groupId}/pages/{name}", Tag: "Pages", Summary: "Get", Roles: authz.Any(authz.GroupReadOnly),
		Status: 200, Level: Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: []Version{Read("2023-01-01", s, read)},
	}}, config)
	if err != nil {
		t.Fatal(err)
	}
	return e, s, reads
}

// TestReadsAreRemembered until a row that they have read changes. Callers who want the answer in another form get it from
// the same, which stays as it is.
func TestReadsAreRemembered(t *testing.T) {
	e, s, reads := library(t)
	ask := func(query, host string) string {
		r := httptest.NewRequest(http.MethodGet, Prefix+"/groups/"+group+"/pages/one"+query, nil)
		r.Host = host
		r.Header.Set("Who", "reader")
		r.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Body.String()
	}
	write := func(text string) {
		t.Helper()
		err := s.Update(context.Background(), func(tx store.Tx) error {
			p, err := pages.Get(tx, "one")
			if store.IsNotFound(err) {
				p, err = &page{Name: "one"}, nil
			}
			if err != nil {
				return err
			}
			p.Text = text
			return pages.Put(tx, p)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := ask("", "here"); !strings.Contains(got, `"error":404`) {
		t.Errorf("before there is one: %s", got)
	}
	for _, text := range []string{"first", "second"} {
		write(text)
		*reads = 0
		body := `{"links":[{"href":"http://here/api/atlas/v2/pages/one","rel":"self"}],"name":"one","old":"` + text + `"}`
		for range 3 {
			if got := ask("", "here"); got != body {
				t.Errorf("%s: %s", text, got)
			}
			if got := ask("?envelope=true", "here"); got != `{"status":200,"content":`+body+`}` {
				t.Errorf("%s: in an envelope: %s", text, got)
			}
			if got := ask("", "there"); got != strings.Replace(body, "here", "there", 1) {
				t.Errorf("%s: from another host: %s", text, got)
			}
		}
		if *reads != 3 {
			t.Errorf("%s: three different requests read %d times", text, *reads)
		}
	}
}

func TestReadsAreGets(t *testing.T) {
	read := func(store.Tx, thingIn) (thing, error) { return thing{}, nil }
	_, err := New(Operations{{
		ID: "doIt", Method: http.MethodPost, Path: "/groups/{groupId}/things/{name}", Tag: "Things", Summary: "Do", Roles: authz.Any(authz.GroupReadOnly),
		Status: 200, Level: Real, Versions: []Version{Read("2023-01-01", nil, read)},
	}}, config)
	if err == nil {
		t.Error("a POST may be answered from memory")
	}
}
