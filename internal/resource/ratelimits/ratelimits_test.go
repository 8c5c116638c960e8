package ratelimits_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/telamontest"
)

type set struct {
	EndpointSetID   string
	EndpointSetName string
	Scope           string
	Capacity        struct{ DefaultValue, Value int }
	RefillRate      struct{ DefaultValue, Value int }
	Endpoints       []struct{ Method, Path string }
}

type page struct {
	Results    []set
	TotalCount int
}

func TestTheLimitsAreWhatTheyAreSaidToBe(t *testing.T) {
	s := apitest.Start(t, telamontest.RateLimits())
	owner := s.Owner()
	var all page
	owner.Get("/rateLimits").Want(http.StatusOK).JSON(&all)
	where := map[string]string{}
	for _, set := range all.Results {
		for _, e := range set.Endpoints {
			if other := where[e.Method+e.Path]; other != "" {
				t.Errorf("%s %s is in %s and %s", e.Method, e.Path, other, set.EndpointSetID)
			}
			where[e.Method+e.Path] = set.EndpointSetID
		}
	}
	if where["GET/api/atlas/v2/groups/{groupId}/events"] != "projectEvents" || where["GET/api/atlas/v2/rateLimits"] != "user" {
		t.Errorf("%v", where)
	}
	for path, want := range map[string]string{"/groups/" + s.ProjectID: "1200", "/groups/" + s.ProjectID + "/databaseUsers": "10000", "/orgs/" + s.OrgID: "500", "/rateLimits": "300"} {
		if got := owner.Get(path).Want(http.StatusOK).Header.Get("RateLimit-Limit"); got != want {
			t.Errorf("%s: %s, not %s", path, got, want)
		}
	}
	var one set
	owner.Get("/rateLimits/clusters?groupId=" + s.ProjectID).Want(http.StatusOK).JSON(&one)
	if one.Scope != "GROUP" || one.Capacity.Value != 10000 || one.RefillRate.DefaultValue != 5000 {
		t.Errorf("%+v", one)
	}
	owner.At("preview").Get("/rateLimits/clusters").Want(http.StatusOK)
	owner.At("2024-08-05").Get("/rateLimits/clusters").WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
}

func TestFilters(t *testing.T) {
	s := apitest.Start(t, telamontest.RateLimits())
	owner := s.Owner()
	for query, ids := range map[string]string{
		"name=Clusters": "clusters",
		"endpointPath=/api/atlas/v2/groups/{groupId}/events": "projectEvents",
		"groupId=" + s.ProjectID + "&name=Organizations":     "",
		"orgId=" + s.OrgID + "&name=Organizations":           "organization",
	} {
		var p page
		owner.Get("/rateLimits?" + query).Want(http.StatusOK).JSON(&p)
		var got []string
		for _, set := range p.Results {
			got = append(got, set.EndpointSetID)
		}
		if strings.Join(got, " ") != ids {
			t.Errorf("%s: %v", query, got)
		}
	}
	nobody := strings.Repeat("0", 24)
	owner.Get("/rateLimits/nothing").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Get("/rateLimits?groupId="+nobody).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Get("/rateLimits?orgId="+nobody).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	owner.Get("/rateLimits?userId="+nobody).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Get("/rateLimits?ipAddress=here").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	s.Anonymous().Get("/rateLimits").Want(http.StatusUnauthorized)
}

func TestOffMeansNone(t *testing.T) {
	s := apitest.Start(t)
	var all page
	a := s.Owner().Get("/rateLimits").Want(http.StatusOK)
	a.JSON(&all)
	if all.TotalCount != 0 || a.Header.Get("RateLimit-Limit") != "" {
		t.Errorf("%+v, %v", all, a.Header)
	}
}

// TestTokens asks for more tokens than an account gets in a minute from one address, and then from another.
func TestTokens(t *testing.T) {
	s := apitest.Start(t, telamontest.RateLimits())
	ask := func(client, address string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/oauth/token", strings.NewReader("grant_type=client_credentials"))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(client, s.ClientSecret)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", netip.MustParseAddr(address).String())
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	for i := range 10 {
		if res := ask(s.ClientID, "192.0.2.1"); res.StatusCode != http.StatusOK {
			t.Fatalf("token %d: %d", i, res.StatusCode)
		}
	}
	if res := ask(s.ClientID, "192.0.2.1"); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("the eleventh: %d %v", res.StatusCode, res.Header)
	}
	if res := ask("%6D"+s.ClientID[1:], "192.0.2.1"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the account by another spelling: %d", res.StatusCode)
	}
	if res := ask(s.ClientID, "192.0.2.2"); res.StatusCode != http.StatusOK {
		t.Errorf("from elsewhere: %d", res.StatusCode)
	}
}
