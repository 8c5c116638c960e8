package project_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

// news fails the test unless what a change did to a project's events is to add these, oldest first.
func news(t *testing.T, s *apitest.Server, groupID string, change func(), want ...string) {
	t.Helper()
	before := len(s.EventTypes(groupID))
	change()
	after := s.EventTypes(groupID)
	got := after[:len(after)-before]
	slices.Reverse(got)
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestUpdate(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	id := create(s, "before")
	at := "/groups/" + id
	tags := []any{object{"key": "a", "value": "1"}}
	step := func(change object, name string, tags []any) {
		t.Helper()
		got := owner.Patch(at, change).Want(http.StatusOK).Object()
		list, _ := got["tags"].([]any)
		if got["name"] != name || !reflect.DeepEqual(list, tags) || got["id"] != id {
			t.Errorf("%v leaves %v", change, got)
		}
	}
	news(t, s, id, func() {
		step(object{}, "before", nil)
		step(object{"name": "before", "tags": []any{}}, "before", nil)
		step(object{"name": "after"}, "after", nil)
		step(object{"tags": tags}, "after", tags)
		step(object{"tags": tags}, "after", tags)
		step(object{"tags": nil}, "after", tags)
		step(object{"name": "last", "tags": []any{}, "withDefaultAlertsSettings": false}, "last", nil)
	}, "GROUP_NAME_CHANGED", "GROUP_TAGS_MODIFIED", "GROUP_NAME_CHANGED", "GROUP_TAGS_MODIFIED", "GROUP_DEFAULT_ALERTS_SETTINGS_CHANGED")
	s.Restart()
	if got := s.Owner().Get(at).Want(http.StatusOK).Object(); got["name"] != "last" || got["withDefaultAlertsSettings"] != false {
		t.Errorf("after a restart %v", got)
	}
	name := "by SDK"
	got, _, err := s.SDK().ProjectsApi.UpdateProject(t.Context(), id, &admin.GroupUpdate{Name: admin.PtrString(strings.ReplaceAll(name, " ", "-"))}).Execute()
	if err != nil || got.GetName() != "by-SDK" {
		t.Errorf("SDK: %v %v", got, err)
	}
	create(s, "before") // the name is free again
}

func TestRefusedUpdates(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+create(s, "mine")
	create(s, "taken")
	twice := []any{object{"key": "a", "value": "1"}, object{"key": "a", "value": "2"}}
	for what, c := range map[string]struct {
		body   any
		fields []string
	}{
		"name":    {object{"name": "a<b"}, []string{"name"}},
		"no name": {object{"name": ""}, []string{"name"}},
		"both":    {object{"name": " ", "tags": twice}, []string{"name", "tags[1].key"}},
		"empty":   {object{"tags": []any{object{"key": ""}}}, []string{"tags[0].key", "tags[0].value"}},
		"org":     {object{"orgId": s.OrgID}, []string{"orgId"}},
	} {
		if got := owner.Patch(at, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	owner.Patch(at, object{"name": "taken", "tags": twice[:1]}).WantError(http.StatusConflict, "GROUP_ALREADY_EXISTS")
	owner.Patch("/groups/"+nobody, object{"name": "x"}).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	keyWith(s, "ORG_READ_ONLY").Patch(at, object{"name": "x"}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := owner.Get(at).Want(http.StatusOK).Object(); got["name"] != "mine" || got["tags"] != nil {
		t.Errorf("the refused requests left %v", got)
	}
}

func TestSettings(t *testing.T) {
	s := apitest.Start(t)
	owner, id := s.Owner(), s.ProjectID
	path := "/groups/" + id + "/settings"
	want := object{
		"isClusterAiAssistantEnabled": true, "isCollectDatabaseSpecificsStatisticsEnabled": true, "isDataExplorerEnabled": true,
		"isDataExplorerGenAIFeaturesEnabled": true, "isDataExplorerGenAISampleDocumentPassingEnabled": false, "isDataValidationEnabled": true,
		"isExtendedStorageSizesEnabled": false, "isNativeRerankingEnabled": false, "isPerformanceAdvisorEnabled": true,
		"isRealtimePerformancePanelEnabled": true, "isSchemaAdvisorEnabled": true,
	}
	if got := owner.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("a new project has %v", got)
	}
	flip := func(events ...string) {
		t.Helper()
		news(t, s, id, func() {
			for _, name := range slices.Sorted(maps.Keys(want)) {
				want[name] = want[name] != true
				for range 2 {
					if got := owner.Patch(path, object{name: want[name]}).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
						t.Errorf("settings %v, want %v", got, want)
					}
				}
			}
		}, events...)
	}
	flip("PROJECT_COLLECT_DATABASE_STATISTICS_UPDATED", "DATA_EXPLORER_DISABLED", "PROJECT_ENABLE_DATA_VALIDATION_UPDATED", "PROJECT_ENABLE_EXTENDED_STORAGE_SIZES_UPDATED")
	s.Restart()
	owner = s.Owner()
	if got := owner.Get(path).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("after a restart %v", got)
	}
	flip("PROJECT_COLLECT_DATABASE_STATISTICS_UPDATED", "DATA_EXPLORER_ENABLED", "PROJECT_ENABLE_DATA_VALIDATION_UPDATED", "PROJECT_ENABLE_EXTENDED_STORAGE_SIZES_UPDATED")
	if got := owner.Patch(path, object{"isDataExplorerEnabled": "no", "isFast": true}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); len(got) != 2 {
		t.Errorf("fields %v", got)
	}
	keyWith(s, "ORG_READ_ONLY").Get(path).Want(http.StatusOK)
	keyWith(s, "ORG_READ_ONLY").Patch(path, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	got, _, err := s.SDK().ProjectsApi.GetProjectSettings(t.Context(), id).Execute()
	if err != nil || !got.GetIsSchemaAdvisorEnabled() {
		t.Errorf("SDK: %v %v", got, err)
	}
}
