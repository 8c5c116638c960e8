package telemetry_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// TestExport is a log export as the Terraform provider leads it.
func TestExport(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/pushBasedLogExport"
	state := func() any { return owner.Get(path).Want(http.StatusOK).Object()["state"] }
	if got := state(); got != "UNCONFIGURED" {
		t.Errorf("without one it is %v", got)
	}
	owner.Patch(path, object{"prefixPath": "q"}).WantError(http.StatusNotFound, "PUSH_BASED_LOG_EXPORT_NOT_CONFIGURED")
	body := object{"bucketName": "logs", "iamRoleId": s.OrgID, "prefixPath": ""}
	owner.Post(path, body).Want(http.StatusOK)
	owner.Post(path, body).WantError(http.StatusConflict, "PUSH_BASED_LOG_EXPORT_ALREADY_CONFIGURED")
	if got := state(); got != "INITIATING" {
		t.Errorf("it begins as %v", got)
	}
	s.Advance(time.Minute)
	owner.Patch(path, object{"prefixPath": "q"}).Want(http.StatusOK)
	s.Advance(time.Minute)
	if w := owner.Get(path).Object(); w["state"] != "ACTIVE" || w["prefixPath"] != "q" || w["createDate"] == nil {
		t.Errorf("it is %v", w)
	}
	owner.Delete(path).Want(http.StatusOK)
	if got := state(); got != "UNCONFIGURED" {
		t.Errorf("then it is %v", got)
	}
	if got, want := exported(s), []string{"ENABLED", "CONFIGURATION_UPDATED", "DISABLED"}; !slices.Equal(got, want) {
		t.Errorf("the events are %v", got)
	}
}

func exported(s *apitest.Server) (list []string) {
	for _, e := range s.EventTypes(s.ProjectID) {
		if name, ok := strings.CutPrefix(e, "PUSH_BASED_LOG_EXPORT_"); ok {
			list = append(list, name)
		}
	}
	slices.Reverse(list)
	return list
}

// TestLogs: integrations of each kind are kept, and their secrets are not.
func TestLogs(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner(), "/groups/"+s.ProjectID+"/logIntegrations"
	types := []string{"MONGOD", "MONGOD_AUDIT"}
	const secret = "a-secret-of-the-tests"
	for _, body := range []object{
		{"type": "DATADOG_LOG_EXPORT", "apiKey": secret, "region": "US1", "logTypes": types},
		{"type": "SPLUNK_LOG_EXPORT", "hecToken": secret, "hecUrl": "https://splunk.example.com", "logTypes": types},
		{"type": "OTEL_LOG_EXPORT", "otelEndpoint": "https://otel.example.com", "otelSuppliedHeaders": []object{{"name": "key", "value": secret}}, "logTypes": types},
		{"type": "S3_LOG_EXPORT", "bucketName": "logs", "iamRoleId": s.OrgID, "prefixPath": "p", "logTypes": types},
		{"type": "GCS_LOG_EXPORT", "bucketName": "logs", "roleId": s.OrgID, "prefixPath": "p", "logTypes": types},
		{"type": "AZURE_LOG_EXPORT", "roleId": s.OrgID, "prefixPath": "p", "storageAccountName": "a", "storageContainerName": "c", "logTypes": types},
	} {
		made := owner.Post(all, body).Want(http.StatusCreated).Object()
		one := all + "/" + made["id"].(string)
		body["logTypes"] = types[:1]
		if w := owner.Do(http.MethodPut, one, body).Want(http.StatusOK).Object(); len(w["logTypes"].([]any)) != 1 || w["type"] != body["type"] {
			t.Errorf("it becomes %v", w)
		}
	}
	if list := owner.Get(all + "?integrationType=OTEL_LOG_EXPORT").Results(); len(list) != 1 {
		t.Errorf("of one type there are %v", list)
	}
	list := owner.Get(all).Results()
	owner.Post(all, object{"type": "SPLUNK_LOG_EXPORT", "hecToken": secret, "hecUrl": "nowhere", "logTypes": types}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(all, object{"type": "DATADOG_LOG_EXPORT", "logTypes": types}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Do(http.MethodPut, all+"/"+list[0]["id"].(string), object{"type": "OTEL_LOG_EXPORT", "otelEndpoint": "https://x", "otelSuppliedHeaders": []object{{"name": "a", "value": "b"}}, "logTypes": types}).
		WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Delete(all + "/" + list[0]["id"].(string)).Want(http.StatusNoContent)
	owner.Get(all+"/"+list[0]["id"].(string)).WantError(http.StatusNotFound, "INTEGRATION_NOT_FOUND")
	if found := s.Mentions(secret); len(found) > 0 {
		t.Errorf("the secret is in %v", found)
	}
}

func TestMetrics(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner(), "/groups/"+s.ProjectID+"/metricIntegrations"
	body := func(more object) object {
		b := object{
			"aggregationTemporality": "DELTA", "authType": "HEADER", "endpoint": "https://otel.example.com", "integrationType": "OTEL",
			"metricSelection": []string{"MONGODB_METRICS"}, "providerType": "CUSTOM",
		}
		for k, v := range more {
			b[k] = v
		}
		return b
	}
	headers := object{"headers": []object{{"name": "key", "value": "a-secret-of-the-tests"}}}
	made := owner.Post(all, body(headers)).Want(http.StatusCreated).Object()
	one := all + "/" + made["metricIntegrationId"].(string)
	if h := made["headersRedacted"].([]any)[0].(object); h["name"] != "key" || h["value"] != "****" || made["headers"] != nil {
		t.Errorf("it is %v", made)
	}
	owner.Post(all, body(nil)).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(all, body(object{"headers": headers["headers"], "endpoint": "ftp://x"})).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if w := owner.Do(http.MethodPut, one, body(object{"aggregationTemporality": "CUMULATIVE"})).Want(http.StatusOK).Object(); w["aggregationTemporality"] != "CUMULATIVE" || w["headersRedacted"] == nil {
		t.Errorf("it becomes %v", w)
	}
	if list := owner.At("preview").Get(all + "?providerType=CUSTOM&integrationType=OTEL").Results(); len(list) != 1 {
		t.Errorf("there are %v", list)
	}
	owner.Delete(one).Want(http.StatusNoContent)
	owner.Get(one).WantError(http.StatusNotFound, "INTEGRATION_NOT_FOUND")
	for _, e := range []string{"OTEL_METRIC_INTEGRATION_ENABLED", "OTEL_METRIC_INTEGRATION_CONFIGURATION_UPDATED", "OTEL_METRIC_INTEGRATION_DISABLED"} {
		if !slices.Contains(s.EventTypes(s.ProjectID), e) {
			t.Errorf("there is no %s", e)
		}
	}
	if found := s.Mentions("a-secret-of-the-tests"); len(found) > 0 {
		t.Errorf("the secret is in %v", found)
	}
}
