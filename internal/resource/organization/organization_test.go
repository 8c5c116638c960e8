package organization_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestOrganizations(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	list := owner.Get("/orgs").Want(http.StatusOK).Results()
	if len(list) != 1 || list[0]["id"] != s.OrgID || list[0]["isDeleted"] != false {
		t.Fatalf("organizations %v", list)
	}
	name := list[0]["name"].(string)
	for filter, n := range map[string]int{strings.ToUpper(name[:3]): 1, name: 1, name[1:]: 0, name + "x": 0, "": 1} {
		if got := owner.Get("/orgs?name=" + filter).Want(http.StatusOK).Results(); len(got) != n {
			t.Errorf("name=%s: %v", filter, got)
		}
	}
	if o := owner.Get("/orgs/" + s.OrgID).Want(http.StatusOK).Object(); o["name"] != name || o["skipDefaultAlertsSettings"] != false {
		t.Errorf("organization %v", o)
	}
	owner.Get("/orgs/"+strings.Repeat("0", 24)).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	got, _, err := s.OAuthSDK(t.Context()).OrganizationsApi.ListOrganizations(t.Context()).Execute()
	if err != nil || got.GetTotalCount() != 1 {
		t.Errorf("SDK: %v %v", got, err)
	}
}

func TestProjects(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/orgs/"+s.OrgID+"/groups"
	for _, name := range []string{"alpha", "Alpine", "beta"} {
		owner.Post("/groups", map[string]string{"name": name, "orgId": s.OrgID}).Want(http.StatusOK)
	}
	if got := owner.Get(path + "?name=ALP").Want(http.StatusOK).Results(); len(got) != 2 || got[0]["name"] != "Alpine" {
		t.Errorf("projects %v", got)
	}
	page := owner.Get(path + "?itemsPerPage=1&pageNum=4").Want(http.StatusOK).Object()
	if page["totalCount"] != 4.0 || len(page["results"].([]any)) != 1 {
		t.Errorf("page %v", page)
	}
	var member struct{ PublicKey, PrivateKey string }
	owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"sees no project","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).JSON(&member)
	if got := s.As(member.PublicKey, member.PrivateKey).Get(path).Want(http.StatusOK).Results(); len(got) != 0 {
		t.Errorf("a member sees %v", got)
	}
}
