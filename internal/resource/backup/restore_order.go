package backup

import (
	"math"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// The values of deliveryType.
const (
	automated   = "automated"
	download    = "download"
	pointInTime = "pointInTime"
)

// needs are the fields that a request must have, by deliveryType. checkPoint has the rules of points in time.
var needs = map[string][]string{
	automated:   {"snapshotId", "targetClusterName", "targetGroupId"},
	download:    {"snapshotId"},
	pointInTime: {"targetClusterName", "targetGroupId"},
}

// checkJob checks a request against the rules that need no other object.
func checkJob(w *DiskBackupSnapshotRestoreJob) error {
	var bad fault.Problems
	has := map[string]bool{"snapshotId": w.SnapshotID != "", "targetClusterName": w.TargetClusterName != "", "targetGroupId": w.TargetGroupID != ""}
	for _, name := range needs[w.DeliveryType] {
		if !has[name] {
			bad.Add(name, "is required for this deliveryType")
		}
	}
	if _, known := needs[w.DeliveryType]; !known {
		bad.Add("deliveryType", "must be automated, download or pointInTime")
	}
	if w.DeliveryType == pointInTime {
		w.moment().check(&bad)
	} else {
		w.moment().absent(&bad)
	}
	return bad.Err()
}

// moment is a point in time as a request names it, in one of two forms.
type moment struct {
	seconds, ts, inc *int
	member           string // that has seconds
}

func (w *DiskBackupSnapshotRestoreJob) moment() moment {
	return moment{w.PointInTimeUTCSeconds, w.OplogTs, w.OplogInc, "pointInTimeUTCSeconds"}
}

func (m moment) members() []member {
	return []member{{"oplogInc", m.inc}, {"oplogTs", m.ts}, {m.member, m.seconds}}
}

type member struct {
	name  string
	value *int
}

// absent checks that there is none.
func (m moment) absent(bad *fault.Problems) {
	for _, f := range m.members() {
		if f.value != nil {
			bad.Add(f.name, "is for the deliveryType pointInTime only")
		}
	}
}

// named reports whether there is one, or a part of one.
func (m moment) named() bool { return m.seconds != nil || m.ts != nil || m.inc != nil }

// check checks that there is one, in one of its two forms.
func (m moment) check(bad *fault.Problems) {
	for _, f := range m.members() {
		if f.value != nil && int64(*f.value) > math.MaxUint32 {
			bad.Add(f.name, "is not a timestamp")
		}
	}
	switch {
	case !m.named():
		bad.Add(m.member, "is required, or oplogTs with oplogInc")
	case m.seconds != nil && (m.ts != nil || m.inc != nil):
		bad.Add(m.member, "must not come with oplogTs and oplogInc")
	case m.ts != nil && m.inc == nil:
		bad.Add("oplogInc", "is required with oplogTs")
	case m.ts == nil && m.inc != nil:
		bad.Add("oplogTs", "is required with oplogInc")
	}
}

// until is the time that a request names, and the member that names its second. Of a second alone, all changes count.
func (m moment) until() (until bson.Timestamp, field string) {
	if m.ts != nil {
		return bson.Timestamp{T: uint32(*m.ts), I: uint32(*m.inc)}, "oplogTs"
	}
	return bson.Timestamp{T: uint32(*m.seconds), I: math.MaxUint32}, m.member
}

// begin stores a job and schedules its work.
func (j *Job) begin(tx store.Tx, node string) error {
	if err := Jobs.Put(tx, j); err != nil {
		return err
	}
	return reconcile.Schedule(tx, RestoreKind, j.ID, node, tx.Now())
}

// job returns a job that delivers a snapshot.
func (s *Snapshot) job(tx store.Tx, delivery string) *Job {
	return &Job{
		ID: model.NewID(), GroupID: s.GroupID, ClusterID: s.ClusterID, Cluster: s.Cluster, SnapshotID: s.ID, Taken: s.Created, Done: s.Since,
		Created: tx.Now(), Flex: s.Flex, Delivery: delivery,
	}
}

// maxDownloads is how many downloads of a cluster's snapshots exist at a time. It is Telamon's own limit: each takes as
// much of the disk as the data, compressed.
const maxDownloads = 3

// createDownload creates a job that packs a snapshot into a file that can be downloaded.
func createDownload(tx store.Tx, in createJobIn) (*Job, error) {
	snap, err := (snapshotIn[dedicated]{dedicated{in.InCluster}, in.Body.SnapshotID}).find(tx)
	if err != nil {
		return nil, err
	}
	return snap.download(tx)
}

func (snap *Snapshot) download(tx store.Tx) (*Job, error) {
	if snap.Status != Completed {
		return nil, snapshotNotReady.With(snap.ID)
	}
	jobs, err := Jobs.List(tx, store.Query{Index: "cluster", Prefix: []string{snap.ClusterID}})
	if err != nil {
		return nil, err
	}
	jobs = slices.DeleteFunc(jobs, func(j *Job) bool { return j.Delivery != download || j.Failed || j.Cancelled || j.Expired })
	if len(jobs) >= maxDownloads {
		return nil, downloadsLimit.With(snap.Cluster, strconv.Itoa(maxDownloads))
	}
	j := snap.job(tx, download)
	j.Node = snap.Node
	if err := j.begin(tx, snap.Node); err != nil {
		return nil, err
	}
	return j, write(tx, j.GroupID, j.Cluster, j.event("CPS_RESTORE_REQUESTED_AUDIT", "TENANT_SNAPSHOT_DOWNLOAD_REQUESTED_AUDIT"))
}
