package apikey_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

type key struct{ ID, PublicKey, PrivateKey string }

func path(s *apitest.Server) string { return "/orgs/" + s.OrgID + "/apiKeys" }

// newKey makes a key with a role.
func newKey(s *apitest.Server, role string) (k key) {
	s.Owner().Post(path(s), fmt.Sprintf(`{"desc":"a test's","roles":[%q]}`, role)).Want(http.StatusOK).JSON(&k)
	return k
}

// types are the types of the organization's events, newest first.
func types(s *apitest.Server) (out []string) {
	for _, e := range s.Owner().Get("/orgs/" + s.OrgID + "/events").Want(http.StatusOK).Results() {
		out = append(out, e["eventTypeName"].(string))
	}
	return out
}

func TestLifeOfAKey(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	k := newKey(s, "ORG_READ_ONLY")
	if !regexp.MustCompile(`^[a-z]{8}$`).MatchString(k.PublicKey) || len(k.PrivateKey) != 36 {
		t.Errorf("key %q %q", k.PublicKey, k.PrivateKey)
	}
	mine := s.As(k.PublicKey, k.PrivateKey)
	seen := mine.Get(path(s) + "/" + k.ID).Want(http.StatusOK).Object()
	if want := "********-****-****-" + k.PrivateKey[24:]; seen["privateKey"] != want {
		t.Errorf("shown as %v, want %v", seen["privateKey"], want)
	}
	mine.Post(path(s), `{"desc":"x","roles":["ORG_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	mine.Patch(path(s)+"/"+k.ID, `{"roles":["ORG_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	got := owner.Patch(path(s)+"/"+k.ID, `{"desc":"another","roles":["ORG_OWNER","ORG_OWNER"]}`).Want(http.StatusOK).Object()
	if got["desc"] != "another" || fmt.Sprint(got["roles"]) != fmt.Sprint([]any{map[string]any{"orgId": s.OrgID, "roleName": "ORG_OWNER"}}) {
		t.Errorf("changed to %v", got)
	}
	owner.Patch(path(s)+"/"+k.ID, `{"desc":"another"}`).Want(http.StatusOK)
	mine.Post(path(s), `{"desc":"x","roles":["ORG_MEMBER"]}`).Want(http.StatusOK)

	mine.Delete(path(s) + "/" + k.ID).Want(http.StatusNoContent)
	mine.Get(path(s)).Want(http.StatusUnauthorized)
	owner.Get(path(s)+"/"+k.ID).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	want := []string{"API_KEY_DELETED", "API_KEY_CREATED", "API_KEY_ROLES_CHANGED", "API_KEY_DESCRIPTION_CHANGED", "API_KEY_CREATED"}
	if got := types(s)[:5]; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for body, want := range map[string][]string{
		`{}`:                                       {"desc", "roles"},
		`{"desc":"","roles":[]}`:                   {"desc", "roles"},
		`{"desc":"x","roles":["GROUP_OWNER"]}`:     {"roles[0]"},
		`{"desc":"x","roles":[null]}`:              {"roles[0]"},
		`{"desc":"x","roles":["ORG_OWNER"],"x":1}`: {"x"},
	} {
		if got := owner.Post(path(s), body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, want) {
			t.Errorf("%s: fields %v, want %v", body, got, want)
		}
	}
	k := newKey(s, "ORG_MEMBER")
	owner.Patch(path(s)+"/"+k.ID, `{"roles":[]}`).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	gone := path(s) + "/" + strings.Repeat("0", 24)
	owner.Get(gone).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	owner.Patch(gone, `{}`).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	owner.Delete(gone).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	owner.Get(gone+"/accessList").WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	owner.Post(gone+"/accessList", `[]`).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	owner.Get(path(s)+"/xyz").WantError(http.StatusBadRequest, "VALIDATION_ERROR")

	list := path(s) + "/" + k.ID + "/accessList"
	got := owner.Post(list, `[{"ipAddress":"1.2.3.4"},{},{"ipAddress":"1.2.3.4","cidrBlock":"1.2.3.0/24"}]`).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(got, []string{"[1]", "[2]"}) {
		t.Errorf("fields %v", got)
	}
	got = owner.Post(list, `[{"ipAddress":"1.2.3.4/32"},{"cidrBlock":"1.2.3.4"}]`).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(got, []string{"[0].ipAddress", "[1].cidrBlock"}) {
		t.Errorf("fields %v", got)
	}
	owner.Post(list, `[{"ipAddress":"1.2.3.4"},{"cidrBlock":"1.2.3.4/32"}]`).WantError(http.StatusConflict, "DUPLICATE_ACCESS_LIST_ENTRY")
	owner.Get(list+"/1.2.3.4").WantError(http.StatusNotFound, "ATLAS_ACCESS_LIST_NOT_FOUND")
	owner.Delete(list+"/1.2.3.4").WantError(http.StatusNotFound, "ATLAS_ACCESS_LIST_NOT_FOUND")
	owner.Get(list+"/nonsense").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	var many []map[string]string
	for i := range 201 {
		many = append(many, map[string]string{"ipAddress": fmt.Sprintf("10.0.0.%d", i)})
	}
	owner.Post(list, many).WantError(http.StatusBadRequest, "MAX_ACCESS_LIST_ENTRIES_EXCEEDED")
	owner.Post(list, make([]struct{}, 201)).WantError(http.StatusBadRequest, "MAX_ACCESS_LIST_ENTRIES_EXCEEDED") // before it reads each
	if n := len(owner.Get(list).Results()); n != 0 {
		t.Errorf("refused requests left %d entries", n)
	}
}

func TestAccessList(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	k := newKey(s, "ORG_GROUP_CREATOR")
	list := path(s) + "/" + k.ID + "/accessList"
	here, there := s.From("198.51.100.7", k.PublicKey, k.PrivateKey), s.From("203.0.113.9", k.PublicKey, k.PrivateKey)
	there.Get(list).Want(http.StatusOK)

	// The key gives itself a list: unless its roles only read, it may.
	here.Post(list, `[{"cidrBlock":"198.51.100.77/24"},{"ipAddress":"2001:db8::1"}]`).Want(http.StatusOK)
	there.Get(list).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	e := owner.Get(list + "/198.51.100.0%2F24").Want(http.StatusOK).Object()
	for _, absent := range []string{"count", "lastUsed", "lastUsedAddress", "ipAddress"} {
		if e[absent] != nil {
			t.Errorf("before its first use the entry has %s: %v", absent, e)
		}
	}
	if e := owner.Get(list + "/2001:db8::1").Want(http.StatusOK).Object(); e["ipAddress"] != "2001:db8:0:0:0:0:0:1" {
		t.Errorf("entry %v", e)
	}
	here.Get(list).Want(http.StatusOK)
	e = here.Get(list + "/198.51.100.0%2F24").Want(http.StatusOK).Object()
	if e["count"] != 2.0 || e["lastUsedAddress"] != "198.51.100.7" || e["lastUsed"] == nil {
		t.Errorf("after two uses: %v", e)
	}
	owner.Post(list, `[{"cidrBlock":"198.51.100.0/24"}]`).WantError(http.StatusConflict, "DUPLICATE_ACCESS_LIST_ENTRY")

	// It may not shut itself out, but may while another entry, or none at all, lets it in.
	here.Delete(list+"/198.51.100.0%2F24").WantError(http.StatusBadRequest, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST")
	here.Post(list, `[{"ipAddress":"198.51.100.7"}]`).Want(http.StatusOK)
	here.Delete(list + "/198.51.100.0%2F24").Want(http.StatusNoContent)
	here.Delete(list + "/2001:db8::1").Want(http.StatusNoContent)
	s.From("198.51.100.8", k.PublicKey, k.PrivateKey).Get(list).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")

	// What was used before an entry was made again does not count.
	owner.Delete(list + "/198.51.100.7%2F32").Want(http.StatusNoContent)
	page := owner.Post(list+"?itemsPerPage=1", `[{"ipAddress":"198.51.100.7"}]`).Want(http.StatusOK).Object()
	if e := page["results"].([]any)[0].(map[string]any); e["count"] != nil || page["totalCount"] != 1.0 {
		t.Errorf("a new entry in place of an old one: %v", page)
	}
	want := []string{"API_KEY_ACCESS_LIST_ENTRY_ADDED", "API_KEY_ACCESS_LIST_ENTRY_DELETED"}
	if got := types(s)[:2]; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	if e := owner.Get("/orgs/" + s.OrgID + "/events").Results()[0]; e["targetPublicKey"] != k.PublicKey || e["whitelistEntry"] != "198.51.100.7/32" {
		t.Errorf("event %v", e)
	}

	s.Restart()
	s.From("198.51.100.8", k.PublicKey, k.PrivateKey).Get(list).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
}

func TestAReadingKeyKeepsItsList(t *testing.T) {
	s := apitest.Start(t)
	k := newKey(s, "ORG_READ_ONLY")
	list := path(s) + "/" + k.ID + "/accessList"
	mine := s.As(k.PublicKey, k.PrivateKey)
	mine.Get(list).Want(http.StatusOK)
	mine.Post(list, `[{"ipAddress":"1.2.3.4"}]`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Owner().Post(list, `[{"ipAddress":"127.0.0.1"}]`).Want(http.StatusOK)
	mine.Delete(list+"/127.0.0.1").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

// Counts are written behind while keys are used and deleted: neither disturbs the other.
func TestUseWhileDeleted(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for range 5 {
		k := newKey(s, "ORG_READ_ONLY")
		list := path(s) + "/" + k.ID + "/accessList"
		owner.Post(list, `[{"ipAddress":"127.0.0.1"}]`).Want(http.StatusOK)
		var users sync.WaitGroup
		for range 3 {
			users.Go(func() {
				for range 5 {
					a := s.As(k.PublicKey, k.PrivateKey).Get(list)
					if a.Status != http.StatusOK && a.Status != http.StatusUnauthorized && a.Status != http.StatusNotFound {
						t.Errorf("a call beside the deletion: %d %s", a.Status, a.Body)
					}
				}
			})
		}
		owner.Delete(path(s) + "/" + k.ID).Want(http.StatusNoContent)
		users.Wait()
	}
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		keys := sdk.ProgrammaticAPIKeysApi
		k, _, err := keys.CreateApiKey(t.Context(), s.OrgID, &admin.CreateAtlasOrganizationApiKey{Desc: "x", Roles: []string{"ORG_MEMBER"}}).Execute()
		if err != nil {
			t.Fatalf("%s: create: %v", name, err)
		}
		entries := []admin.UserAccessListRequest{{IpAddress: admin.PtrString("127.0.0.1")}}
		list, _, err := keys.CreateApiKeyAccessList(t.Context(), s.OrgID, k.GetId(), &entries).Execute()
		if err != nil || list.GetTotalCount() != 1 || list.GetResults()[0].GetCidrBlock() != "127.0.0.1/32" {
			t.Fatalf("%s: access list: %v %v", name, list, err)
		}
		s.As(k.GetPublicKey(), k.GetPrivateKey()).Get("/groups").Want(http.StatusOK)
		e, _, err := keys.GetApiKeyAccessList(t.Context(), s.OrgID, "127.0.0.1/32", k.GetId()).Execute()
		if err != nil || e.GetCount() != 1 {
			t.Errorf("%s: entry %v %v", name, e, err)
		}
		if _, _, err := keys.DeleteApiKey(t.Context(), s.OrgID, k.GetId()).Execute(); err != nil {
			t.Errorf("%s: delete: %v", name, err)
		}
	}
}

func TestPages(t *testing.T) {
	s := apitest.Start(t)
	first, second := newKey(s, "ORG_MEMBER"), newKey(s, "ORG_MEMBER")
	page := s.Owner().Get(path(s) + "?itemsPerPage=2&pageNum=1").Want(http.StatusOK).Object()
	if page["totalCount"] != 3.0 || page["results"].([]any)[1].(map[string]any)["id"] != first.ID {
		t.Errorf("page %v", page)
	}
	if rest := s.Owner().Get(path(s) + "?itemsPerPage=2&pageNum=2").Results(); len(rest) != 1 || rest[0]["id"] != second.ID {
		t.Errorf("second page %v", rest)
	}
}
