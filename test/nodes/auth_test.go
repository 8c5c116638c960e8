package nodes

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// token gets an access token from the node at, with the credentials in the bootstrap.json of owner.
func token(owner, at *node) string {
	at.t.Helper()
	res := oauth(owner, at, "token", url.Values{"grant_type": {"client_credentials"}})
	defer res.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	at.must(json.NewDecoder(res.Body).Decode(&got))
	if got.Token == "" {
		at.t.Fatalf("no token: %s", res.Status)
	}
	return got.Token
}

func revoke(p *pair, at *node, token string) {
	p.Helper()
	res := oauth(p.first, at, "revoke", url.Values{"token": {token}})
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		p.Fatalf("revoking a token: %s", res.Status)
	}
}

func oauth(owner, at *node, what string, form url.Values) *http.Response {
	at.t.Helper()
	req, err := http.NewRequestWithContext(at.t.Context(), http.MethodPost, at.boot.BaseURL+"/api/oauth/"+what, strings.NewReader(form.Encode()))
	at.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(owner.boot.ClientID, owner.boot.ClientSecret)
	res, err := http.DefaultClient.Do(req)
	at.must(err)
	return res
}

var nonceIn = regexp.MustCompile(`realm="([^"]*)".*nonce="([^"]*)"`)

// challenge gets a nonce from a node.
func challenge(n *node) (realmAndNonce [2]string) {
	n.t.Helper()
	res, err := http.Get(n.boot.BaseURL + "/api/atlas/v2/groups")
	n.must(err)
	res.Body.Close()
	found := nonceIn.FindStringSubmatch(res.Header.Get("WWW-Authenticate"))
	if found == nil {
		n.t.Fatalf("no challenge: %s", res.Status)
	}
	return [2]string(found[1:])
}

// answer lists projects at a node, with a key and a nonce from anywhere (RFC 7616), and returns the status.
func answer(p *pair, at *node, public, private string, challenge [2]string) int {
	p.Helper()
	const uri, cnonce, nc = "/api/atlas/v2/groups", "0a4f113b", "00000001"
	realm, nonce := challenge[0], challenge[1]
	ha1, ha2 := sum(public, realm, private), sum("GET", uri)
	req, err := http.NewRequestWithContext(p.Context(), http.MethodGet, at.boot.BaseURL+uri, nil)
	at.must(err)
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	req.Header.Set("Authorization", fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", qop=auth, nc=%s, cnonce="%s", response="%s", algorithm=MD5`,
		public, realm, nonce, uri, nc, cnonce, sum(ha1, nonce, nc, cnonce, "auth", ha2)))
	res, err := http.DefaultClient.Do(req)
	at.must(err)
	res.Body.Close()
	return res.StatusCode
}

func sum(parts ...string) string {
	h := md5.Sum([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h[:])
}
