package login_test

import (
	"net/http"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"
	"go.mongodb.org/atlas-sdk/v20250312010/auth/code"

	"github.com/telamon-db/telamon/internal/apitest"
)

// wants fails the test unless an error of MongoDB's own client has a code.
func wants(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), `"`+code+`"`) {
		t.Errorf("want %s, got %v", code, err)
	}
}

// MongoDB's own client, which the Atlas CLI has too, logs somebody in and out.
func TestTheSDKLogsIn(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	c, err := code.NewConfigWithOptions(http.DefaultClient, code.SetAuthURL(s.URL+"/"), code.SetClientID("test"), code.SetScopes([]string{"openid", "offline_access"}))
	if err != nil {
		t.Fatal(err)
	}
	asked, _, err := c.RequestCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.GetToken(t.Context(), asked.DeviceCode)
	wants(t, err, "DEVICE_AUTHORIZATION_PENDING")
	if status, page := s.Connect(asked.UserCode, "jane@example.com", apitest.Password); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	asked.Interval = 0 // it has been approved
	token, _, err := c.PollToken(t.Context(), asked)
	if err != nil || !token.Valid() {
		t.Fatalf("%+v %v", token, err)
	}
	if _, _, err := c.PollToken(t.Context(), asked); !code.IsTimeoutErr(err) {
		t.Errorf("a code that was used is taken for one that works: %v", err)
	}
	fresh, _, err := c.RefreshToken(t.Context(), token.RefreshToken)
	if err != nil || !fresh.Valid() || fresh.AccessToken == token.AccessToken {
		t.Fatalf("%+v %v", fresh, err)
	}
	jane, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseHTTPClient(&http.Client{Transport: carrying{fresh}}))
	if err != nil {
		t.Fatal(err)
	}
	orgs, _, err := jane.OrganizationsApi.ListOrgs(t.Context()).Execute()
	if err != nil || len(orgs.GetResults()) != 1 {
		t.Fatalf("%+v %v", orgs, err)
	}
	if _, err := c.RevokeToken(t.Context(), token.RefreshToken, "refresh_token"); err != nil {
		t.Error(err)
	}
	_, _, err = c.RefreshToken(t.Context(), token.RefreshToken)
	wants(t, err, "INVALID_REFRESH_TOKEN")
	if _, res, err := jane.OrganizationsApi.ListOrgs(t.Context()).Execute(); err == nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("who has logged out is still in: %v", err)
	}
}

// carrying adds a token to requests.
type carrying struct{ token *code.Token }

func (c carrying) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	c.token.SetAuthHeader(r)
	return http.DefaultTransport.RoundTrip(r)
}
