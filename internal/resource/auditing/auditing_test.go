package auditing_test

import (
	"net/http"
	"slices"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestConfiguration(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/auditLog"
	same := func(got map[string]any, want map[string]any) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for k := range want {
			if got[k] != want[k] {
				t.Errorf("%s is %v, want %v", k, got[k], want[k])
			}
		}
	}
	none := map[string]any{"auditAuthorizationSuccess": false, "configurationType": "NONE", "enabled": false}
	same(owner.Get(path).Want(http.StatusOK).Object(), none)
	same(owner.Patch(path, `{}`).Want(http.StatusOK).Object(), none)

	const filter = `{"atype":"authenticate"}`
	full := map[string]any{"auditAuthorizationSuccess": false, "auditFilter": filter, "configurationType": "FILTER_JSON", "enabled": true}
	same(owner.Patch(path, map[string]any{"enabled": true, "auditFilter": " \n" + filter + "\n", "configurationType": "NONE"}).Want(http.StatusOK).Object(), full)
	full["auditAuthorizationSuccess"] = true
	same(owner.Patch(path, `{"auditAuthorizationSuccess":true}`).Want(http.StatusOK).Object(), full)
	s.Restart()
	owner = s.Owner()
	same(owner.Get(path).Want(http.StatusOK).Object(), full)
	same(owner.Patch(path, `{"enabled":false,"auditAuthorizationSuccess":false,"auditFilter":""}`).Want(http.StatusOK).Object(), none)

	want := []string{"AUDIT_LOG_CONFIGURATION_UPDATED", "AUDIT_LOG_CONFIGURATION_UPDATED", "AUDIT_LOG_CONFIGURATION_UPDATED", "GROUP_CREATED"}
	if got := s.EventTypes(s.ProjectID); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/auditLog"
	for body, field := range map[string]string{
		`{"auditFilter":"{'atype':1}"}`: "auditFilter", `{"auditFilter":"[1]"}`: "auditFilter", `{"auditFilter":"{} {}"}`: "auditFilter",
		`{"enabled":"yes"}`: "enabled", `{"x":1}`: "x",
	} {
		if got := owner.Patch(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	var reader struct{ PublicKey, PrivateKey string }
	owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"reads","roles":["ORG_READ_ONLY"]}`).Want(http.StatusOK).JSON(&reader)
	s.As(reader.PublicKey, reader.PrivateKey).Get(path).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.As(reader.PublicKey, reader.PrivateKey).Patch(path, `{"enabled":true}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	audits := s.OAuthSDK(t.Context()).AuditingApi
	if _, _, err := audits.UpdateAuditingConfiguration(t.Context(), s.ProjectID, &admin.AuditLog{Enabled: admin.PtrBool(true)}).Execute(); err != nil {
		t.Fatal(err)
	}
	got, _, err := audits.GetAuditingConfiguration(t.Context(), s.ProjectID).Execute()
	if err != nil || !got.GetEnabled() {
		t.Errorf("configuration %v, %v", got, err)
	}
}

// A project goes with its settings; the organization's feed keeps that it went.
func TestProjectGoes(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	owner.Patch("/groups/"+s.ProjectID+"/auditLog", `{"enabled":true}`).Want(http.StatusOK)
	owner.Patch("/groups/"+s.ProjectID+"/awsCustomDNS", `{"enabled":true}`).Want(http.StatusOK)
	owner.Post("/groups/"+s.ProjectID+"/accessList", `[{"ipAddress":"1.2.3.4"}]`).Want(http.StatusOK)
	owner.Delete("/groups/" + s.ProjectID).Want(http.StatusNoContent)
	owner.Get("/groups/"+s.ProjectID+"/auditLog").WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	e := owner.Get("/orgs/" + s.OrgID + "/events?includeRaw=true").Want(http.StatusOK).Results()[0]
	if e["eventTypeName"] != "GROUP_DELETED" || e["groupId"] != s.ProjectID {
		t.Errorf("the organization's newest event is %v", e)
	}
}
