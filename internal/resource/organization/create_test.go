package organization_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestCreateWithAKey(t *testing.T) {
	s := apitest.Start(t)
	var c created
	s.Owner().Post("/orgs", object{
		"name": "Second&Sons", "orgOwnerId": s.OwnerUserID, "skipDefaultAlertsSettings": true,
		"apiKey": object{"desc": "its first", "roles": []string{"ORG_OWNER", "ORG_OWNER", "ORG_READ_ONLY"}},
	}).Want(http.StatusCreated).JSON(&c)
	if c.Organization.Name != "Second&Sons" || c.OrgOwnerID != s.OwnerUserID || !c.SkipDefaultAlertsSettings || c.ServiceAccount != nil {
		t.Errorf("created %+v", c)
	}
	if c.APIKey.Desc != "its first" || len(c.APIKey.Roles) != 2 || c.APIKey.Roles[0].OrgID != c.Organization.ID {
		t.Errorf("its key is %+v", c.APIKey)
	}
	check := func() {
		t.Helper()
		its := s.As(c.APIKey.PublicKey, c.APIKey.PrivateKey)
		o := its.Get("/orgs/" + c.Organization.ID).Want(http.StatusOK).Object()
		if o["name"] != "Second&Sons" || o["skipDefaultAlertsSettings"] != true || o["isDeleted"] != false {
			t.Errorf("read again: %v", o)
		}
		if list := its.Get("/orgs").Want(http.StatusOK).Results(); len(list) != 1 || list[0]["id"] != c.Organization.ID {
			t.Errorf("its key belongs to %v", list)
		}
		if got := happened(its, c.Organization.ID); !slices.Equal(got, []string{"API_KEY_CREATED", "JOINED_ORG", "ORG_CREATED"}) {
			t.Errorf("events %v", got)
		}
		its.Get("/orgs/"+s.OrgID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
		s.Owner().Get("/orgs/"+c.Organization.ID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	check()
	s.Restart()
	check()
	its := s.As(c.APIKey.PublicKey, c.APIKey.PrivateKey)
	// Its owner is a member, who owns its projects too.
	id := its.Post("/groups", object{"name": "p", "orgId": c.Organization.ID}).Want(http.StatusOK).Object()["id"].(string)
	if got := its.Get("/groups/" + id + "/users").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["id"] != s.OwnerUserID {
		t.Errorf("the project's people are %v", got)
	}
}

func TestCreateWithAnAccount(t *testing.T) {
	s := apitest.Start(t)
	var c created
	s.Owner().At("2025-03-12").Post("/orgs", object{"name": "robots", "serviceAccount": object{
		"name": "builder", "description": "builds, and tests", "roles": []string{"ORG_OWNER"}, "secretExpiresAfterHours": 8,
	}}).Want(http.StatusCreated).JSON(&c)
	a := c.ServiceAccount
	if c.APIKey != nil || a == nil || a.Name != "builder" || a.Description != "builds, and tests" || !slices.Equal(a.Roles, []string{"ORG_OWNER"}) ||
		len(a.Secrets) != 1 || !strings.HasPrefix(a.Secrets[0].Secret, "mdb_sa_sk_") || strings.Contains(a.Secrets[0].MaskedSecretValue, a.Secrets[0].Secret) {
		t.Fatalf("created %+v", c)
	}
	if c.OrgOwnerID != s.OwnerUserID {
		t.Errorf("without a name the owner is %q", c.OrgOwnerID)
	}
	sdk, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseOAuthAuth(t.Context(), a.ClientID, a.Secrets[0].Secret))
	if err != nil {
		t.Fatal(err)
	}
	o, _, err := sdk.OrganizationsApi.GetOrganization(t.Context(), c.Organization.ID).Execute()
	if err != nil || o.Name != "robots" {
		t.Errorf("its account reads %v (%v)", o, err)
	}
	events, _, err := sdk.EventsApi.ListOrganizationEvents(t.Context(), c.Organization.ID).Execute()
	if err != nil || events.GetTotalCount() != 3 || events.GetResults()[0].GetEventTypeName() != "SERVICE_ACCOUNT_CREATED" {
		t.Errorf("events %v (%v)", events, err)
	}
}

func TestCreateWithBothAndNeither(t *testing.T) {
	s := apitest.Start(t)
	var c created
	s.Owner().Post("/orgs", object{
		"name": "both", "apiKey": object{"desc": "k", "roles": []string{"ORG_MEMBER"}},
		"serviceAccount": object{"name": "a", "description": "d", "roles": []string{"ORG_MEMBER"}, "secretExpiresAfterHours": 8760},
	}).Want(http.StatusCreated).JSON(&c)
	if c.APIKey == nil || c.ServiceAccount == nil {
		t.Errorf("created %+v", c)
	}
	bare := s.Owner().Post("/orgs", object{"name": "neither", "serviceAccount": nil, "organization": nil}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(bare, []string{"organization"}) {
		t.Errorf("fields %v", bare)
	}
	got := s.Owner().Post("/orgs", object{"name": "neither", "serviceAccount": nil}).Want(http.StatusCreated).Object()
	if got["apiKey"] != nil || got["serviceAccount"] != nil || got["skipDefaultAlertsSettings"] != false {
		t.Errorf("created %v", got)
	}
}

func TestRefusedCreations(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	account := func(hours int) object {
		return object{"name": "n", "serviceAccount": object{"name": "a", "description": "d", "roles": []string{"ORG_OWNER"}, "secretExpiresAfterHours": hours}}
	}
	for what, c := range map[string]struct {
		body   any
		fields []string
	}{
		"nothing": {object{}, []string{"name"}},
		"name":    {object{"name": " "}, []string{"name"}},
		"key":     {object{"name": "n", "apiKey": object{"desc": "", "roles": []string{}}}, []string{"apiKey.desc", "apiKey.roles"}},
		"role":    {object{"name": "n", "apiKey": object{"desc": "d", "roles": []string{"GROUP_OWNER"}}}, []string{"apiKey.roles[0]"}},
		"account": {object{"name": "n", "serviceAccount": object{"name": "<", "description": ""}}, []string{
			"serviceAccount.description", "serviceAccount.name", "serviceAccount.roles", "serviceAccount.secretExpiresAfterHours",
		}},
		"short life": {account(7), []string{"serviceAccount.secretExpiresAfterHours"}},
		"long life":  {account(8761), []string{"serviceAccount.secretExpiresAfterHours"}},
		"owner":      {object{"name": "n", "orgOwnerId": "me"}, []string{"orgOwnerId"}},
		"unknown":    {object{"name": "n", "color": "red"}, []string{"color"}},
	} {
		if got := owner.Post("/orgs", c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	if got := owner.Post("/orgs", object{"name": "n", "federationSettingsId": nobody}).WantError(http.StatusBadRequest, "FEATURE_UNSUPPORTED"); len(got) != 1 {
		t.Errorf("a federation: %v", got)
	}
	owner.Post("/orgs", object{"name": "n", "orgOwnerId": nobody}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	for _, role := range []string{"ORG_MEMBER", "ORG_READ_ONLY", "ORG_GROUP_CREATOR"} {
		keyWith(s, role).Post("/orgs", object{"name": "n"}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	s.Anonymous().Post("/orgs", object{"name": "n"}).Want(http.StatusUnauthorized)
}

// Who has only been invited owns nothing yet.
func TestAnInvitedUserIsNoFounder(t *testing.T) {
	s := apitest.Start(t)
	invited := s.Owner().Post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "password": "Tr0ub4dor-and-3-horses",
		"username": "jane@telamon.example", "roles": []object{{"orgId": s.OrgID, "roleName": "ORG_OWNER"}},
	}).Want(http.StatusOK).Object()["id"]
	s.Owner().Post("/orgs", object{"name": "n", "orgOwnerId": invited}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
}

// TestOwnersHaveBoundedOrganizations: no other limit bounds them. One that goes makes room.
func TestOwnersHaveBoundedOrganizations(t *testing.T) {
	s := apitest.Start(t)
	found := func(name string) *apitest.Answer {
		return s.Owner().Post("/orgs", object{"name": name, "orgOwnerId": s.OwnerUserID, "apiKey": object{"desc": "k", "roles": []string{"ORG_OWNER"}}})
	}
	var last created
	for range 249 { // beside the first one
		found("more").Want(http.StatusCreated).JSON(&last)
	}
	found("too-many").WantError(http.StatusBadRequest, "MAX_ORGS_PER_USER_EXCEEDED")
	s.As(last.APIKey.PublicKey, last.APIKey.PrivateKey).Delete("/orgs/" + last.Organization.ID).Want(http.StatusNoContent)
	found("one-more").Want(http.StatusCreated)
}
