package apikey_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mongodb-forks/digest"

	"github.com/telamon-db/telamon/internal/apitest"
)

// recorder keeps the last Authorization that was sent.
type recorder struct {
	next http.RoundTripper
	sent string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.sent = req.Header.Get("Authorization")
	return r.next.RoundTrip(req)
}

// getWith gets the organizations, with an Authorization unless it is "".
func getWith(t *testing.T, s *apitest.Server, client http.RoundTripper, authorization string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/atlas/v2/orgs", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

// TestTheSameCredentialsAfterARestart: what was sent before it is not good again.
func TestTheSameCredentialsAfterARestart(t *testing.T) {
	s := apitest.Start(t)
	r := &recorder{next: apitest.Checked(t, "")}
	if res := getWith(t, s, &digest.Transport{Username: s.PublicKey, Password: s.PrivateKey, Transport: r}, ""); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	s.Restart()
	res := getWith(t, s, apitest.Checked(t, ""), r.sent)
	if challenge := res.Header.Get("WWW-Authenticate"); res.StatusCode != http.StatusUnauthorized || !strings.HasSuffix(challenge, "stale=true") {
		t.Errorf("%s %s", res.Status, challenge)
	}
}

// TestTheSameCredentialsAgain: who repeats a request as it was is told that the nonce alone is at fault; who changes it
// is not.
func TestTheSameCredentialsAgain(t *testing.T) {
	s := apitest.Start(t)
	r := &recorder{next: apitest.Checked(t, "")}
	get := func(client http.RoundTripper, authorization string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/atlas/v2/orgs", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		res, err := client.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	if res := get(&digest.Transport{Username: s.PublicKey, Password: s.PrivateKey, Transport: r}, ""); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	for authorization, stale := range map[string]string{
		r.sent: "stale=true", strings.Replace(r.sent, "nc=00000001", "nc=00000002", 1): "stale=false",
	} {
		res := get(apitest.Checked(t, ""), authorization)
		if challenge := res.Header.Get("WWW-Authenticate"); res.StatusCode != http.StatusUnauthorized || !strings.HasSuffix(challenge, stale) {
			t.Errorf("%s: %s %s", authorization, res.Status, challenge)
		}
	}
}
