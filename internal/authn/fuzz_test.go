package authn

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// FuzzAuthorization: no header authenticates whoever does not know a secret, and none is more than refused.
func FuzzAuthorization(f *testing.F) {
	st := sqlitetest.Open(f, time.Now,
		state.Organizations.Schema(), state.APIKeys.Schema(), state.KeyAddresses.Schema(), state.ServiceAccounts.Schema(), state.Tokens.Schema())
	auth := New(st, []byte("secret"), NewUsage(time.Now), nil)
	key, _ := NewAPIKey("org", "", []authz.Grant{{Role: authz.OrgOwner, OrgID: "org"}}, time.Now())
	key.PublicKey = "abcdefgh" // so that the fuzzer finds it
	if err := st.Update(f.Context(), func(tx store.Tx) error { return state.APIKeys.Put(tx, key) }); err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"", "Bearer x", "bearer", "Basic eDp5", "Digest", "Bearer mdb_sa_sk_x",
		digest("abcdefgh", "wrong", auth.nonces.issue(), "00000001", http.MethodGet, target),
		digest("nobodyyy", "wrong", auth.nonces.issue(), "ffffffff", http.MethodGet, target),
		`Digest username="abcdefgh",username="nobodyyy", realm="MMS Public API", nonce="", uri="/", cnonce="", nc=, qop=auth, response=""`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, authorization string) {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header["Authorization"] = []string{authorization}
		if who, err := auth.Authenticate(r); !errors.Is(err, fault.Unauthenticated) {
			t.Errorf("%q: %+v, %v", authorization, who, err)
		}
	})
}
