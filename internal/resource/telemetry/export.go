package telemetry

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Export serves the one push-based export of a project's logs.
type Export struct {
	kept.Objects[oneExport, PushBasedLogExportProject, struct{}]
}

type export = kept.Object[PushBasedLogExportProject, struct{}]

var exports = &store.Table[export]{
	Name:    "log_exports",
	ID:      func(e *export) string { return e.GroupID },
	Rev:     func(e *export) *int64 { return &e.Rev },
	Indexes: []store.Index[export]{{Name: "group", Key: func(e *export) []string { return []string{e.GroupID} }}},
}

// NewExport returns the exports on st, which are in each passing state for as long as duration.
func NewExport(st store.Store, duration time.Duration) *Export {
	verified := kept.Through[PushBasedLogExportProject]("INITIATING", "BUCKET_VERIFIED", "ACTIVE")
	return &Export{kept.Objects[oneExport, PushBasedLogExportProject, struct{}]{
		Store: st, Table: exports, Show: showExport, Duplicate: func(*export) error { return exportConfigured.With() },
		Events: func(*export) kept.Events {
			return kept.Events{Created: "PUSH_BASED_LOG_EXPORT_ENABLED", Updated: "PUSH_BASED_LOG_EXPORT_CONFIGURATION_UPDATED", Deleted: "PUSH_BASED_LOG_EXPORT_DISABLED"}
		},
		States: &kept.States[PushBasedLogExportProject]{
			Duration: duration, Made: verified, Change: verified, Show: func(w *PushBasedLogExportProject, state string) { w.State = state },
		},
	}}
}

func showExport(store.Tx, model.ID) (func(e *export) PushBasedLogExportProject, error) {
	return func(e *export) PushBasedLogExportProject {
		w := e.Value
		w.CreateDate = &api.Time{Time: e.Created}
		return w
	}, nil
}

type oneExport struct{ api.InGroup }

// RowID is the id of the export's row.
func (in oneExport) RowID() (string, error) { return in.GroupID, exportMissing.With() }

// get returns the export. Clients wait for a project without one to say so.
func (s *Export) get(tx store.Tx, in oneExport) (PushBasedLogExportProject, error) {
	if _, err := exports.Get(tx, in.GroupID); err != nil {
		return PushBasedLogExportProject{State: "UNCONFIGURED"}, store.IfMissing(err, nil)
	}
	return s.Get(tx, in)
}

type createExportIn struct {
	oneExport
	Body CreatePushBasedLogExportProjectRequest
}

func (s *Export) create(tx store.Tx, in createExportIn) (none api.Empty, err error) {
	b := in.Body
	_, err = s.Add(tx, &export{GroupID: in.GroupID, Value: PushBasedLogExportProject{BucketName: b.BucketName, IAMRoleID: b.IAMRoleID, PrefixPath: b.PrefixPath}})
	return none, err
}

func (s *Export) update(tx store.Tx, in kept.PatchIn[oneExport, PushBasedLogExportProject]) (none api.Empty, err error) {
	_, err = s.Patch(tx, in)
	return none, err
}
