package serviceaccount_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestAccessList(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newAccount(s, "ORG_OWNER")
	list := a.path(s) + "/accessList"
	token := a.token(s)
	here, there := s.Bearer("198.51.100.7", token), s.Bearer("203.0.113.9", token)
	there.Get(list).Want(http.StatusOK)
	there.Post(list, `[{"cidrBlock":"198.51.100.0/24"}]`).WantError(http.StatusBadRequest, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST")
	here.Post(list, `[{"cidrBlock":"198.51.100.77/24"},{"ipAddress":"2001:db8::1"}]`).Want(http.StatusOK)
	there.Get(list).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	s.Bearer("2001:db8:0::1", token).Get(list).Want(http.StatusOK)
	here.Get(list).Want(http.StatusOK)
	if a.token(s) == "" {
		t.Error("tokens are got from any address")
	}
	entries := owner.Get(list).Want(http.StatusOK).Results()
	if e := entries[0]; e["cidrBlock"] != "198.51.100.0/24" || e["requestCount"] != 1.0 || e["lastUsedAddress"] != "198.51.100.7" || e["lastUsedAt"] == nil || e["ipAddress"] != nil {
		t.Errorf("a used entry: %v", e)
	}
	if e := entries[1]; e["ipAddress"] != "2001:db8:0:0:0:0:0:1" || e["requestCount"] != 1.0 {
		t.Errorf("an IPv6 entry: %v", e)
	}
	page := owner.Get(list + "?itemsPerPage=1&pageNum=2&includeCount=false").Want(http.StatusOK).Object()
	if len(page["results"].([]any)) != 1 || page["totalCount"] != nil {
		t.Errorf("page %v", page)
	}
	here.Post(list, `[{"cidrBlock":"198.51.100.0/24"}]`).WantError(http.StatusConflict, "DUPLICATE_ACCESS_LIST_ENTRY")
	here.Delete(list+"/198.51.100.0%2F24").WantError(http.StatusBadRequest, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST")
	here.Delete(list+"/1.2.3.4").WantError(http.StatusNotFound, "ATLAS_ACCESS_LIST_NOT_FOUND")
	here.Delete(list + "/2001:db8::1").Want(http.StatusNoContent)
	owner.Delete(list + "/198.51.100.0%2F24").Want(http.StatusNoContent)
	there.Get(list).Want(http.StatusOK)
	want(t, "events", events(s, "/orgs/"+s.OrgID, a), []string{
		"ACCESS_LIST_ENTRY_DELETED", "ACCESS_LIST_ENTRY_DELETED", "ACCESS_LIST_ENTRY_ADDED", "ACCESS_LIST_ENTRY_ADDED", "CREATED",
	})
	if e := owner.Get("/orgs/" + s.OrgID + "/events").Results()[0]; e["whitelistEntry"] != "198.51.100.0/24" {
		t.Errorf("event %v", e)
	}
}

// TestAProjectsAccessList is the account's own.
func TestAProjectsAccessList(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newGroupAccount(s, "GROUP_READ_ONLY")
	manager := newGroupAccount(s, "GROUP_ACCESS_MANAGER").calls(s)
	list := a.inGroup(s) + "/accessList"
	manager.Post(list, `[{"ipAddress":"127.0.0.1"},{"ipAddress":"1.2.3.4"}]`).Want(http.StatusOK)
	a.calls(s).Get(list).Want(http.StatusOK)
	a.calls(s).Delete(list+"/1.2.3.4").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	manager.Delete(list + "/1.2.3.4%2F32").Want(http.StatusNoContent)
	if got := owner.Get(a.path(s) + "/accessList").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["ipAddress"] != "127.0.0.1" {
		t.Errorf("as the organization's: %v", got)
	}
	want(t, "events", events(s, "/groups/"+s.ProjectID, a), []string{
		"ACCESS_LIST_ENTRY_DELETED", "ACCESS_LIST_ENTRY_ADDED", "ACCESS_LIST_ENTRY_ADDED", "ADDED_TO_GROUP",
	})
	var many []map[string]string
	for i := range 200 {
		many = append(many, map[string]string{"ipAddress": fmt.Sprintf("10.0.0.%d", i)})
	}
	manager.Post(list, many).WantError(http.StatusBadRequest, "MAX_ACCESS_LIST_ENTRIES_EXCEEDED") // one is there already
	manager.Post(list, append(many, many[0])).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	manager.Post(list, many[:199]).Want(http.StatusOK)
}

// TestAListThatMustBe: with the organization's setting, who has no list is let in from nowhere.
func TestAListThatMustBe(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a, key := newAccount(s, "ORG_READ_ONLY"), struct{ ID, PublicKey, PrivateKey string }{}
	owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"x","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&key)
	keys := owner.Get("/orgs/" + s.OrgID + "/apiKeys").Results()
	ownList := "/orgs/" + s.OrgID + "/apiKeys/" + keys[0]["id"].(string) + "/accessList"
	owner.Post(ownList, `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Patch("/orgs/"+s.OrgID+"/settings", `{"apiAccessListRequired":true}`).Want(http.StatusOK)
	mine := a.calls(s) // the token can be had
	mine.Get(a.path(s)).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	s.As(key.PublicKey, key.PrivateKey).Get(a.path(s)).WantError(http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	owner.Delete(ownList+"/127.0.0.0%2F8").WantError(http.StatusBadRequest, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST")
	owner.Post(a.path(s)+"/accessList", `[{"ipAddress":"127.0.0.1"}]`).Want(http.StatusOK)
	mine.Get(a.path(s)).Want(http.StatusOK)
	owner.Patch("/orgs/"+s.OrgID+"/settings", `{"apiAccessListRequired":false}`).Want(http.StatusOK)
	s.As(key.PublicKey, key.PrivateKey).Get(a.path(s)).Want(http.StatusOK)
}

// TestRevoked: a token that its holder has revoked.
func TestRevoked(t *testing.T) {
	s := apitest.Start(t)
	a := newAccount(s, "ORG_MEMBER")
	one, other := a.token(s), a.token(s)
	s.Revoke(a.ClientID, a.Secrets[0].Secret, one)
	s.Bearer("", one).Get("/orgs").Want(http.StatusUnauthorized)
	s.Bearer("", other).Get("/orgs").Want(http.StatusOK)
}

// TestTheSDK goes through all operations with the current generation.
func TestTheSDK(t *testing.T) {
	s := apitest.Start(t)
	sdk, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseOAuthAuth(t.Context(), s.ClientID, s.ClientSecret))
	if err != nil {
		t.Fatal(err)
	}
	ctx, accounts := t.Context(), sdk.ServiceAccountsApi
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hours := admin.ServiceAccountSecretRequest{SecretExpiresAfterHours: 8}
	entries := []admin.ServiceAccountIPAccessListEntry{{IpAddress: admin.PtrString("127.0.0.1")}}
	a, _, err := accounts.CreateOrgServiceAccount(ctx, s.OrgID, &admin.OrgServiceAccountRequest{
		Name: "sdk", Description: "the SDK's", Roles: []string{"ORG_MEMBER"}, SecretExpiresAfterHours: 8}).Execute()
	must(err)
	id, first := a.GetClientId(), a.GetSecrets()[0]
	_, _, err = accounts.UpdateOrgServiceAccount(ctx, id, s.OrgID, &admin.OrgServiceAccountUpdateRequest{Name: admin.PtrString("renamed")}).Execute()
	must(err)
	_, _, err = accounts.InviteGroupServiceAccount(ctx, id, s.ProjectID, &admin.GroupServiceAccountRoleAssignment{Roles: []string{"GROUP_OWNER"}}).Execute()
	must(err)
	list, _, err := accounts.ListGroupServiceAccounts(ctx, s.ProjectID).Execute()
	must(err)
	if got := list.GetResults(); len(got) != 1 || got[0].GetName() != "renamed" || list.GetTotalCount() != 1 {
		t.Errorf("the project's accounts: %v", got)
	}
	groups, _, err := accounts.GetServiceAccountGroups(ctx, s.OrgID, id).Execute()
	must(err)
	if got := groups.GetResults(); len(got) != 1 || got[0].GetGroupId() != s.ProjectID {
		t.Errorf("projects %v", got)
	}
	added, _, err := accounts.CreateGroupSecret(ctx, s.ProjectID, id, &hours).Execute()
	must(err)
	mine, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseOAuthAuth(ctx, id, added.GetSecret()))
	must(err)
	_, _, err = mine.ServiceAccountsApi.CreateAccessList(ctx, s.ProjectID, id, &entries).Execute()
	must(err)
	shown, _, err := mine.ServiceAccountsApi.GetGroupServiceAccount(ctx, s.ProjectID, id).Execute()
	must(err)
	if used := shown.GetSecrets()[1]; used.GetLastUsedAt().IsZero() || used.GetSecret() != "" {
		t.Errorf("the second secret: %+v", used)
	}
	seen, _, err := accounts.ListOrgAccessList(ctx, s.OrgID, id).Execute()
	must(err)
	if e := seen.GetResults()[0]; e.GetRequestCount() != 1 || e.GetLastUsedAddress() != "127.0.0.1" {
		t.Errorf("entry %+v", e)
	}
	_, err = accounts.DeleteOrgAccessEntry(ctx, s.OrgID, id, "127.0.0.1/32").Execute()
	must(err)
	_, err = accounts.DeleteOrgSecret(ctx, id, first.GetId(), s.OrgID).Execute()
	must(err)
	_, err = accounts.DeleteGroupServiceAccount(ctx, id, s.ProjectID).Execute()
	must(err)
	_, err = accounts.DeleteOrgServiceAccount(ctx, id, s.OrgID).Execute()
	must(err)
	_, _, err = accounts.GetOrgServiceAccount(ctx, s.OrgID, id).Execute()
	if e, ok := admin.AsError(err); !ok || e.GetErrorCode() != "SERVICE_ACCOUNT_NOT_FOUND" {
		t.Errorf("get after deletion: %v", errors.Unwrap(err))
	}
}
