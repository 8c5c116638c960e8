package organization_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const nobody = "000000000000000000000000"

// created is the answer to the creation of an organization.
type created struct {
	APIKey *struct {
		ID, Desc, PublicKey, PrivateKey string
		Roles                           []struct{ OrgID, RoleName string }
	}
	Organization   struct{ ID, Name string }
	OrgOwnerID     string
	ServiceAccount *struct {
		ClientID, Name, Description string
		Roles                       []string
		Secrets                     []struct{ Secret, MaskedSecretValue, ExpiresAt string }
	}
	SkipDefaultAlertsSettings bool
}

// found creates an organization with an API key that owns it. owner calls with that key, wherever the server is by then.
func found(s *apitest.Server, name string) (id string, owner func() *apitest.Caller) {
	var c created
	s.Owner().Post("/orgs", object{"name": name, "apiKey": object{"desc": "its first", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).JSON(&c)
	return c.Organization.ID, func() *apitest.Caller { return s.As(c.APIKey.PublicKey, c.APIKey.PrivateKey) }
}

// keyWith makes an API key of the first organization with a role.
func keyWith(s *apitest.Server, role string) *apitest.Caller {
	var k struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", fmt.Sprintf(`{"desc":"a test's","roles":[%q]}`, role)).Want(http.StatusOK).JSON(&k)
	return s.As(k.PublicKey, k.PrivateKey)
}

// happened are the types of an organization's events, newest first.
func happened(c *apitest.Caller, orgID string) (types []string) {
	for _, e := range c.Get("/orgs/" + orgID + "/events?itemsPerPage=500").Want(http.StatusOK).Results() {
		types = append(types, e["eventTypeName"].(string))
	}
	return types
}

// wantNew fails the test unless what a change did to an organization's events is to add these, oldest first.
func wantNew(t *testing.T, c *apitest.Caller, orgID string, change func(), want ...string) {
	t.Helper()
	before := len(happened(c, orgID))
	change()
	after := happened(c, orgID)
	got := after[:len(after)-before]
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}
