package organization_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

var newSettings = object{
	"apiAccessListRequired": false, "genAIFeaturesEnabled": true, "maxServiceAccountSecretValidityInHours": 8760.0, "multiFactorAuthRequired": false,
	"restrictEmployeeAccess": false, "streamsCrossGroupEnabled": false,
}

func TestSettings(t *testing.T) {
	s := apitest.Start(t)
	id, its := found(s, "strict")
	owner := its()
	path := "/orgs/" + id + "/settings"
	want := maps.Clone(newSettings)
	if got := owner.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("a new organization has %v", got)
	}
	for _, step := range []struct {
		change, then object
		event        []string
	}{
		{object{}, nil, nil},
		{object{"multiFactorAuthRequired": true}, nil, []string{"ORG_TWO_FACTOR_AUTH_REQUIRED"}},
		{object{"multiFactorAuthRequired": true}, nil, nil},
		{object{"multiFactorAuthRequired": false}, nil, []string{"ORG_TWO_FACTOR_AUTH_OPTIONAL"}},
		{object{"restrictEmployeeAccess": true}, nil, []string{"ORG_EMPLOYEE_ACCESS_RESTRICTED"}},
		{object{"restrictEmployeeAccess": false}, nil, []string{"ORG_EMPLOYEE_ACCESS_UNRESTRICTED"}},
		{object{"genAIFeaturesEnabled": false}, nil, nil},
		{object{"streamsCrossGroupEnabled": true}, nil, nil},
		{object{"maxServiceAccountSecretValidityInHours": 8}, object{"maxServiceAccountSecretValidityInHours": 8.0}, []string{"ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED"}},
		{object{"securityContact": "a@b.example"}, nil, []string{"SECURITY_CONTACT_MODIFIED"}},
		{object{"operationsContact": "o@b.example"}, nil, []string{"OPERATIONS_CONTACT_MODIFIED"}},
		{object{"operationsContact": nil}, object{"operationsContact": "o@b.example"}, nil},
		{object{"operationsContact": ""}, object{"operationsContact": nil}, []string{"OPERATIONS_CONTACT_MODIFIED"}},
		{object{"customSessionTimeouts": object{"idleSessionTimeoutInSeconds": 600.0}}, nil, []string{"CUSTOM_SESSION_TIMEOUT_MODIFIED"}},
		{object{"customSessionTimeouts": object{}}, object{"customSessionTimeouts": nil}, []string{"CUSTOM_SESSION_TIMEOUT_MODIFIED"}},
	} {
		if step.then == nil {
			step.then = step.change
		}
		maps.Copy(want, step.then)
		maps.DeleteFunc(want, func(_ string, v any) bool { return v == nil })
		wantNew(t, owner, id, func() {
			if got := owner.Patch(path, step.change).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
				t.Errorf("%v leaves %v, want %v", step.change, got, want)
			}
		}, step.event...)
	}
	s.Restart()
	if got := its().Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("after a restart %v, want %v", got, want)
	}
}

// What access lists being required means belongs to authentication; here it is known and told.
func TestAccessListsAreRequired(t *testing.T) {
	s := apitest.Start(t)
	id, its := found(s, "closed")
	owner := its()
	path := "/orgs/" + id + "/settings"
	var k struct{ PublicKey, PrivateKey, ID string }
	owner.Post("/orgs/"+id+"/apiKeys", `{"desc":"from home","roles":["ORG_OWNER"]}`).Want(http.StatusOK).JSON(&k)
	owner.Post("/orgs/"+id+"/apiKeys/"+k.ID+"/accessList", `[{"ipAddress":"127.0.0.1"}]`).Want(http.StatusOK)
	listed := s.As(k.PublicKey, k.PrivateKey)
	wantNew(t, listed, id, func() {
		if got := listed.Patch(path, object{"apiAccessListRequired": true}).Want(http.StatusOK).Object(); got["apiAccessListRequired"] != true {
			t.Errorf("settings %v", got)
		}
		listed.Patch(path, object{"apiAccessListRequired": false}).Want(http.StatusOK)
	}, "ORG_PUBLIC_API_ACCESS_LIST_REQUIRED", "ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED")
}

func TestRefusedSettings(t *testing.T) {
	s := apitest.Start(t)
	path := "/orgs/" + s.OrgID + "/settings"
	for what, c := range map[string]struct {
		body   any
		fields []string
	}{
		"hours":    {object{"maxServiceAccountSecretValidityInHours": 7}, []string{"maxServiceAccountSecretValidityInHours"}},
		"years":    {object{"maxServiceAccountSecretValidityInHours": 8761}, []string{"maxServiceAccountSecretValidityInHours"}},
		"contacts": {object{"operationsContact": "nobody", "securityContact": "a b@c"}, []string{"operationsContact", "securityContact"}},
		"timeouts": {object{"customSessionTimeouts": object{"absoluteSessionTimeoutInSeconds": -1, "idleSessionTimeoutInSeconds": -1}}, []string{
			"customSessionTimeouts.absoluteSessionTimeoutInSeconds", "customSessionTimeouts.idleSessionTimeoutInSeconds",
		}},
		"types":   {object{"apiAccessListRequired": "yes"}, []string{"apiAccessListRequired"}},
		"unknown": {object{"apiAccessList": true}, []string{"apiAccessList"}},
	} {
		got := s.Owner().Patch(path, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		if slices.Sort(got); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	reader := keyWith(s, "ORG_MEMBER")
	reader.Patch(path, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := reader.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, newSettings) {
		t.Errorf("the refused requests left %v", got)
	}
	s.Owner().Get("/orgs/"+nobody+"/settings").WantError(http.StatusNotFound, "ORG_NOT_FOUND")
}

func TestDelegation(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/orgs/"+s.OrgID+"/delegationSettings"
	if got := owner.Get(path).Want(http.StatusOK).Object(); len(got) != 0 {
		t.Errorf("a new organization has %v", got)
	}
	want := object{"delegatedMcpAccess": "READ_ONLY", "idleRefreshTokenLifetime": 1.0, "maximumRefreshTokenLifetime": 31536000.0}
	wantNew(t, owner, s.OrgID, func() {
		owner.Patch(path, want).Want(http.StatusOK)
		owner.Patch(path, object{"delegatedMcpAccess": nil}).Want(http.StatusOK)
		owner.Patch(path, object{"delegatedPartnerAccess": "DISALLOWED"}).Want(http.StatusOK)
	}, "ORG_DELEGATION_SETTINGS_UPDATED", "ORG_DELEGATION_SETTINGS_UPDATED")
	want["delegatedPartnerAccess"] = "DISALLOWED"
	s.Restart()
	owner = s.Owner()
	if got := owner.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("settings %v, want %v", got, want)
	}
	fields := owner.Patch(path, object{"delegatedMcpAccess": "ALL", "delegatedPartnerAccess": "READ_ONLY", "idleRefreshTokenLifetime": 0}).
		WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(fields, []string{"delegatedMcpAccess", "delegatedPartnerAccess", "idleRefreshTokenLifetime"}) {
		t.Errorf("fields %v", fields)
	}
	member := keyWith(s, "ORG_MEMBER")
	member.Get(path).Want(http.StatusOK)
	member.Patch(path, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.At("2025-02-19").Get(path).WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
}

func TestMaintenance(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner().At("preview"), "/orgs/"+s.OrgID+"/maintenanceSettings"
	initial := object{"effectiveWaveAssignmentMode": "MANUAL"}
	chosen := object{"effectiveWaveAssignmentMode": "ENV_TAG_MAPPING", "waveAssignmentMode": "ENV_TAG_MAPPING"}
	step := func(a *apitest.Answer, want object) {
		t.Helper()
		if got := a.Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
			t.Errorf("settings %v, want %v", got, want)
		}
	}
	wantNew(t, s.Owner(), s.OrgID, func() {
		step(owner.Get(path), initial)
		step(owner.Patch(path, object{"waveAssignmentMode": "ENV_TAG_MAPPING"}), chosen)
		step(owner.Patch(path, object{}), chosen)
		step(owner.Get(path), chosen)
		step(owner.Do(http.MethodPost, path+":reset", nil), initial)
		step(owner.Patch(path, object{"waveAssignmentMode": "MANUAL"}), object{"effectiveWaveAssignmentMode": "MANUAL", "waveAssignmentMode": "MANUAL"})
		step(owner.Do(http.MethodPost, path+":reset", nil), initial)
	}, "ORG_WAVE_ASSIGNMENT_MODE_ENV_TAG_MAPPING", "ORG_WAVE_ASSIGNMENT_MODE_MANUAL")
	owner.Patch(path, object{"waveAssignmentMode": "RANDOM"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	s.Owner().Get(path).WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
	member := keyWith(s, "ORG_MEMBER").At("preview")
	member.Get(path).Want(http.StatusOK)
	member.Patch(path, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	member.Do(http.MethodPost, path+":reset", nil).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}
