package login_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// onlyRead is a store that nobody may change.
type onlyRead struct{ store.Store }

func (onlyRead) Update(context.Context, func(store.Tx) error) error {
	return errors.New("an update")
}

// TestWhoKnowsNoTokenChangesNothing: asking with invented tokens has the store commit nothing.
func TestWhoKnowsNoTokenChangesNothing(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "telamon.db"), time.Now, append(login.Tables(), state.Tables()...))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, err := login.New(login.Service{
		Store: onlyRead{st}, Key: []byte("k"), BaseURL: func() string { return "" }, Subnet: netip.Addr.String, Log: slog.New(slog.DiscardHandler),
		Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.1") },
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		serve  http.HandlerFunc
		form   url.Values
		status int
	}{
		"revoke":  {s.Revoke, url.Values{"token": {"invented"}}, http.StatusOK},
		"refresh": {s.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"invented"}}, http.StatusBadRequest},
		"redeem":  {s.Token, url.Values{"grant_type": {grant}, "device_code": {"invented"}}, http.StatusBadRequest},
	} {
		c.form.Set("client_id", "test")
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.serve(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
}
