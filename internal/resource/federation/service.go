// Package federation is the family Data Federation: instances that would answer queries over files and clusters. They are
// checked, kept and shown, with their query limits and private endpoints, and answer no queries.
package federation

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family: its instances, their Limits, and Endpoints.
type Service struct {
	kept.Objects[one, DataLakeTenant, struct{}]
	Limits    *Limits
	Endpoints *Endpoints
}

type instance = kept.Object[DataLakeTenant, struct{}]

// maxInstances is how many a project has at most (MongoDB's documentation of limits).
const maxInstances = 25

var instances = &store.Table[instance]{
	Name:    "federated_instances",
	ID:      func(i *instance) string { return i.GroupID + "/" + i.Value.Name },
	Rev:     func(i *instance) *int64 { return &i.Rev },
	Indexes: []store.Index[instance]{{Name: "group", Key: func(i *instance) []string { return []string{i.GroupID, i.Value.Name} }}},
}

// New returns the family on st; private endpoints are in each passing state for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{
		Objects: kept.Objects[one, DataLakeTenant, struct{}]{
			Store: st, Table: instances, Validate: check, Show: show, Limit: kept.Limit{N: maxInstances, Exceeded: instancesLimit},
			Duplicate: func(i *instance) error { return instanceExists.With(i.Value.Name) },
			Events: func(*instance) kept.Events {
				return kept.Events{Created: "FEDERATED_DATABASE_CREATED", Updated: "FEDERATED_DATABASE_UPDATED", Deleted: "FEDERATED_DATABASE_REMOVED"}
			},
		},
		Limits: newLimits(st), Endpoints: newEndpoints(st, duration),
	}
}

// show completes an instance with the fields that follow from its name.
func show(store.Tx, model.ID) (func(i *instance) DataLakeTenant, error) {
	return func(i *instance) DataLakeTenant {
		w := i.Value
		w.GroupID, w.State, w.PrivateEndpointHostnames = i.GroupID, "ACTIVE", []PrivateEndpointHostname{}
		w.Hostnames = []string{w.Name + "-" + i.GroupID[:5] + ".a.query.telamon.invalid"}
		if w.Storage == nil {
			w.Storage = &DataLakeStorage{}
		}
		return w
	}, nil
}

// check checks an instance against the rules.
func check(_ store.Tx, before, i *instance) error {
	if before != nil && before.Value.Name != i.Value.Name {
		return fault.Field("name", "cannot change")
	}
	if i.Value.Name == "" {
		return fault.Field("name", "is required")
	}
	return nil
}

type one struct {
	api.InGroup
	TenantName string `path:"tenantName" api:"minLen=1,maxLen=128" doc:"Name of the instance."`
}

// RowID is the id of the instance's row.
func (in one) RowID() (string, error) {
	return in.GroupID + "/" + in.TenantName, instanceNotFound.With(in.GroupID, in.TenantName)
}

type listIn struct {
	kept.In
	Type string `query:"type" api:"enum=USER|ONLINE_ARCHIVE,default=USER" doc:"Whose instances are returned: those that users made, or those of online archives. The latter do not exist."`
}

func (s *Service) list(tx store.Tx, in listIn) ([]DataLakeTenant, error) {
	if in.Type != "USER" {
		return []DataLakeTenant{}, nil
	}
	return s.All(tx, in.In)
}

type createIn struct {
	kept.CreateIn[DataLakeTenant]
	SkipRoleValidation bool `query:"skipRoleValidation" api:"default=false" doc:"Whether the roles are not checked. They never are."`
}

func (s *Service) create(tx store.Tx, in createIn) (out DataLakeTenant, err error) {
	out, err = s.Create(tx, in.CreateIn)
	if err != nil {
		return out, err
	}
	return out, s.Limits.begin(tx, in.GroupID, in.Body.Name)
}

type updateIn struct {
	one
	SkipRoleValidation bool `query:"skipRoleValidation" api:"required" doc:"Whether the roles are not checked. They never are."`
	Body               api.Patch[DataLakeTenant]
}

func (s *Service) update(tx store.Tx, in updateIn) (DataLakeTenant, error) {
	return s.Patch(tx, kept.PatchIn[one, DataLakeTenant]{One: in.one, Body: in.Body})
}

func (s *Service) delete(tx store.Tx, in one) (none api.None, err error) {
	if _, err := s.Delete(tx, in); err != nil {
		return none, err
	}
	return none, limits.DeleteAll(tx, ofInstance(in))
}

type logsIn struct {
	one
	shape.Between
}

func (s *Service) logs(tx store.Tx, in logsIn) (none api.Stream, err error) {
	if err := in.Check(); err != nil {
		return none, err
	}
	if _, err := s.Find(tx, in.one); err != nil {
		return none, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return none, err
	}
	return api.Stream{Write: shape.NoLog}, event.Write(tx, event.InProject("FEDERATED_DATABASE_QUERY_LOGS_DOWNLOADED", p))
}
