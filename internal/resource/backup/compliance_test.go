package backup_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

func policy(groupID string) string { return "/groups/" + groupID + "/backupCompliancePolicy" }

// rule is an item of a policy.
func rule(rhythm string, interval, value int, unit string) object {
	return object{"frequencyType": rhythm, "frequencyInterval": interval, "retentionValue": value, "retentionUnit": unit}
}

// demand is the body of a policy with further fields.
func demand(more object) object {
	body := object{"authorizedEmail": "ann@example.com", "authorizedUserFirstName": "Ann", "authorizedUserLastName": "Lee"}
	maps.Copy(body, more)
	return body
}

// TestCompliancePolicy makes the calls of the Kubernetes operator and the Terraform provider.
func TestCompliancePolicy(t *testing.T) {
	s := apitest.Start(t)
	path := policy(s.ProjectID)
	owner := s.Owner()
	for _, date := range []string{"2023-01-01", "2023-10-01"} {
		if got := owner.At(date).Get(path).Want(http.StatusOK).Object(); len(got) > 0 {
			t.Errorf("%s: without a policy there is %v", date, got)
		}
	}
	owner.Delete(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	made := owner.Do(http.MethodPut, path+"?overwriteBackupPolicies=false", demand(object{"scheduledPolicyItems": []object{rule("daily", 1, 7, "days")}})).Want(http.StatusOK).Object()
	if made["state"] != "ENABLING" || made["projectId"] != s.ProjectID || made["copyProtectionEnabled"] != false || made["deletable"] != false ||
		made["encryptionAtRestEnabled"] != false || made["pitEnabled"] != false || made["restoreWindowDays"] != 0.0 || made["updatedUser"] != s.PublicKey {
		t.Errorf("the policy is %v", made)
	}
	settle(s)
	active := owner.Get(path).Want(http.StatusOK).Object()
	item := func(o object) object { return o["scheduledPolicyItems"].([]any)[0].(object) }
	if active["state"] != "ACTIVE" || item(active)["id"] != item(made)["id"] || item(active)["retentionUnit"] != "days" {
		t.Errorf("settled it is %v", active)
	}
	stronger := owner.At("2023-01-01").Do(http.MethodPut, path, demand(object{
		"pitEnabled": true, "restoreWindowDays": 1, "scheduledPolicyItems": []object{rule("daily", 1, 14, "days")}, "onDemandPolicyItem": rule("ondemand", 0, 2, "weeks"),
	})).Want(http.StatusOK).Object()
	if stronger["state"] != "UPDATING" || item(stronger)["id"] != item(made)["id"] {
		t.Errorf("the stronger policy is %v", stronger)
	}
	settle(s)
	told := events(s, s.ProjectID, 4)
	if !slices.Equal(told, []string{"CPS_DATA_PROTECTION_ENABLE_REQUESTED", "CPS_DATA_PROTECTION_ENABLED", "CPS_DATA_PROTECTION_UPDATE_REQUESTED", "CPS_DATA_PROTECTION_UPDATED"}) {
		t.Errorf("the events are %v", told)
	}
	strong := object{"pitEnabled": true, "restoreWindowDays": 1, "scheduledPolicyItems": []object{rule("daily", 1, 14, "days")}, "onDemandPolicyItem": rule("ondemand", 0, 2, "weeks")}
	for name, change := range map[string]object{
		"no points in time": {"pitEnabled": false}, "a shorter window": {"restoreWindowDays": 0}, "no items": {"scheduledPolicyItems": []object{}},
		"a shorter retention": {"scheduledPolicyItems": []object{rule("daily", 1, 13, "days")}}, "on demand, shorter": {"onDemandPolicyItem": rule("ondemand", 0, 13, "days")},
	} {
		body := demand(strong)
		maps.Copy(body, change)
		owner.Do(http.MethodPut, path, body).WantError(http.StatusBadRequest, "BACKUP_COMPLIANCE_POLICY_FORBIDS")
		if got := owner.Get(path).Want(http.StatusOK).Object(); got["state"] != "ACTIVE" || got["pitEnabled"] != true {
			t.Errorf("%s: the policy has become %v", name, got)
		}
	}
	owner.Delete(path).WantError(http.StatusBadRequest, "BACKUP_COMPLIANCE_POLICY_FORBIDS")
	for body, field := range map[string]string{
		`{}`: "authorizedEmail",
		`{"authorizedEmail":"ann@example.com","authorizedUserFirstName":"A","authorizedUserLastName":"L","restoreWindowDays":-1}`:                                                                                              "restoreWindowDays",
		`{"authorizedEmail":"ann@example.com","authorizedUserFirstName":"A","authorizedUserLastName":"L","scheduledPolicyItems":[{"frequencyType":"daily","frequencyInterval":2,"retentionUnit":"days","retentionValue":1}]}`:  "scheduledPolicyItems[0].frequencyInterval",
		`{"authorizedEmail":"ann@example.com","authorizedUserFirstName":"A","authorizedUserLastName":"L","scheduledPolicyItems":[{"frequencyType":"daily","frequencyInterval":1,"retentionUnit":"days","retentionValue":-1}]}`: "scheduledPolicyItems[0].retentionValue",
	} {
		if got := owner.Do(http.MethodPut, path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Contains(got, field) {
			t.Errorf("%s: %v, want %s", body, got, field)
		}
	}
}

// TestWhatAPolicyForbids: a request that the policy forbids is refused and changes nothing. A policy that schedules do not
// meet is refused, or changes them.
func TestWhatAPolicyForbids(t *testing.T) {
	const unmet, forbidden = "BACKUP_POLICIES_NOT_MEETING_BACKUP_COMPLIANCE_POLICY_REQUIREMENTS", "BACKUP_COMPLIANCE_POLICY_FORBIDS"
	s := apitest.Start(t)
	backedUp(s, s.ProjectID, "alpha")
	owner, path, plan := s.Owner(), policy(s.ProjectID), schedule(s.ProjectID, "alpha")
	id := take(t, s, s.ProjectID, "alpha")
	body := demand(object{"scheduledPolicyItems": []object{rule("daily", 1, 30, "days"), rule("monthly", 40, 2, "years")}, "onDemandPolicyItem": rule("ondemand", 0, 3, "days")})
	owner.Do(http.MethodPut, path+"?overwriteBackupPolicies=false", body).WantError(http.StatusBadRequest, unmet)
	if got := owner.Get(path).Want(http.StatusOK).Object(); len(got) > 0 {
		t.Fatalf("the policy is there: %v", got)
	}
	before := owner.Get(plan).Want(http.StatusOK).Object()
	owner.Do(http.MethodPut, path, body).Want(http.StatusOK)
	settle(s)
	raised := owner.Get(plan).Want(http.StatusOK).Object()
	_, had := items(t, before)
	rhythms, have := items(t, raised)
	daily := raised["policies"].([]any)[0].(object)["policyItems"].([]any)[1].(object)
	if !slices.Equal(rhythms, []string{"hourly", "daily", "weekly", "monthly", "yearly"}) || !slices.Equal(had, have) || daily["retentionValue"] != 30.0 {
		t.Errorf("the schedule has become %v", raised)
	}
	one := snapshots(s.ProjectID, "alpha") + "/" + id
	owner.Delete(one).WantError(http.StatusBadRequest, forbidden)
	owner.Patch(one, object{"retentionUnit": "DAYS", "retentionValue": 6}).WantError(http.StatusBadRequest, forbidden)
	owner.Patch(one, object{"retentionUnit": "DAYS", "retentionValue": 8}).Want(http.StatusOK)
	owner.Post(snapshots(s.ProjectID, "alpha"), object{"retentionInDays": 2}).WantError(http.StatusBadRequest, unmet)
	owner.Delete(plan).WantError(http.StatusBadRequest, unmet)
	weaker := []object{{"policyItems": []object{rule("daily", 1, 29, "days"), rule("monthly", 40, 2, "years")}}}
	owner.Patch(plan, object{"policies": weaker}).WantError(http.StatusBadRequest, unmet)
	owner.Patch(plan, object{"referenceHourOfDay": 5, "deleteSnapshots": true}).WantError(http.StatusBadRequest, forbidden)
	if got := owner.Get(plan).Want(http.StatusOK).Object(); got["referenceHourOfDay"] != raised["referenceHourOfDay"] {
		t.Errorf("the schedule has changed: %v", got)
	}
	owner.Patch(plan, object{"policies": []object{{"policyItems": []object{rule("daily", 1, 31, "days"), rule("monthly", 40, 2, "years")}}}}).Want(http.StatusOK)
	s.Advance(9 * aDay) // it expires
	s.Owner().Get(one).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}
