package accesslist_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func path(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/accessList" }

func TestEntries(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	got := owner.Post(path(s), `[{"ipAddress":"1.2.3.4","comment":"office"},{"cidrBlock":"10.0.0.7/8"},{"ipAddress":"2001:db8::1"}]`).
		Want(http.StatusOK).Results()
	var cidrs []string
	for _, e := range got {
		cidrs = append(cidrs, e["cidrBlock"].(string))
		if e["groupId"] != s.ProjectID {
			t.Errorf("groupId %v", e["groupId"])
		}
	}
	if want := []string{"1.2.3.4/32", "10.0.0.0/8", "2001:db8:0:0:0:0:0:1/128"}; !slices.Equal(cidrs, want) {
		t.Errorf("entries %v, want %v", cidrs, want)
	}
	for _, form := range []string{"1.2.3.4", "1.2.3.4%2F32", "1.2.3.4%2f32"} {
		e := owner.Get(path(s) + "/" + form).Want(http.StatusOK).Object()
		if e["ipAddress"] != "1.2.3.4" || e["cidrBlock"] != "1.2.3.4/32" || e["comment"] != "office" {
			t.Errorf("%s: %v", form, e)
		}
	}
	if e := owner.Get(path(s) + "/10.9.9.9%2F8").Want(http.StatusOK).Object(); e["ipAddress"] != nil || e["comment"] != nil {
		t.Errorf("a range: %v", e)
	}
	if st := owner.Get(path(s) + "/2001:db8::1/status").Want(http.StatusOK).Object(); st["STATUS"] != "ACTIVE" {
		t.Errorf("status %v", st)
	}
	owner.Delete(path(s) + "/10.0.0.0%2F8").Want(http.StatusNoContent)
	for _, gone := range []string{"/10.0.0.0%2F8", "/1.2.3.5", "/10.0.0.0%2F8/status", "/sg-12345678"} {
		owner.Get(path(s)+gone).WantError(http.StatusNotFound, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND")
	}
	owner.Delete(path(s)+"/10.0.0.0%2F8").WantError(http.StatusNotFound, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND")
	owner.Get(path(s)+"/nonsense").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	page := owner.Get(path(s) + "?itemsPerPage=1&pageNum=2").Want(http.StatusOK).Object()
	if page["totalCount"] != 2.0 || len(page["results"].([]any)) != 1 {
		t.Errorf("page %v", page)
	}
}

func TestAgainIsUpdate(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	owner.Post(path(s), `[{"ipAddress":"1.2.3.4","comment":"office"}]`).Want(http.StatusOK)
	owner.Post(path(s), `[{"cidrBlock":"1.2.3.4/32","comment":"office"}]`).Want(http.StatusOK) // says nothing new
	owner.Post(path(s), `[{"cidrBlock":"1.2.3.4/32","comment":"shop"}]`).Want(http.StatusOK)
	owner.Delete(path(s) + "/1.2.3.4").Want(http.StatusNoContent)
	want := []string{"NETWORK_PERMISSION_ENTRY_REMOVED", "NETWORK_PERMISSION_ENTRY_UPDATED", "NETWORK_PERMISSION_ENTRY_ADDED"}
	if got := s.EventTypes(s.ProjectID)[:3]; !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	if e := owner.Get("/groups/" + s.ProjectID + "/events").Results()[0]; e["whitelistEntry"] != "1.2.3.4/32" {
		t.Errorf("event %v", e)
	}
}

// TestSecurityGroups are kept, shown and removed; they admit nobody.
func TestSecurityGroups(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	owner.Post(path(s), `[{"awsSecurityGroup":"sg-12345678","comment":"peers"}]`).Want(http.StatusOK)
	owner.Post(path(s), `[]`).Want(http.StatusOK) // clients send what they have to add, perhaps nothing
	owner.Post(path(s), `[{"awsSecurityGroup":"sg-12345678","comment":"peers"}]`).Want(http.StatusOK)
	e := owner.Get(path(s) + "/sg-12345678").Want(http.StatusOK).Object()
	if e["awsSecurityGroup"] != "sg-12345678" || e["comment"] != "peers" || e["cidrBlock"] != nil || e["ipAddress"] != nil {
		t.Errorf("the entry is %v", e)
	}
	if list := owner.Get(path(s)).Results(); len(list) != 1 {
		t.Errorf("the list is %v", list)
	}
	owner.Post(path(s), `[{"awsSecurityGroup":"123456789012/sg-0123456789abcdef0"}]`).Want(http.StatusOK)
	owner.Get(path(s) + "/123456789012%2Fsg-0123456789abcdef0").Want(http.StatusOK)
	owner.Delete(path(s) + "/sg-12345678").Want(http.StatusNoContent)
	owner.Get(path(s)+"/sg-12345678").WantError(http.StatusNotFound, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND")
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for body, want := range map[string][]string{
		`[{"ipAddress":"1.2.3.4","cidrBlock":"1.2.3.0/24"},{"comment":"x"}]`: {"[0]", "[1]"},
		`[{"awsSecurityGroup":"sg-12345678","ipAddress":"1.2.3.4"}]`:         {"[0]"},
		`[{"awsSecurityGroup":"sg-1"}]`:                                      {"[0].awsSecurityGroup"},
		`[{"ipAddress":"1.2.3"},{"cidrBlock":"1.2.3.4/33"}]`:                 {"[0].ipAddress", "[1].cidrBlock"},
		`[{"ipAddress":"1.2.3.4","deleteAfterDate":"2001-01-01T00:00:00Z"}]`: {"[0].deleteAfterDate"},
		`[{"ipAddress":"1.2.3.4","deleteAfterDate":"2999-01-01T00:00:00Z"}]`: {"[0].deleteAfterDate"},
		`[{"ipAddress":"1.2.3.4","other":1}]`:                                {"[0].other"},
		`{"ipAddress":"1.2.3.4"}`:                                            {"body"},
	} {
		if got := owner.Post(path(s), body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, want) {
			t.Errorf("%s: fields %v, want %v", body, got, want)
		}
	}
	long := make([]map[string]string, 201)
	for i := range long {
		long[i] = map[string]string{"ipAddress": fmt.Sprintf("10.0.%d.%d", i/250, i%250)}
	}
	owner.Post(path(s), long).WantError(http.StatusForbidden, "ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED")
	owner.Post(path(s), make([]struct{}, 201)).WantError(http.StatusForbidden, "ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED") // before it reads each
	if n := len(owner.Get(path(s)).Results()); n != 0 {
		t.Errorf("a refused request left %d entries", n)
	}
	owner.Post(path(s)+"?itemsPerPage=500", long[:200]).Want(http.StatusOK)
	owner.Post(path(s), long[:1]).Want(http.StatusOK)
}

func TestTemporary(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	later := time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	body := func(end string) string {
		return fmt.Sprintf(`[{"ipAddress":"1.2.3.4","deleteAfterDate":%q}]`, end)
	}
	owner.Post(path(s), body(soon)).Want(http.StatusOK)
	if e := owner.Post(path(s), body(later)).Want(http.StatusOK).Results()[0]; e["deleteAfterDate"] != later {
		t.Errorf("entry %v", e)
	}
	s.Advance(2 * time.Hour)
	owner.Get(path(s) + "/1.2.3.4").Want(http.StatusOK)
	s.Advance(47 * time.Hour)
	owner.Get(path(s)+"/1.2.3.4").WantError(http.StatusNotFound, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND")
	if got := s.EventTypes(s.ProjectID)[0]; got != "NETWORK_PERMISSION_ENTRY_REMOVED" {
		t.Errorf("event %s", got)
	}
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		access := sdk.ProjectIPAccessListApi
		entries := []admin.NetworkPermissionEntry{{CidrBlock: admin.PtrString("192.168.0.3/32")}}
		list, _, err := access.CreateProjectIpAccessList(t.Context(), s.ProjectID, &entries).Execute()
		if err != nil || list.GetTotalCount() != 1 {
			t.Fatalf("%s: create: %v %v", name, list, err)
		}
		e, _, err := access.GetProjectIpList(t.Context(), s.ProjectID, "192.168.0.3/32").Execute()
		if err != nil || e.GetIpAddress() != "192.168.0.3" {
			t.Fatalf("%s: get: %v %v", name, e, err)
		}
		if self := e.GetLinks()[0].GetHref(); self != s.URL+"/api/atlas/v2"+path(s)+"/"+url.PathEscape("192.168.0.3/32") {
			t.Errorf("%s: self %s", name, self)
		}
		if _, _, err := access.DeleteProjectIpAccessList(t.Context(), s.ProjectID, "192.168.0.3").Execute(); err != nil {
			t.Fatalf("%s: delete: %v", name, err)
		}
	}
}

func TestRangeOfAll(t *testing.T) {
	s := apitest.Start(t)
	s.Owner().Post(path(s), `[{"cidrBlock":"0.0.0.0/0"}]`).Want(http.StatusOK)
	if p := netip.MustParsePrefix(s.Owner().Get(path(s) + "/0.0.0.0%2F0").Object()["cidrBlock"].(string)); p.Bits() != 0 {
		t.Errorf("range %v", p)
	}
}
