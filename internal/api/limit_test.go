package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/ratelimit"
)

// limited serves the things with small buckets.
func limited(t *testing.T, sizes map[string]ratelimit.Limit, asOf Date) func(who, version, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	cfg := config
	var err error
	if cfg.Limits, err = ratelimit.New(sizes); err != nil {
		t.Fatal(err)
	}
	cfg.AsOf = asOf
	e, err := New(things, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return func(who, version, method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, Prefix+path, strings.NewReader(""))
		r.Header.Set("Who", who)
		r.Header.Set("Accept", "application/vnd.atlas."+version+"+json")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w
	}
}

func TestRateLimits(t *testing.T) {
	get := limited(t, map[string]ratelimit.Limit{"project": {Capacity: 2, Refill: 1}}, "")
	const path = "/groups/" + group + "/things/x"
	for range 5 { // who may not use the project spends nothing of it, nor does who is not known or asks for nonsense
		get("", "2024-08-05", "GET", path)
		get("reader", "2024-08-05", "POST", path+":poke")
		get("owner", "2024-08-05", "GET", "/groups/nonsense/things/x")
	}
	for _, left := range []string{"1", "0"} {
		w := get("owner", "2024-08-05", "GET", path)
		if w.Code != http.StatusOK || w.Header().Get("RateLimit-Limit") != "2" || w.Header().Get("RateLimit-Remaining") != left || w.Header().Get("Retry-After") != "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
	w := get("reader", "2024-08-05", "GET", path)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" || w.Header().Get("RateLimit-Remaining") != "0" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, `"errorCode":"RATE_LIMITED","parameters":["`+Prefix+path+`","60","2","1","60"]`) {
		t.Error(body)
	}
}

func TestLimitsAreOffUnlessGiven(t *testing.T) {
	w := call(t, "owner", "2024-08-05", "GET", "/groups/"+group+"/things/x", "")
	if w.Header().Get("RateLimit-Limit") != "" {
		t.Errorf("%v", w.Header())
	}
}

func TestRetiredVersions(t *testing.T) {
	const path = "/groups/" + group + "/things/x"
	for asOf, status := range map[Date]int{"": 200, "2027-06-30": 200, "2027-07-01": 410} {
		w := limited(t, nil, asOf)("owner", "2023-01-01", "GET", path)
		if w.Code != status {
			t.Errorf("as of %q: %d", asOf, w.Code)
		}
		if status == 410 && !strings.Contains(w.Body.String(), `"errorCode":"VERSION_GONE","parameters":["2023-01-01","`+Prefix[1:]+path+`"]`) {
			t.Error(w.Body)
		}
		if w.Header().Get("Sunset") == "" {
			t.Errorf("as of %q the sunset is not told", asOf)
		}
		if w := limited(t, nil, asOf)("owner", "2024-08-05", "GET", path); w.Code != 200 {
			t.Errorf("as of %q the newer version: %d", asOf, w.Code)
		}
	}
}

// Preview is for those who ask for it by name, and never a version's successor.
func TestPreview(t *testing.T) {
	op := Op{Versions: []Version{{Date: "2024-08-05", Format: JSON}, {Date: "preview", Format: JSON}}}
	for date, want := range map[Date]Date{"2024-08-05": "2024-08-05", "2025-03-12": "2024-08-05", "preview": "preview"} {
		if v, err := op.choose(asked{date, JSON}); err != nil || v.Date != want {
			t.Errorf("%s: %v, %v", date, v, err)
		}
	}
	h := http.Header{}
	op.retirement(&op.Versions[0], h)
	if len(h) != 0 {
		t.Errorf("%v", h)
	}
	op.Versions = op.Versions[:1]
	if v, err := op.choose(asked{Preview, JSON}); err == nil {
		t.Errorf("an operation without a preview answered with %v", v)
	}
}

func TestSubnet(t *testing.T) {
	for addr, want := range map[string]string{"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64"} {
		if got := Subnet(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
}
