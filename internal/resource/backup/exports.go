package backup

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ExportJob is an export of a snapshot into a bucket, in stored form.
type ExportJob struct {
	ID         model.ID      `json:"id"`
	GroupID    model.ID      `json:"groupId"`
	ClusterID  model.ID      `json:"clusterId"`
	Cluster    string        `json:"cluster"`
	ReplicaSet string        `json:"replicaSet"`
	SnapshotID model.ID      `json:"snapshotId"`
	BucketID   model.ID      `json:"bucketId"`
	Bucket     string        `json:"bucket"` // its name
	Prefix     string        `json:"prefix"`
	CustomData []BackupLabel `json:"customData,omitempty"`
	State      string        `json:"state"`
	Since      api.Time      `json:"since"` // when it reached its state
	Created    api.Time      `json:"created"`
	Exported   int           `json:"exported,omitempty"` // collections
	Total      int           `json:"total,omitempty"`
	Reason     string        `json:"reason,omitempty"` // why it failed
	Rev        int64         `json:"-"`
}

// The states of the API.
const (
	exportQueued     = "Queued"
	exportInProgress = "InProgress"
	exportSuccessful = "Successful"
	exportFailed     = "Failed"
)

func (j *ExportJob) unfinished() bool { return j.State == exportQueued || j.State == exportInProgress }

// ExportJobs are the export jobs, by the cluster whose snapshots they export.
var ExportJobs = &store.Table[ExportJob]{
	Name: "export_jobs",
	ID:   func(j *ExportJob) string { return j.ID },
	Rev:  func(j *ExportJob) *int64 { return &j.Rev },
	Indexes: []store.Index[ExportJob]{
		{Name: "cluster", Key: func(j *ExportJob) []string { return []string{j.ClusterID, state.TimeKey(j.Created.Time)} }},
	},
}

// DiskBackupExportJobRequest asks for a snapshot to be exported.
type DiskBackupExportJobRequest struct {
	CustomData     []BackupLabel `json:"customData,omitempty" doc:"Further fields of the file .complete."`
	ExportBucketID string        `json:"exportBucketId" api:"required,writeonly,is=objectId" doc:"Id of the bucket."`
	Links          []api.Link    `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	SnapshotID     string        `json:"snapshotId" api:"required,writeonly,is=objectId" doc:"Id of the snapshot."`
}

// BackupLabel is a key and a value.
type BackupLabel struct {
	Key   string `json:"key,omitempty" doc:"The key."`
	Value string `json:"value,omitempty" doc:"What it stands for."`
}

// DiskBackupExportJob is an export of a snapshot.
type DiskBackupExportJob struct {
	Components     []DiskBackupExportMember `json:"components,omitempty" api:"readonly" doc:"Exports of the shards of a sharded cluster."`
	CreatedAt      api.Time                 `json:"createdAt,omitzero" api:"readonly" doc:"When the export was asked for."`
	CustomData     []BackupLabel            `json:"customData" doc:"Further fields of the file .complete."`
	ExportBucketID string                   `json:"exportBucketId" api:"required,readonly,is=objectId" doc:"Id of the bucket."`
	ExportStatus   ExportStatus             `json:"exportStatus" doc:"State of the export."`
	FinishedAt     api.Time                 `json:"finishedAt,omitzero" api:"readonly" doc:"When the export was done."`
	ID             string                   `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	Links          []api.Link               `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Prefix         string                   `json:"prefix,omitempty" api:"readonly" doc:"What the names of all objects of the export begin with."`
	SnapshotID     string                   `json:"snapshotId,omitempty" api:"is=objectId" doc:"Id of the snapshot."`
	State          string                   `json:"state,omitempty" api:"readonly,enum=Cancelled|Failed|InProgress|Queued|Successful" doc:"State of the job."`
	StateReason    *StateReason             `json:"stateReason,omitempty" api:"readonly" doc:"Why the job failed."`
}

// DiskBackupExportMember is the export of a shard.
type DiskBackupExportMember struct {
	ExportID       string `json:"exportId,omitempty" api:"readonly,is=objectId" doc:"Id of the export."`
	ReplicaSetName string `json:"replicaSetName,omitempty" api:"readonly" doc:"Name of the shard's replica set."`
}

// ExportStatus says how many collections of an export are done.
type ExportStatus struct {
	Exported int `json:"exportedCollections" api:"readonly" doc:"Collections that have been exported."`
	Total    int `json:"totalCollections" api:"readonly" doc:"Collections that the snapshot has."`
}

// StateReason is why a job failed.
type StateReason struct {
	ErrorCode string `json:"errorCode,omitempty" doc:"Code of the error."`
	Message   string `json:"message,omitempty" doc:"What happened."`
}

func (j *ExportJob) wire() DiskBackupExportJob {
	w := DiskBackupExportJob{
		CreatedAt: j.Created, CustomData: append([]BackupLabel{}, j.CustomData...), ExportBucketID: j.BucketID,
		ExportStatus: ExportStatus{j.Exported, j.Total}, ID: j.ID, Prefix: j.Prefix, SnapshotID: j.SnapshotID, State: j.State,
	}
	if !j.unfinished() {
		w.FinishedAt = j.Since
	}
	if j.Reason != "" {
		w.StateReason = &StateReason{"EXPORT_FAILED", j.Reason}
	}
	return w
}

type exportIn struct {
	dedicated
	Body DiskBackupExportJobRequest
}

func (s *Buckets) export(tx store.Tx, in exportIn) (out DiskBackupExportJob, err error) {
	snap, err := (snapshotIn[dedicated]{in.dedicated, in.Body.SnapshotID}).find(tx)
	if err != nil {
		return out, err
	}
	if snap.Status != Completed {
		return out, snapshotNotReady.With(snap.ID)
	}
	for i, label := range in.Body.CustomData {
		if len(label.Key) > longestLabel || len(label.Value) > longestLabel || i >= mostLabels {
			return out, fault.Field(fmt.Sprintf("customData[%d]", i), "must be one of at most %d, with texts of at most %d characters", mostLabels, longestLabel)
		}
	}
	b, err := s.Find(tx, oneBucket{in.InGroup, in.Body.ExportBucketID})
	if err != nil {
		return out, err
	}
	jobs, err := ExportJobs.List(tx, store.Query{Index: "cluster", Prefix: []string{snap.ClusterID}})
	if err != nil {
		return out, err
	}
	if jobs = slices.DeleteFunc(jobs, func(j *ExportJob) bool { return !j.unfinished() }); len(jobs) >= maxExports {
		return out, exportsLimit.With(snap.Cluster, strconv.Itoa(maxExports))
	}
	j, err := export(tx, snap, b, in.Body.CustomData)
	if err != nil {
		return out, err
	}
	return j.wire(), nil
}

// maxExports is how many exports of a cluster may wait or run. It is Telamon's own limit.
const maxExports = 10

// Bounds of an export's labels. They are Telamon's own.
const (
	mostLabels   = 100
	longestLabel = 1024 // bytes
)

// export starts the export of a completed snapshot. Its objects are named as by the service.
func export(tx store.Tx, snap *Snapshot, b *kept.Object[DiskBackupSnapshotExportBucketResponse, struct{}], labels []BackupLabel) (*ExportJob, error) {
	p, err := state.Project(tx, snap.GroupID)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	j := &ExportJob{
		ID: model.NewID(), GroupID: snap.GroupID, ClusterID: snap.ClusterID, Cluster: snap.Cluster, ReplicaSet: snap.ReplicaSet, SnapshotID: snap.ID,
		BucketID: b.ID, Bucket: b.Value.BucketName, CustomData: labels, State: exportQueued, Since: api.Time{Time: now}, Created: api.Time{Time: now},
		Prefix: fmt.Sprintf("exported_snapshots/%s/%s/%s/%s/%d", p.OrgID, p.ID, snap.Cluster, snap.Created.UTC().Format("2006-01-02T1504"), now.Unix()),
	}
	if err := ExportJobs.Put(tx, j); err != nil {
		return nil, err
	}
	return j, reconcile.Schedule(tx, ExportKind, j.ID, snap.Node, now)
}

type exportJobIn struct {
	dedicated
	ExportID string `path:"exportId" api:"is=objectId" doc:"Id of the job."`
}

func (in exportJobIn) find(tx store.Tx) (*ExportJob, error) {
	return one(tx, in.dedicated, ExportJobs, "export job", in.ExportID, func(j *ExportJob) model.ID { return j.ClusterID })
}
