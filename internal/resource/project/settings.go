package project

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// GroupSettings are a project's settings on the wire.
type GroupSettings struct {
	IsClusterAIAssistantEnabled                     *bool `json:"isClusterAiAssistantEnabled,omitempty" doc:"Whether the console has an assistant for clusters."`
	IsCollectDatabaseSpecificsStatisticsEnabled     *bool `json:"isCollectDatabaseSpecificsStatisticsEnabled,omitempty" doc:"Whether statistics of single databases are collected."`
	IsDataExplorerEnabled                           *bool `json:"isDataExplorerEnabled,omitempty" doc:"Whether the console shows data."`
	IsDataExplorerGenAIFeaturesEnabled              *bool `json:"isDataExplorerGenAIFeaturesEnabled,omitempty" doc:"Whether the console uses generative models on data."`
	IsDataExplorerGenAISampleDocumentPassingEnabled *bool `json:"isDataExplorerGenAISampleDocumentPassingEnabled,omitempty" api:"default=false" doc:"Whether the console gives sample documents to generative models."`
	IsDataValidationEnabled                         *bool `json:"isDataValidationEnabled,omitempty" doc:"Whether clusters' data is validated in the background."`
	IsExtendedStorageSizesEnabled                   *bool `json:"isExtendedStorageSizesEnabled,omitempty" doc:"Whether clusters may have more storage than is usual for their size."`
	IsNativeRerankingEnabled                        *bool `json:"isNativeRerankingEnabled,omitempty" doc:"Whether searches may rerank results."`
	IsPerformanceAdvisorEnabled                     *bool `json:"isPerformanceAdvisorEnabled,omitempty" doc:"Whether the performance advisor works."`
	IsRealtimePerformancePanelEnabled               *bool `json:"isRealtimePerformancePanelEnabled,omitempty" doc:"Whether the console shows performance in real time."`
	IsSchemaAdvisorEnabled                          *bool `json:"isSchemaAdvisorEnabled,omitempty" doc:"Whether the schema advisor works."`
}

// setting is one of a project's switches: its name on disk and on the wire, its value in a new project, and the events of its
// changes, if the API has any.
type setting struct {
	name    string
	initial bool
	field   func(*GroupSettings) **bool
	on, off event.Type
}

var switches = []setting{
	{"isClusterAiAssistantEnabled", true, func(w *GroupSettings) **bool { return &w.IsClusterAIAssistantEnabled }, "", ""},
	{
		"isCollectDatabaseSpecificsStatisticsEnabled", true, func(w *GroupSettings) **bool { return &w.IsCollectDatabaseSpecificsStatisticsEnabled },
		"PROJECT_COLLECT_DATABASE_STATISTICS_UPDATED", "PROJECT_COLLECT_DATABASE_STATISTICS_UPDATED",
	},
	{"isDataExplorerEnabled", true, func(w *GroupSettings) **bool { return &w.IsDataExplorerEnabled }, "DATA_EXPLORER_ENABLED", "DATA_EXPLORER_DISABLED"},
	{"isDataExplorerGenAIFeaturesEnabled", true, func(w *GroupSettings) **bool { return &w.IsDataExplorerGenAIFeaturesEnabled }, "", ""},
	{
		"isDataExplorerGenAISampleDocumentPassingEnabled", false,
		func(w *GroupSettings) **bool { return &w.IsDataExplorerGenAISampleDocumentPassingEnabled }, "", "",
	},
	{
		"isDataValidationEnabled", true, func(w *GroupSettings) **bool { return &w.IsDataValidationEnabled },
		"PROJECT_ENABLE_DATA_VALIDATION_UPDATED", "PROJECT_ENABLE_DATA_VALIDATION_UPDATED",
	},
	{
		"isExtendedStorageSizesEnabled", false, func(w *GroupSettings) **bool { return &w.IsExtendedStorageSizesEnabled },
		"PROJECT_ENABLE_EXTENDED_STORAGE_SIZES_UPDATED", "PROJECT_ENABLE_EXTENDED_STORAGE_SIZES_UPDATED",
	},
	{"isNativeRerankingEnabled", false, func(w *GroupSettings) **bool { return &w.IsNativeRerankingEnabled }, "", ""},
	{"isPerformanceAdvisorEnabled", true, func(w *GroupSettings) **bool { return &w.IsPerformanceAdvisorEnabled }, "", ""},
	{"isRealtimePerformancePanelEnabled", true, func(w *GroupSettings) **bool { return &w.IsRealtimePerformancePanelEnabled }, "", ""},
	{"isSchemaAdvisorEnabled", true, func(w *GroupSettings) **bool { return &w.IsSchemaAdvisorEnabled }, "", ""},
}

// of returns the setting's value in a project.
func (s *setting) of(p *model.Project) bool {
	if v, set := p.Settings[s.name]; set {
		return v
	}
	return s.initial
}

func toSettings(p *model.Project) (w GroupSettings) {
	for _, s := range switches {
		v := s.of(p)
		*s.field(&w) = &v
	}
	return w
}

// apply makes the changes of w and returns the types of their events.
func (w *GroupSettings) apply(p *model.Project) (events []event.Type) {
	for _, s := range switches {
		v := *s.field(w)
		if v == nil || *v == s.of(p) {
			continue
		}
		p.Set(s.name, *v)
		what := s.off
		if *v {
			what = s.on
		}
		if what != "" {
			events = append(events, what)
		}
	}
	return events
}

type settingsIn struct {
	getIn
	Body GroupSettings
}

func (s *Service) updateSettings(tx store.Tx, in settingsIn) (out GroupSettings, err error) {
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	events := in.Body.apply(p)
	return toSettings(p), put(tx, p, events...)
}

// managedSlowMs is the switch that lets the threshold of slow operations follow the load.
const managedSlowMs = "managedSlowMs"

// SlowIsManaged reports whether the threshold of slow operations follows the load on a project's clusters.
func SlowIsManaged(tx store.Tx, groupID model.ID) (bool, error) {
	p, err := state.Projects.Get(tx, groupID)
	return err == nil && managesSlowMs(p), store.IfMissing(err, nil)
}

func managesSlowMs(p *model.Project) bool {
	on, set := p.Settings[managedSlowMs]
	return on || !set
}

func (s *Service) slowMs() api.Operations {
	const tag, path = "Performance Advisor", one + "/managedSlowMs"
	return api.Operations{{
		ID: "getManagedSlowMs", Aliases: []string{"getGroupManagedSlowMs"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return whether the threshold of slow operations is managed in one project",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, managesSlowMs))),
	}, {
		ID: "enableSlowOperationThresholding", Aliases: []string{"enableManagedSlowMs", "enableGroupManagedSlowMs"}, Method: http.MethodPost, Path: path + "/enable",
		Tag:         tag,
		Summary:     "Manage the threshold of slow operations in one project",
		Description: "From now on each process doubles the threshold after a minute with many slow operations, and halves it after one with few.",
		Roles:       owner, Status: http.StatusNoContent, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, switchManagedSlowMs(true))),
	}, {
		ID: "disableSlowOperationThresholding", Aliases: []string{"disableManagedSlowMs", "disableGroupManagedSlowMs"}, Method: http.MethodDelete,
		Path: path + "/disable", Tag: tag,
		Summary:     "Use the default threshold of slow operations in one project",
		Description: "Operations of 100 milliseconds and more are slow from now on.",
		Roles:       owner, Status: http.StatusNoContent, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, switchManagedSlowMs(false))),
	}}
}

// switchManagedSlowMs writes no event: the API has no type for this change.
func switchManagedSlowMs(on bool) func(store.Tx, getIn) (api.None, error) {
	return func(tx store.Tx, in getIn) (none api.None, err error) {
		p, err := in.find(tx)
		if err != nil || managesSlowMs(p) == on {
			return none, err
		}
		p.Set(managedSlowMs, on)
		return none, put(tx, p)
	}
}
