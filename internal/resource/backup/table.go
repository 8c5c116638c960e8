package backup

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Snapshot is a copy of a cluster's data in stored form. Its files are in the data plane, under its id.
type Snapshot struct {
	ID          model.ID  `json:"id"`
	GroupID     model.ID  `json:"groupId"`
	ClusterID   model.ID  `json:"clusterId"`
	Cluster     string    `json:"cluster"`
	ReplicaSet  string    `json:"replicaSet"`
	Provider    string    `json:"provider"`
	Node        string    `json:"node"`
	Description string    `json:"description,omitempty"`
	Status      Status    `json:"status"`
	Since       time.Time `json:"since"` // when it reached its status
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires"`
	Size        int64     `json:"size,omitempty"`
	Version     string    `json:"version"`

	Rhythm  string     `json:"rhythm,omitempty"` // frequencyType of the schedule's item that keeps it longest; "": it was taken on demand
	Items   []model.ID `json:"items,omitempty"`  // ids of the schedule's items that it was taken for
	Due     time.Time  `json:"due,omitzero"`     // by the schedule
	Started time.Time  `json:"started,omitzero"` // when it was begun
	Flex    bool       `json:"flex,omitempty"`   // of a Flex cluster
	Copies  []string   `json:"copies,omitempty"` // regions in which the schedule wants a copy; nothing is copied

	Dataset string         `json:"dataset,omitempty"` // of the cluster, that it is a copy of; unknown of those that were taken before this was kept
	At      bson.Timestamp `json:"at,omitzero"`       // of the last change that is in it
	Data    int64          `json:"data,omitempty"`    // bytes of the documents when it was taken; unknown of those from before this was kept
	Reason  string         `json:"reason,omitempty"`  // why it failed, if that is known
	Stored  bool           `json:"stored,omitempty"`  // it is in the bucket of snapshots, from which every node can restore it

	Rev int64 `json:"-"`
}

// Status is the status of a snapshot.
type Status string

// The statuses of the API.
const (
	Queued     Status = "queued"
	InProgress Status = "inProgress"
	Completed  Status = "completed"
	Failed     Status = "failed"
)

// unfinished reports whether the snapshot is still being taken.
func (s *Snapshot) unfinished() bool { return s.Status == Queued || s.Status == InProgress }

// Snapshots are the snapshots, by their cluster.
var Snapshots = &store.Table[Snapshot]{
	Name: "snapshots",
	ID:   func(s *Snapshot) string { return s.ID },
	Rev:  func(s *Snapshot) *int64 { return &s.Rev },
	Indexes: []store.Index[Snapshot]{
		{Name: "cluster", Key: func(s *Snapshot) []string { return []string{s.ClusterID, state.TimeKey(s.Created)} }},
		{Name: "name", Key: func(s *Snapshot) []string { return []string{s.GroupID, s.Cluster, state.TimeKey(s.Created)} }},
	},
}

// Job is a restore job in stored form.
type Job struct {
	ID         model.ID  `json:"id"`
	GroupID    model.ID  `json:"groupId"`
	ClusterID  model.ID  `json:"clusterId"` // whose snapshot it restores
	Cluster    string    `json:"cluster"`
	SnapshotID model.ID  `json:"snapshotId"`
	Taken      time.Time `json:"taken"`          // when the snapshot was
	Done       time.Time `json:"done,omitzero"`  // when it was completed
	Flex       bool      `json:"flex,omitempty"` // it is of a Flex cluster
	TargetID   model.ID  `json:"targetId"`
	Target     string    `json:"target"`
	TargetIn   model.ID  `json:"targetGroupId"`
	Created    time.Time `json:"created"`
	Finished   time.Time `json:"finished,omitzero"`
	Failed     bool      `json:"failed,omitempty"`
	Reason     string    `json:"reason,omitempty"` // why it failed

	Delivery  string         `json:"delivery,omitempty"`  // download or pointInTime; "": automated
	Legs      []plane.Leg    `json:"legs,omitempty"`      // the steps from the snapshot to a point in time
	Asked     bson.Timestamp `json:"asked,omitzero"`      // point in time; I is 0 if only its second was asked for
	Node      string         `json:"node,omitempty"`      // the node that has a download
	URL       string         `json:"url,omitempty"`       // of the API of that node
	Expires   time.Time      `json:"expires,omitzero"`    // when a download expires; set when it is ready
	Expired   bool           `json:"expired,omitempty"`   // the download has been removed
	Cancelled bool           `json:"cancelled,omitempty"` // by a request
	Turned    time.Time      `json:"turned,omitzero"`     // when its dataset became the target's live one

	Rev int64 `json:"-"`
}

// unfinished reports whether a job is under way. A download is not, once its file is ready.
func (j *Job) unfinished() bool {
	return j.Finished.IsZero() && j.Expires.IsZero() && !j.Failed && !j.Cancelled
}

// Jobs are the restore jobs, by the cluster whose snapshot they restore and by the one that they restore it to.
var Jobs = &store.Table[Job]{
	Name: "restore_jobs",
	ID:   func(j *Job) string { return j.ID },
	Rev:  func(j *Job) *int64 { return &j.Rev },
	Indexes: []store.Index[Job]{
		{Name: "cluster", Key: func(j *Job) []string { return []string{j.ClusterID, state.TimeKey(j.Created)} }},
		{Name: "target", Key: func(j *Job) []string { return []string{j.TargetID, state.TimeKey(j.Created)} }},
	},
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema {
	return []*store.Schema{Snapshots.Schema(), Jobs.Schema(), Schedules.Schema(), Policies.Schema(), ExportJobs.Schema(), collections.Jobs.Schema()}
}
