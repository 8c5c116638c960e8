package project_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/telamontest"
)

func TestPages(t *testing.T) {
	s := apitest.Start(t)
	for _, name := range []string{"b", "a", "C"} {
		create(s, name)
	}
	owner := s.Owner()
	if got := names(owner.Get("/groups")); !slices.Equal(got, []string{"C", "Project0", "a", "b"}) {
		t.Errorf("by name: %v", got)
	}
	page := owner.Get("/groups?itemsPerPage=3&pageNum=2").Want(http.StatusOK).Object()
	if page["totalCount"] != 4.0 || page["results"].([]any)[0].(map[string]any)["name"] != "b" {
		t.Errorf("second page: %v", page)
	}
	var rels []string
	for _, l := range page["links"].([]any) {
		rels = append(rels, l.(map[string]any)["rel"].(string))
	}
	if !slices.Equal(rels, []string{"self", "previous"}) {
		t.Errorf("links of the last page: %v", rels)
	}
	if page := owner.Get("/groups?pageNum=9&includeCount=false").Want(http.StatusOK).Object(); page["totalCount"] != nil || len(page["results"].([]any)) != 0 {
		t.Errorf("beyond the last page: %v", page)
	}
	for _, query := range []string{"?itemsPerPage=501", "?itemsPerPage=0", "?pageNum=0", "?pageNum=x", "?includeCount=yes"} {
		owner.Get("/groups"+query).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	if got := names(owner.Get("/orgs/" + s.OrgID + "/groups?name=PROJ")); !slices.Equal(got, []string{"Project0"}) {
		t.Errorf("by the name's beginning: %v", got)
	}
	owner.Get("/orgs/"+nobody+"/groups").WantError(http.StatusNotFound, "ORG_NOT_FOUND")
}

func TestWhoSeesWhat(t *testing.T) {
	s := apitest.Start(t)
	given := create(s, "given")
	guest := keyIn(t, s, s.OrgID, authz.Grant{Role: authz.OrgMember, OrgID: s.OrgID}, authz.Grant{Role: authz.GroupBackupManager, GroupID: given})
	for name, c := range map[string]struct {
		caller *apitest.Caller
		sees   []string
	}{
		"reader":  {keyWith(s, "ORG_READ_ONLY"), []string{"Project0", "given"}},
		"member":  {keyWith(s, "ORG_MEMBER"), []string{}},
		"creator": {keyWith(s, "ORG_GROUP_CREATOR"), []string{}},
		"guest":   {guest, []string{"given"}},
	} {
		if got := names(c.caller.Get("/groups")); !slices.Equal(got, c.sees) {
			t.Errorf("the %s sees %v, want %v", name, got, c.sees)
		}
		if got := names(c.caller.Get("/orgs/" + s.OrgID + "/groups")); !slices.Equal(got, c.sees) {
			t.Errorf("the %s sees %v of the organization's, want %v", name, got, c.sees)
		}
		for _, project := range []string{"Project0", "given"} {
			if a := c.caller.Get("/groups/byName/" + project); slices.Contains(c.sees, project) {
				a.Want(http.StatusOK)
			} else {
				a.WantError(http.StatusNotFound, "GROUP_NAME_NOT_FOUND")
			}
		}
	}
	guest.Get("/groups/" + given).Want(http.StatusOK)
	guest.Get("/groups/"+s.ProjectID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	guest.Delete("/groups/"+given).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

func TestByName(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for _, name := range []string{"Größe", "a(b),c:d&e@f+g'h"} {
		id := create(s, name)
		if got := owner.Get("/groups/byName/" + url.PathEscape(name)).Want(http.StatusOK).Object(); got["id"] != id || got["name"] != name {
			t.Errorf("%s: %v", name, got)
		}
	}
	a := owner.Get("/groups/byName/nothing")
	a.WantError(http.StatusNotFound, "GROUP_NAME_NOT_FOUND")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"nothing"}) {
		t.Errorf("parameters %v", p)
	}
	owner.Get("/groups/byName/a%3Cb").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Get("/groups/"+nobody).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Get("/groups/x").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

// Names may have spaces inside, which the service's own pattern, and so the OpenAPI document, does not tell: this
// scenario does without the harness that holds answers against the document.
func TestSpacesInNames(t *testing.T) {
	s := telamontest.Start(t)
	sdk, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseDigestAuth(s.PublicKey, s.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := sdk.ProjectsApi.CreateProject(t.Context(), &admin.Group{Name: "Sales in Europe", OrgId: s.OrgID}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := sdk.ProjectsApi.GetProjectByName(t.Context(), "Sales in Europe").Execute()
	if err != nil || got.GetId() != made.GetId() || got.GetName() != "Sales in Europe" {
		t.Errorf("by its name: %+v (%v)", got, err)
	}
	for _, name := range []string{" x", "x ", "a\tb", "a\u00a0b", ""} {
		_, _, err := sdk.ProjectsApi.CreateProject(t.Context(), &admin.Group{Name: name, OrgId: s.OrgID}).Execute()
		if e, ok := admin.AsError(err); !ok || e.ErrorCode != "VALIDATION_ERROR" {
			t.Errorf("%q: %v", name, err)
		}
	}
}
