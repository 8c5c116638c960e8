// Package streams is the family Streams: workspaces with connections and processors of streams of documents. They are checked,
// kept and shown, and go through the service's states; no stream is read or written.
package streams

import (
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family: its workspaces, and what is in them.
type Service struct {
	kept.Objects[oneWorkspace, StreamsTenant, struct{}]
	Connections *Connections
	Failovers   *Failovers
	Processors  *Processors
	Links       *Links
}

type workspace = kept.Object[StreamsTenant, struct{}]

// How many a project has at most. They are no rules of the API.
const (
	maxWorkspaces  = 25
	maxConnections = 500
	maxProcessors  = 500
	maxLinks       = 100
)

var workspaces = &store.Table[workspace]{
	Name:    "stream_workspaces",
	ID:      func(w *workspace) string { return w.GroupID + "/" + w.Value.Name },
	Rev:     func(w *workspace) *int64 { return &w.Rev },
	Indexes: []store.Index[workspace]{{Name: "group", Key: func(w *workspace) []string { return []string{w.GroupID, w.Value.Name} }}},
}

// New returns the family on st; what has states is in each passing one for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{
		Objects: kept.Objects[oneWorkspace, StreamsTenant, struct{}]{
			Store: st, Table: workspaces, Validate: check, Show: show, BeforeDelete: empty, Limit: kept.Limit{N: maxWorkspaces, Exceeded: workspacesLimit},
			Duplicate: func(w *workspace) error { return workspaceExists.With(w.Value.Name) },
			Events: func(*workspace) kept.Events {
				return kept.Events{Created: "STREAM_TENANT_CREATED", Updated: "STREAM_TENANT_UPDATED", Deleted: "STREAM_TENANT_DELETED"}
			},
		},
		Connections: newConnections(st, duration), Failovers: newFailovers(st, duration), Processors: newProcessors(st, duration), Links: newLinks(st, duration),
	}
}

type oneWorkspace struct {
	api.InGroup
	TenantName string `path:"tenantName" api:"maxLen=64" doc:"Name of the workspace."`
}

// RowID is the id of the workspace's row.
func (in oneWorkspace) RowID() (string, error) {
	return in.GroupID + "/" + in.TenantName, workspaceNotFound.With(in.TenantName)
}

// place is the workspace of something.
type place struct {
	Workspace string `json:"workspace"`
}

// within selects what a table has of the workspace.
func within[T any](t *store.Table[T], in oneWorkspace) store.Query {
	return store.Query{Index: t.Indexes[0].Name, Prefix: []string{in.GroupID, in.TenantName}}
}

type listIn struct {
	oneWorkspace
	api.Paging
}

// listOf answers with a page of what a workspace has of a kind.
func listOf[K kept.Ref, W, S any](s *Service, of *kept.Objects[K, W, S]) func(store.Tx, listIn) (api.Page[W], error) {
	return func(tx store.Tx, in listIn) (page api.Page[W], err error) {
		if _, err := s.Find(tx, in.oneWorkspace); err != nil {
			return page, err
		}
		return of.Page(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging}, within(of.Table, in.oneWorkspace))
	}
}

// show tells of a workspace what follows from its id.
func show(store.Tx, model.ID) (func(w *workspace) StreamsTenant, error) {
	return func(is *workspace) StreamsTenant {
		w := is.Value
		w.ID, w.GroupID = is.ID, is.GroupID
		region := strings.ReplaceAll(strings.ToLower(string(w.DataProcessRegion.Region)), "_", "-")
		w.Hostnames = []string{"atlas-stream-" + is.ID + "-" + is.GroupID[18:] + "." + region + ".a.query.telamon.invalid"}
		return w
	}, nil
}

// check completes a workspace, and holds it against the rules.
func check(_ store.Tx, _, is *workspace) error {
	var bad fault.Problems
	w := &is.Value
	if w.Name == "" {
		bad.Add("name", "is required")
	}
	if w.DataProcessRegion == nil {
		bad.Add("dataProcessRegion", "is required")
	} else {
		w.DataProcessRegion.check(&bad, "dataProcessRegion")
	}
	for i := range w.FailoverRegions {
		w.FailoverRegions[i].check(&bad, "failoverRegions")
	}
	if w.StreamConfig == nil {
		w.StreamConfig = &StreamConfig{}
	}
	if w.StreamConfig.Tier == "" {
		w.StreamConfig.Tier = "SP30"
	}
	return bad.Err()
}

func (s *Service) create(tx store.Tx, in kept.CreateIn[StreamsTenant]) (out StreamsTenant, err error) {
	sample := in.Body.SampleConnections
	in.Body.SampleConnections = nil
	out, err = s.Create(tx, in)
	if err != nil || sample == nil || !api.Or(sample.Solar, false) {
		return out, err
	}
	const solar = "sample_stream_solar"
	_, err = s.Connections.Add(tx, &connection{GroupID: in.GroupID, Internal: place{out.Name}, Value: StreamsConnection{Name: solar, Type: "Sample"}})
	return out, err
}

// createWithSamples is create with all sample data, unless the body says otherwise.
func (s *Service) createWithSamples(tx store.Tx, in kept.CreateIn[StreamsTenant]) (StreamsTenant, error) {
	if in.Body.SampleConnections == nil {
		in.Body.SampleConnections = &StreamsSampleConnections{Solar: api.Ptr(true)}
	}
	return s.create(tx, in)
}

type getIn struct {
	oneWorkspace
	IncludeConnections bool `query:"includeConnections" doc:"Whether the answer has the workspace's connections."`
}

func (s *Service) get(tx store.Tx, in getIn) (out StreamsTenant, err error) {
	out, err = s.Get(tx, in.oneWorkspace)
	if err == nil && in.IncludeConnections {
		out.Connections, err = s.Connections.Select(tx, in.GroupID, within(connections, in.oneWorkspace))
	}
	return out, err
}

type updateIn struct {
	oneWorkspace
	Body StreamsTenantUpdateRequest
}

func (s *Service) update(tx store.Tx, in updateIn) (StreamsTenant, error) {
	b := in.Body
	if p := b.ProcessorStatus; p != nil {
		if err := s.Processors.all(tx, in.oneWorkspace, p.Status); err != nil {
			return StreamsTenant{}, err
		}
	}
	return s.Update(tx, in.oneWorkspace, func(is *workspace) error {
		w := &is.Value
		region := *w.DataProcessRegion
		if b.CloudProvider != "" {
			region.CloudProvider = b.CloudProvider
		}
		if b.Region != "" {
			region.Region = b.Region
		}
		w.DataProcessRegion = &region
		if b.FailoverRegions != nil {
			w.FailoverRegions = b.FailoverRegions
		}
		if b.StreamConfig != nil {
			w.StreamConfig = b.StreamConfig
		}
		return nil
	})
}

// empty refuses to remove a workspace that has processors, and removes its connections.
func empty(tx store.Tx, w *workspace) error {
	in := oneWorkspace{api.InGroup{GroupID: w.GroupID}, w.Value.Name}
	n, err := processors.Count(tx, within(processors, in))
	if err == nil && n > 0 {
		err = workspaceInUse.With(w.Value.Name)
	}
	if err != nil {
		return err
	}
	if err := failovers.DeleteAll(tx, within(failovers, in)); err != nil {
		return err
	}
	return connections.DeleteAll(tx, within(connections, in))
}

// OnProjectDelete says that a project with workspaces stays.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	n, err := workspaces.Count(tx, s.InProject(groupID))
	if err == nil && n > 0 {
		err = fault.GroupHasStreams.With()
	}
	return err
}

type logsIn struct {
	oneWorkspace
	shape.Between
	SPName string `query:"spName" api:"maxLen=128" doc:"Name of the only processor that is asked for."`
}

// logs answers with an empty log, because no processor runs, and writes that it has been asked for.
func (s *Service) logs(what event.Type) func(store.Tx, logsIn) (api.Stream, error) {
	return func(tx store.Tx, in logsIn) (none api.Stream, err error) {
		if err := in.Check(); err != nil {
			return none, err
		}
		if _, err := s.Find(tx, in.oneWorkspace); err != nil {
			return none, err
		}
		return api.Stream{Write: shape.NoLog}, event.WriteInProject(tx, in.GroupID, what)
	}
}
