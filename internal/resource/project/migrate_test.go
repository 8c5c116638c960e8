package project_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// place is another organization with a key that owns it.
type place struct {
	Organization struct{ ID string }
	APIKey       struct{ ID, PublicKey, PrivateKey string }
}

func elsewhere(s *apitest.Server) (p place) {
	s.Owner().Post("/orgs", object{"name": "elsewhere", "apiKey": object{"desc": "k", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).JSON(&p)
	return p
}

func (p place) owner(s *apitest.Server) *apitest.Caller {
	return s.As(p.APIKey.PublicKey, p.APIKey.PrivateKey)
}

func (p place) request() object {
	return object{
		"destinationOrgId": p.Organization.ID, "destinationOrgPublicApiKey": p.APIKey.PublicKey, "destinationOrgPrivateApiKey": p.APIKey.PrivateKey,
	}
}

func TestMigrate(t *testing.T) {
	s := apitest.Start(t)
	there := elsewhere(s)
	id := create(s, "wanderer")
	at := "/groups/" + id
	s.Owner().Post(at+"/databaseUsers", user("ann")).Want(http.StatusCreated)
	s.Owner().Post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "password": "Tr0ub4dor-and-3-horses",
		"username": "jane@telamon.example", "roles": []object{{"groupId": id, "roleName": "GROUP_READ_ONLY"}},
	}).Want(http.StatusOK)
	var helper struct{ ID, PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"helps","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).JSON(&helper)
	s.Owner().Post(at+"/apiKeys/"+helper.ID, []object{{"roles": []string{"GROUP_OWNER"}}}).Want(http.StatusNoContent)
	guest := s.As(helper.PublicKey, helper.PrivateKey)
	guest.Get(at).Want(http.StatusOK)

	got := s.Owner().Post(at+":migrate", there.request()).Want(http.StatusOK).Object()
	if got["orgId"] != there.Organization.ID || got["id"] != id || got["name"] != "wanderer" {
		t.Errorf("migrated %v", got)
	}
	// It is theirs now, with all that is in it, and nobody's here.
	for name, c := range map[string]*apitest.Caller{"owner": s.Owner(), "guest": guest} {
		c.Get(at).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
		if got := names(c.Get("/groups")); slices.Contains(got, "wanderer") {
			t.Errorf("the %s still sees %v", name, got)
		}
	}
	s.Restart()
	owner := there.owner(s)
	if got := names(owner.Get("/groups")); !slices.Equal(got, []string{"wanderer"}) {
		t.Errorf("they see %v", got)
	}
	owner.Get(at + "/databaseUsers/admin/ann").Want(http.StatusOK)
	people := owner.Get(at + "/users?flattenTeams=false").Want(http.StatusOK).Results()
	if len(people) != 1 || people[0]["username"] != "owner@telamon.example" {
		t.Errorf("its people are %v", people)
	}
	var types []string
	for _, e := range owner.Get(at + "/events").Want(http.StatusOK).Results() {
		types = append(types, e["eventTypeName"].(string))
	}
	if want := []string{"GROUP_MOVED", "GROUP_INVITATION_DELETED", "API_KEY_REMOVED_FROM_GROUP"}; !slices.Equal(types[:3], want) {
		t.Errorf("its events are %v", types)
	}
	if e := s.Owner().Get("/orgs/" + s.OrgID + "/events").Want(http.StatusOK).Results(); !slices.ContainsFunc(e, func(e object) bool { return e["eventTypeName"] == "GROUP_MOVED_FROM_ORG" }) {
		t.Errorf("the organization that it left knows %v", e)
	}
	create(s, "wanderer") // the name is free
	owner.Delete(at).Want(http.StatusNoContent)
	if got := s.Mentions(id); len(got) > 0 {
		t.Errorf("it is gone, but in the tables %v", got)
	}
}

// Whoever has a role in the project becomes a member of the organization that it goes to.
func TestPeopleFollow(t *testing.T) {
	s := apitest.Start(t)
	there := elsewhere(s)
	second := s.Owner().Post("/orgs", object{"name": "third", "apiKey": object{"desc": "k", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated)
	var third place
	second.JSON(&third)
	id := create(s, "p")
	s.Owner().Post("/groups/"+id+":migrate", there.request()).Want(http.StatusOK)
	there.owner(s).Post("/groups/"+id+":migrate", third.request()).Want(http.StatusOK)
	there.owner(s).Delete("/orgs/" + there.Organization.ID).Want(http.StatusNoContent)
	if got := third.owner(s).Get("/groups/" + id + "/users").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["id"] != s.OwnerUserID {
		t.Errorf("its people are %v", got)
	}
}

// A team belongs to the organization that a project leaves.
func TestTeamsStay(t *testing.T) {
	s := apitest.Start(t)
	there := elsewhere(s)
	id := create(s, "wanderer")
	teams := "/orgs/" + s.OrgID + "/teams"
	team := s.Owner().Post(teams, object{"name": "t", "usernames": []string{"owner@telamon.example"}}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().Post("/groups/"+id+"/teams", []object{{"teamId": team, "roleNames": []string{"GROUP_READ_ONLY"}}}).Want(http.StatusOK)
	s.Owner().Delete(teams+"/"+team).WantError(http.StatusNotFound, "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT")
	s.Owner().Post("/groups/"+id+":migrate", there.request()).Want(http.StatusOK)
	if got := there.owner(s).Get("/groups/" + id + "/teams").Want(http.StatusOK).Results(); len(got) != 0 {
		t.Errorf("the project took teams along: %v", got)
	}
	var types []string
	for _, e := range there.owner(s).Get("/groups/" + id + "/events").Want(http.StatusOK).Results() {
		types = append(types, e["eventTypeName"].(string))
	}
	if !slices.Contains(types, "TEAM_REMOVED_FROM_GROUP") {
		t.Errorf("the project's events are %v", types)
	}
	s.Owner().Delete(teams + "/" + team).Want(http.StatusNoContent)
}

func TestRefusedMigrations(t *testing.T) {
	s := apitest.Start(t)
	there := elsewhere(s)
	at := "/groups/" + create(s, "stays")
	owner := s.Owner()
	with := func(field string, value any) object {
		o := there.request()
		if o[field] = value; value == nil {
			delete(o, field)
		}
		return o
	}
	for what, c := range map[string]struct {
		body   object
		fields []string
	}{
		"nothing": {object{}, []string{"destinationOrgId"}},
		"half":    {with("destinationOrgPublicApiKey", nil), []string{"destinationOrgPublicApiKey"}},
		"other":   {with("destinationOrgPrivateApiKey", nil), []string{"destinationOrgPrivateApiKey"}},
		"short":   {with("destinationOrgPublicApiKey", "abc"), []string{"destinationOrgPublicApiKey"}},
		"nowhere": {with("destinationOrgId", s.OrgID), []string{"destinationOrgId"}},
	} {
		if got := owner.Post(at+":migrate", c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	owner.Post(at+":migrate", with("destinationOrgId", nobody)).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	owner.Post("/groups/"+nobody+":migrate", there.request()).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	for _, body := range []object{
		{"destinationOrgId": there.Organization.ID},
		with("destinationOrgPrivateApiKey", "00000000-0000-0000-0000-000000000000"),
		with("destinationOrgPublicApiKey", "abcdefgh"),
		{"destinationOrgId": there.Organization.ID, "destinationOrgPublicApiKey": s.PublicKey, "destinationOrgPrivateApiKey": s.PrivateKey},
	} {
		owner.Post(at+":migrate", body).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	keyWith(s, "ORG_GROUP_CREATOR").Post(at+":migrate", there.request()).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	there.owner(s).Post(at+":migrate", object{"destinationOrgId": there.Organization.ID}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	their := there.owner(s)
	var reader struct{ ID, PublicKey, PrivateKey string }
	their.Post("/orgs/"+there.Organization.ID+"/apiKeys", `{"desc":"reads","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&reader)
	body := there.request()
	body["destinationOrgPublicApiKey"], body["destinationOrgPrivateApiKey"] = reader.PublicKey, reader.PrivateKey
	owner.Post(at+":migrate", body).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	their.Post("/groups", object{"name": "stays", "orgId": there.Organization.ID}).Want(http.StatusOK)
	owner.Post(at+":migrate", there.request()).WantError(http.StatusConflict, "GROUP_ALREADY_EXISTS")
	// The key's own access list holds for it here too.
	their.Post("/orgs/"+there.Organization.ID+"/apiKeys/"+there.APIKey.ID+"/accessList", `[{"ipAddress":"127.0.0.1"}]`).Want(http.StatusOK)
	s.From("10.9.9.9", s.PublicKey, s.PrivateKey).Post(at+":migrate", there.request()).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	if got := owner.Get(at).Want(http.StatusOK).Object(); got["orgId"] != s.OrgID {
		t.Errorf("the refused requests left %v", got)
	}
	owner.At("2023-01-01").Post(at+":migrate", there.request()).WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
}

func TestAnOrganizationHoldsSoManyProjects(t *testing.T) {
	s := apitest.Start(t)
	there := elsewhere(s)
	fill(t, s, there.Organization.ID, 249)
	their := there.owner(s)
	last := their.Post("/groups", object{"name": "last", "orgId": there.Organization.ID}).Want(http.StatusOK).Object()["id"].(string)
	their.Post("/groups", object{"name": "more", "orgId": there.Organization.ID}).WantError(http.StatusBadRequest, "MAX_GROUPS_PER_ORG_EXCEEDED")
	s.Owner().Post("/groups/"+create(s, "guest")+":migrate", there.request()).WantError(http.StatusBadRequest, "MAX_GROUPS_PER_ORG_EXCEEDED")
	if page := their.Get("/groups?itemsPerPage=100&pageNum=3").Want(http.StatusOK).Object(); page["totalCount"] != 250.0 || len(page["results"].([]any)) != 50 {
		t.Errorf("page 3: %v of %v", len(page["results"].([]any)), page["totalCount"])
	}
	if got := names(their.Get("/orgs/" + there.Organization.ID + "/groups?name=P0")); len(got) != 100 {
		t.Errorf("by the name's beginning: %d", len(got))
	}
	their.Delete("/groups/" + last).Want(http.StatusNoContent)
	their.Post("/groups", object{"name": "more", "orgId": there.Organization.ID}).Want(http.StatusOK)
}
