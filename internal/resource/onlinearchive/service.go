// Package onlinearchive is the family Online Archive: rules by which a cluster's documents would move to cheaper storage.
// They are checked, kept and shown, and go through the service's states; no document is moved.
package onlinearchive

import (
	"cmp"
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

// Service serves the family.
type Service struct {
	kept.Clustered[one, BackupOnlineArchive, struct{}]
}

type archive = kept.Object[BackupOnlineArchive, struct{}]

// maxArchives is how many a project has at most: the service's 20 of each cluster (MongoDB's documentation of limits), and
// 25 clusters.
const maxArchives = 500

// The kinds of errors that only this family answers with.
var (
	archiveExists = fault.NewKind("ONLINE_ARCHIVE_ALREADY_EXISTS", fault.Conflict, "The cluster already has an online archive of the collection %s.") // Telamon's own
	archivesLimit = fault.NewKind("MAX_ONLINE_ARCHIVES_EXCEEDED", fault.BadRequest, "A project has at most %s online archives.")                      // Telamon's own
	notActive     = fault.NewKind("ONLINE_ARCHIVE_MUST_BE_ACTIVE_TO_PAUSE", fault.Conflict, "An online archive must be active to be paused.")
	cannotModify  = fault.NewKind("ONLINE_ARCHIVE_CANNOT_MODIFY_FIELD", fault.BadRequest, "An online archive that is not paused cannot be resumed.")
)

var archives = &store.Table[archive]{
	Name: "online_archives",
	ID:   func(a *archive) string { return a.ID },
	Rev:  func(a *archive) *int64 { return &a.Rev },
	Indexes: []store.Index[archive]{
		{Name: "collection", Unique: true, Key: func(a *archive) []string {
			return []string{a.GroupID, a.Value.ClusterName, a.Value.DBName, a.Value.CollName}
		}},
	},
}

// The states in which an archive stays.
const (
	active = "ACTIVE"
	paused = "PAUSED"
)

// New returns the family on st, whose archives are in each passing state for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{kept.Clustered[one, BackupOnlineArchive, struct{}]{
		Cluster: state.DedicatedByName,
		Objects: kept.Objects[one, BackupOnlineArchive, struct{}]{
			Store: st, Table: archives, Validate: check, Limit: kept.Limit{N: maxArchives, Exceeded: archivesLimit},
			Show:      kept.WithID(func(w *BackupOnlineArchive, id model.ID) { w.ID = id }),
			Duplicate: func(a *archive) error { return archiveExists.With(a.Value.DBName + "." + a.Value.CollName) },
			Events: func(a *archive) kept.Events {
				return kept.Events{Created: "ONLINE_ARCHIVE_CREATED", Updated: "ONLINE_ARCHIVE_UPDATED", Deleted: "ONLINE_ARCHIVE_DELETED", About: []event.Subject{event.Cluster(a.Value.ClusterName)}}
			},
			States: &kept.States[BackupOnlineArchive]{
				Duration: duration, Made: kept.Through[BackupOnlineArchive]("PENDING", active), Show: func(w *BackupOnlineArchive, state string) { w.State = state },
			},
		},
	}}
}

type one struct {
	api.InCluster
	ArchiveID string `path:"archiveId" api:"is=objectId" doc:"Id of the archive."`
}

// RowID is the id of the archive's row.
func (in one) RowID() (string, error) {
	return in.ArchiveID, fault.ResourceNotFound.With("Online archive with id " + in.ArchiveID)
}

func (s *Service) create(tx store.Tx, in kept.CreateInClusterIn[BackupOnlineArchiveCreate]) (out BackupOnlineArchive, err error) {
	c, err := s.Cluster(tx, in.GroupID, in.ClusterName)
	if err == nil && c.Declared.Shared() {
		err = fault.TenantUnsupported.With(c.Name)
	}
	if err != nil {
		return out, err
	}
	w, first := in.Body, c.Declared.Zones[0].Regions[0]
	if w.DataProcessRegion == nil {
		w.DataProcessRegion = &DataProcessRegionView{first.Cloud(), first.Name}
	}
	if w.Schedule == nil {
		w.Schedule = &OnlineArchiveSchedule{Type: "DEFAULT"}
	}
	return s.Add(tx, &archive{GroupID: in.GroupID, Value: BackupOnlineArchive{
		ClusterName: c.Name, CollName: w.CollName, CollectionType: cmp.Or(w.CollectionType, "STANDARD"), Criteria: &w.Criteria, DataExpirationRule: w.DataExpirationRule,
		DataProcessRegion: w.DataProcessRegion, DBName: w.DBName, GroupID: in.GroupID, PartitionFields: w.PartitionFields, Paused: api.Ptr(false), Schedule: w.Schedule,
	}})
}

// update changes what the body names. An archive is paused while it is active, and resumed while it is paused.
func (s *Service) update(tx store.Tx, in kept.PatchIn[one, BackupOnlineArchive]) (BackupOnlineArchive, error) {
	return s.Update(tx, in.One, func(a *archive) error {
		w, err := in.Body.Apply(a.Value)
		if err != nil {
			return err
		}
		if in.Body.Names("paused") {
			switch is := a.Course.State(tx.Now(), s.States.Duration); {
			case *w.Paused && is != active:
				return notActive.With()
			case !*w.Paused && is != paused:
				return cannotModify.With()
			case *w.Paused:
				a.Course.Go(tx.Now(), "PAUSING", paused)
			default:
				a.Course.Go(tx.Now(), "PENDING", active)
			}
		}
		a.Value = w
		return nil
	})
}

// check fills in defaults of the criteria, and checks them against the rules.
func check(_ store.Tx, before, a *archive) error {
	var bad fault.Problems
	w := &a.Value
	if r := w.DataExpirationRule; r != nil && r.ExpireAfterDays == nil {
		w.DataExpirationRule = nil // an empty rule removes it
	}
	if c := w.Criteria; c != nil {
		c.Type = cmp.Or(c.Type, "DATE")
		if c.Type == "DATE" {
			c.DateFormat = cmp.Or(c.DateFormat, "ISODATE")
			if c.DateField == "" {
				bad.Add("criteria.dateField", "is required")
			}
			if c.ExpireAfterDays == nil {
				bad.Add("criteria.expireAfterDays", "is required")
			}
		}
		if before != nil && (c.Type != before.Value.Criteria.Type || c.DateField != before.Value.Criteria.DateField) {
			bad.AddAs(cannotModify.With(), "criteria", "cannot change its type and field")
		}
	}
	if before == nil && !shape.DatabaseName(w.DBName) {
		bad.Add("dbName", "must be the name of a database")
	}
	if before == nil && !shape.CollectionName(w.CollName) {
		bad.Add("collName", "must be the name of a collection")
	}
	return bad.Err()
}
