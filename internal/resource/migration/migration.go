// Package migration is the family Cloud Migration Service: data that moves from a cluster elsewhere into one of this server.
// Migrations go through the service's states in time; no other cluster is reached, and no data moves.
package migration

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family: its migrations, and their Trials.
type Service struct {
	kept.Objects[one, LiveMigrationResponse, details]
	Trials *Trials
}

// details is what is kept of a migration beside what is shown.
type details struct {
	Cluster  string `json:"cluster"`
	CutOver  bool   `json:"cutOver,omitempty"`
	Drop     bool   `json:"drop,omitempty"`
	SourceID string `json:"sourceId"`
}

type migration = kept.Object[LiveMigrationResponse, details]

// Trials serves what was found when migrations were tried.
type Trials struct {
	kept.Objects[oneTrial, LiveImportValidation, struct{}]
}

type trial = kept.Object[LiveImportValidation, struct{}]

// The kinds of errors that only this family answers with.
var (
	migrationNotFound = fault.NewKind("LIVE_MIGRATION_NOT_FOUND", fault.NotFound, "There is no migration with id %s.")                                         // Telamon's own
	migrationsLimit   = fault.NewKind("MAX_LIVE_MIGRATIONS_EXCEEDED", fault.BadRequest, "A project has at most %s migrations.")                                // Telamon's own
	notReady          = fault.NewKind("LIVE_MIGRATION_NOT_READY_FOR_CUTOVER", fault.Conflict, "The migration is not ready to cut over, or has been cut over.") // Telamon's own
	noLinkToken       = fault.NewKind("UNEXPECTED_ERROR", fault.NotFound, "The organization has no link token.")
)

// maxMigrations is how many migrations, and how many trials, a project has at most. It is no rule of the API.
const maxMigrations = 100

var migrations = &store.Table[migration]{
	Name:    "live_migrations",
	ID:      func(m *migration) string { return m.ID },
	Rev:     func(m *migration) *int64 { return &m.Rev },
	Indexes: []store.Index[migration]{{Name: "group", Key: func(m *migration) []string { return []string{m.GroupID, m.ID} }}},
}

var trials = &store.Table[trial]{
	Name:    "live_migration_trials",
	ID:      func(t *trial) string { return t.ID },
	Rev:     func(t *trial) *int64 { return &t.Rev },
	Indexes: []store.Index[trial]{{Name: "group", Key: func(t *trial) []string { return []string{t.GroupID, t.ID} }}},
}

// The states of a migration. One that is ready for its cutover is shown as WORKING too.
const (
	working  = "WORKING"
	ready    = "READY"
	complete = "COMPLETE"
)

// New returns the family on st; migrations are in each passing state for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{
		Objects: kept.Objects[one, LiveMigrationResponse, details]{
			Store: st, Table: migrations, Limit: kept.Limit{N: maxMigrations, Exceeded: migrationsLimit}, Show: show,
			States: &kept.States[LiveMigrationResponse]{
				Duration: duration, Made: kept.Through[LiveMigrationResponse]("NEW", working, ready), Show: showState,
			},
		},
		Trials: &Trials{kept.Objects[oneTrial, LiveImportValidation, struct{}]{
			Store: st, Table: trials, Limit: kept.Limit{N: maxMigrations, Exceeded: migrationsLimit},
			Show: func(store.Tx, model.ID) (func(t *trial) LiveImportValidation, error) {
				return func(t *trial) LiveImportValidation {
					w := t.Value
					w.ID, w.GroupID = t.ID, t.GroupID
					return w
				}, nil
			},
			States: &kept.States[LiveImportValidation]{
				Duration: duration, Made: kept.Through[LiveImportValidation]("PENDING", "SUCCESS"), Show: func(w *LiveImportValidation, state string) { w.Status = state },
			},
		}},
	}
}

func show(store.Tx, model.ID) (func(m *migration) LiveMigrationResponse, error) {
	return func(m *migration) LiveMigrationResponse {
		w := m.Value
		w.ID = m.ID
		return w
	}, nil
}

func showState(w *LiveMigrationResponse, state string) {
	w.Status, w.ReadyForCutover = state, api.Ptr(state == ready)
	if state == ready {
		w.Status = working
	}
}

type one struct {
	api.InGroup
	ID string `path:"liveMigrationId" api:"is=objectId" doc:"Id of the migration."`
}

// RowID is the id of the migration's row.
func (in one) RowID() (string, error) { return in.ID, migrationNotFound.With(in.ID) }

type oneTrial struct {
	api.InGroup
	ID string `path:"validationId" api:"is=objectId" doc:"Id of the trial."`
}

// RowID is the id of the trial's row.
func (in oneTrial) RowID() (string, error) { return in.ID, migrationNotFound.With(in.ID) }

// asked is a version's shape of a migration to begin.
type asked interface {
	base() request
	drop() bool
}

func (w request) base() request                   { return w }
func (w LiveMigrationRequest) drop() bool         { return w.DropEnabled }
func (w LiveMigrationRequest20240530) drop() bool { return api.Or(w.DropDestinationData, false) }

// check wants the destination to be a cluster of the project.
func (w request) check(tx store.Tx, groupID model.ID) error {
	if w.Destination.GroupID != groupID {
		return fault.Field("destination.groupId", "must be the project of the path")
	}
	_, err := state.DedicatedByName(tx, groupID, w.Destination.ClusterName)
	return err
}

func create[W asked](s *Service) func(store.Tx, kept.CreateIn[W]) (LiveMigrationResponse, error) {
	return func(tx store.Tx, in kept.CreateIn[W]) (out LiveMigrationResponse, err error) {
		w := in.Body.base()
		if err := w.check(tx, in.GroupID); err != nil {
			return out, err
		}
		return s.Add(tx, &migration{GroupID: in.GroupID, Value: LiveMigrationResponse{MigrationHosts: w.MigrationHosts},
			Internal: details{Cluster: w.Destination.ClusterName, Drop: in.Body.drop(), SourceID: w.Source.GroupID}})
	}
}

func try[W asked](s *Service) func(store.Tx, kept.CreateIn[W]) (LiveImportValidation, error) {
	return func(tx store.Tx, in kept.CreateIn[W]) (out LiveImportValidation, err error) {
		w := in.Body.base()
		if err := w.check(tx, in.GroupID); err != nil {
			return out, err
		}
		return s.Trials.Add(tx, &trial{GroupID: in.GroupID, Value: LiveImportValidation{SourceGroupID: w.Source.GroupID}})
	}
}

// cutover ends a migration that is ready for it.
func (s *Service) cutover(tx store.Tx, in one) (none api.Empty, err error) {
	_, err = s.Update(tx, in, func(m *migration) error {
		if m.Internal.CutOver || !m.Course.Settled(tx.Now(), s.States.Duration) {
			return notReady.With()
		}
		m.Internal.CutOver = true
		m.Course.Go(tx.Now(), working, complete)
		return nil
	})
	return none, err
}

type orgIn struct{ api.InOrg }

// sources are the projects from which clusters can be migrated. Nothing is linked to this server, so there are none.
func sources(store.Tx, orgIn) ([]LiveImportAvailableProject, error) {
	return []LiveImportAvailableProject{}, nil
}

// token is an organization's link token. Nothing can be linked by it, so the store has only when it was made.
type token struct {
	OrgID   model.ID  `json:"orgId"`
	From    []string  `json:"from,omitempty"`
	Created time.Time `json:"created"`
	Rev     int64     `json:"-"`
}

var tokens = &store.Table[token]{
	Name: "link_tokens",
	ID:   func(t *token) string { return t.OrgID },
	Rev:  func(t *token) *int64 { return &t.Rev },
}

type linkIn struct {
	orgIn
	Body TargetOrgRequest
}

// link makes the organization's token, in place of the one that it has.
func link(tx store.Tx, in linkIn) (out TargetOrg, err error) {
	if _, err := state.Organization(tx, in.OrgID); err != nil {
		return out, err
	}
	t, err := tokens.Get(tx, in.OrgID)
	if store.IsNotFound(err) {
		t, err = &token{OrgID: in.OrgID}, nil
	}
	if err != nil {
		return out, err
	}
	t.From, t.Created = in.Body.AccessListIPs, tx.Now()
	text, err := json.Marshal(struct {
		OrgID string `json:"orgId"`
		Token string `json:"token"`
	}{in.OrgID, rand.Text()})
	if err != nil {
		return out, err
	}
	return TargetOrg{LinkToken: base64.StdEncoding.EncodeToString(text)}, tokens.Put(tx, t)
}

func unlink(tx store.Tx, in orgIn) (none api.None, err error) {
	t, err := tokens.Get(tx, in.OrgID)
	if err != nil {
		return none, store.IfMissing(err, noLinkToken.With())
	}
	return none, tokens.Delete(tx, t)
}

// OnOrgDelete deletes the token of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	t, err := tokens.Get(tx, orgID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return tokens.Delete(tx, t)
}

// Tables are the family's tables.
func (s *Service) Tables() []*store.Schema {
	return []*store.Schema{migrations.Schema(), trials.Schema(), tokens.Schema()}
}

// OnProjectDelete deletes the migrations and trials of a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	if err := s.Trials.OnProjectDelete(tx, groupID); err != nil {
		return err
	}
	return s.Objects.OnProjectDelete(tx, groupID)
}
