package backup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// ExportKind is the work of an export job; its key is the job's id.
const ExportKind reconcile.Kind = "backup export"

// Exporting does the work of export jobs.
type Exporting struct{ *Service }

// Reconcile does the next step of an export. An export that a crash has interrupted starts over.
func (e Exporting) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var j *ExportJob
	var now time.Time
	err = e.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		j, err = ExportJobs.Get(tx, key)
		return err
	})
	switch {
	case err != nil || !j.unfinished():
		return again, store.IfMissing(err, nil)
	case j.State == exportQueued:
		return now, e.record(ctx, key, func(j *ExportJob) { j.State = exportInProgress }, "")
	}
	if seen := j.Since.Add(e.MinDuration); now.Before(seen) {
		return seen, nil
	}
	complete, err := json.Marshal(j.wire())
	if err != nil {
		return again, err
	}
	var done, of int
	err = e.Plane.Export(ctx, plane.Export{
		Snapshot: j.SnapshotID, Bucket: j.Bucket, Prefix: j.Prefix, ReplicaSet: j.ReplicaSet, Complete: complete,
	}, func(collections, total int) { done, of = collections, total })
	if errors.Is(err, plane.ErrNoBuckets) {
		return again, e.GiveUp(ctx, key, err)
	}
	if err != nil {
		return again, err
	}
	return again, e.record(ctx, key, func(j *ExportJob) { j.State, j.Exported, j.Total = exportSuccessful, done, of }, "CPS_EXPORT_SUCCESSFUL")
}

// record changes a job's state, and writes the event.
func (e Exporting) record(ctx context.Context, key string, change func(*ExportJob), what event.Type) error {
	return e.Store.Update(ctx, func(tx store.Tx) error {
		j, err := ExportJobs.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil) // it has gone with its cluster
		}
		change(j)
		j.Since = api.Time{Time: tx.Now()}
		if err := ExportJobs.Put(tx, j); err != nil || what == "" {
			return err
		}
		return write(tx, j.GroupID, j.Cluster, what)
	})
}

// GiveUp fails the job.
func (e Exporting) GiveUp(ctx context.Context, key string, cause error) error {
	return e.record(ctx, key, func(j *ExportJob) { j.State, j.Reason = exportFailed, cause.Error() }, "CPS_EXPORT_FAILED")
}

// copy records the regions in which the snapshot's schedule wants copies. Nothing is copied, because there are no other
// regions.
func (s *Snapshot) copy(tx store.Tx) error {
	plan, err := Schedules.Get(tx, s.ClusterID)
	if err != nil || s.Rhythm == "" {
		return store.IfMissing(err, nil)
	}
	for _, c := range plan.Is.CopySettings {
		wanted := slices.ContainsFunc(c.Frequencies, func(f string) bool { return strings.EqualFold(f, s.Rhythm) }) ||
			slices.ContainsFunc(c.Items, func(i CopyPolicyItem) bool { return i.FrequencyType == s.Rhythm })
		if wanted && !slices.Contains(s.Copies, c.RegionName) {
			s.Copies = append(s.Copies, c.RegionName)
		}
	}
	return nil
}

// exportByItself starts the export of a snapshot if its cluster's schedule says that such snapshots are exported.
func exportByItself(tx store.Tx, snap *Snapshot) error {
	s, err := Schedules.Get(tx, snap.ClusterID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	to := s.Is.Export
	if !s.Is.AutoExportEnabled || to == nil || snap.Rhythm == "" || to.FrequencyType != snap.Rhythm {
		return nil
	}
	b, err := bucketTable.Get(tx, to.ExportBucketID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	_, err = export(tx, snap, b, nil)
	return err
}
