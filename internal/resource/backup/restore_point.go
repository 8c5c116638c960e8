package backup

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// firstDataset is the name of the dataset that a cluster begins with.
const firstDataset = "data"

// createPointInTime creates a job that restores a cluster to its state after a change: from the newest snapshot before the
// change, and the oplog since.
func createPointInTime(tx store.Tx, in createJobIn) (*Job, error) {
	w := &in.Body
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return nil, err
	}
	snap, legs, err := way(tx, c, w.moment())
	if err != nil {
		return nil, err
	}
	until := legs[len(legs)-1].Until
	j := snap.job(tx, pointInTime)
	j.GroupID, j.ClusterID, j.Cluster, j.Legs, j.Asked = c.GroupID, c.ID, c.Name, legs, until
	if w.OplogTs == nil {
		j.Asked.I = 0
	}
	return j, j.restoreTo(tx, snap, state.DedicatedByName, w.TargetGroupID, w.TargetClusterName)
}

// way returns the way to a point in time of a cluster that a request names.
func way(tx store.Tx, c *model.Cluster, m moment) (*Snapshot, []plane.Leg, error) {
	until, field := m.until()
	if err := reachable(tx, c, until, field); err != nil {
		return nil, nil, err
	}
	made, err := madeBy(tx, c, until)
	if err == nil && made != nil && made.Turned.Unix() == int64(until.T) && m.seconds == nil {
		err = fault.Field(field, "is a second in which a restore has replaced the data: two operations may have that position")
	}
	if err != nil {
		return nil, nil, err
	}
	snap, legs, err := route(tx, c, made, until)
	if err == nil && snap == nil {
		err = fault.Field(field, "is out of reach: no completed snapshot of the data of that time is old enough")
	}
	return snap, legs, err
}

// reachable refuses a time that no restore goes to: of a cluster whose oplog is not kept, in the future, or before the
// restore window.
func reachable(tx store.Tx, c *model.Cluster, until bson.Timestamp, field string) error {
	begin, err := windowOf(tx, c)
	switch {
	case err != nil:
		return err
	case !c.Declared.PointInTime:
		return noPointInTime.With(c.Name)
	case int64(until.T) > tx.Now().Unix():
		return fault.Field(field, "is in the future")
	case int64(until.T) < begin.Unix():
		return fault.Field(field, "is before the restore window, which begins at %s", begin.UTC().Format(time.RFC3339))
	}
	return nil
}

// windowOf returns when a cluster's restore window begins.
func windowOf(tx store.Tx, c *model.Cluster) (time.Time, error) {
	s, err := scheduleOf(tx, c)
	if err != nil {
		return time.Time{}, err
	}
	return tx.Now().AddDate(0, 0, -api.Or(s.Is.RestoreWindowDays, usualWindow)), nil
}

const usualWindow = 7 // days

// route returns the way to what a cluster's data were after the change of a time: the newest completed snapshot of the
// dataset that the cluster had then, and the oplog of that dataset. If the dataset has no such snapshot, because a restore
// made it a short while before, the way begins as the restore's did. snap is nil if there is no way.
func route(tx store.Tx, c *model.Cluster, made *Job, until bson.Timestamp) (snap *Snapshot, legs []plane.Leg, err error) {
	dataset := firstDataset
	if made != nil {
		dataset = made.ID
	}
	last := plane.Leg{Cluster: c.ID, Dataset: dataset, Until: until}
	all, err := Snapshots.List(tx, of(c))
	if err != nil {
		return nil, nil, err
	}
	if snap := Newest(all, dataset, until); snap != nil || made == nil {
		return snap, []plane.Leg{last}, nil
	}
	if snap, err = Snapshots.Get(tx, made.SnapshotID); err != nil || snap.Status != Completed {
		return nil, nil, store.IfMissing(err, nil)
	}
	return snap, append(slices.Clone(made.Legs), last), nil
}

// madeBy returns the restore that made the dataset which a cluster had at a time; nil if it was its first dataset.
func madeBy(tx store.Tx, c *model.Cluster, at bson.Timestamp) (made *Job, err error) {
	all, err := Jobs.List(tx, store.Query{Index: "target", Prefix: []string{c.ID}})
	for _, j := range all {
		if !j.Turned.IsZero() && j.Turned.Unix() <= int64(at.T) && (made == nil || j.Turned.After(made.Turned)) {
			made = j
		}
	}
	return made, err
}

// Newest is the newest completed snapshot of a dataset that has no change after one of a time, or nil.
func Newest(all []*Snapshot, dataset string, until bson.Timestamp) (found *Snapshot) {
	for _, snap := range all {
		if snap.Status == Completed && snap.Dataset == dataset && !snap.At.After(until) && (found == nil || snap.At.After(found.At)) {
			found = snap
		}
	}
	return found
}
