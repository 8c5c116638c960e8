package collections

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Job is a job that restores databases and collections, in stored form.
type Job struct {
	ID         model.ID       `json:"id"`
	GroupID    model.ID       `json:"groupId"`
	ClusterID  model.ID       `json:"clusterId"` // whose snapshot it restores from
	Cluster    string         `json:"cluster"`
	SnapshotID model.ID       `json:"snapshotId"`
	Legs       []plane.Leg    `json:"legs,omitempty"` // from the snapshot to a point in time
	Asked      bson.Timestamp `json:"asked,omitzero"` // point in time; I is 0 if only its second was asked for
	TargetID   model.ID       `json:"targetId"`
	Target     string         `json:"target"`
	TargetIn   model.ID       `json:"targetGroupId"`

	Collections      []RestoreNamespace `json:"collections,omitempty"`
	CollectionSuffix string             `json:"collectionSuffix,omitempty"`
	Databases        []RestoreNamespace `json:"databases,omitempty"`
	DatabaseSuffix   string             `json:"databaseSuffix,omitempty"`
	Indexes          string             `json:"indexes"` // the strategies, as the API names them
	Writes           string             `json:"writes"`

	State    string    `json:"state"`
	Parts    []Part    `json:"parts,omitempty"` // known once the snapshot has been read
	Reason   string    `json:"reason,omitempty"`
	Created  time.Time `json:"created"`
	Finished time.Time `json:"finished,omitzero"`
	Untidy   bool      `json:"untidy,omitempty"` // the target may have copies that have not been placed
	Gone     bool      `json:"gone,omitempty"`   // its cluster is: nobody sees it, and it goes when the target is tidy

	Rev int64 `json:"-"`
}

// Part is one of a job's collections. Names are of database and collection, with a dot between them.
type Part struct {
	From   string `json:"from"`
	Asked  string `json:"asked"` // the name that follows from the request
	To     string `json:"to"`    // the name that it gets: another where that one is taken
	State  string `json:"state"`
	Total  int64  `json:"total,omitempty"` // documents
	Copied int64  `json:"copied,omitempty"`
}

// Unfinished reports whether a job is under way.
func (j *Job) Unfinished() bool { return j.Finished.IsZero() }

// Jobs, by the cluster whose snapshot they restore from and by the one that they restore to.
var Jobs = &store.Table[Job]{
	Name: "collection_restore_jobs",
	ID:   func(j *Job) string { return j.ID },
	Rev:  func(j *Job) *int64 { return &j.Rev },
	Indexes: []store.Index[Job]{
		{Name: "cluster", Key: func(j *Job) []string { return []string{j.ClusterID, state.TimeKey(j.Created)} }},
		{Name: "target", Key: func(j *Job) []string { return []string{j.TargetID, state.TimeKey(j.Created)} }},
	},
}

// New returns the job that a request asks for. From where it restores and where to, it does not know.
func New(w *CollectionRestoreJobRequest, now time.Time) *Job {
	return &Job{
		ID: model.NewID(), SnapshotID: w.SnapshotID, Collections: w.Collections, CollectionSuffix: w.CollectionSuffix, Databases: w.Databases,
		DatabaseSuffix: w.DatabaseSuffix, Indexes: w.IndexStrategy, Writes: w.WriteStrategy, State: Initializing, Created: now,
	}
}

// Overwrites reports whether collections of the target are replaced.
func (j *Job) Overwrites() bool { return j.Writes == overwrite }

// Begin records what a job copies. From then on its target may have copies.
func (j *Job) Begin(parts []Part) { j.State, j.Parts, j.Untidy = InProgress, parts, true }

// Complete records that all is copied, and how much of each part.
func (j *Job) Complete(counts map[int]int64) {
	j.Count(counts, Finalizing)
	j.become(Finalizing)
}

// Succeed records that all copies have their names.
func (j *Job) Succeed() {
	j.become(Successful)
	j.Untidy = false
}

func (j *Job) become(state string) {
	j.State = state
	for i := range j.Parts {
		j.Parts[i].State = state
	}
}

// Evade gives a part another name, as its own is taken.
func (j *Job) Evade(i int) { j.Parts[i].To = j.free(j.Parts[i].Asked, true) }

// Count records how many documents of which parts have been copied, and the state of those parts.
func (j *Job) Count(counts map[int]int64, state string) {
	for i, n := range counts {
		j.Parts[i].Copied, j.Parts[i].State = n, state
	}
}

// Fail says that a job has failed: what has not been placed is not restored.
func (j *Job) Fail(reason string) {
	j.State, j.Reason = Failed, reason
	for i := range j.Parts {
		if s := &j.Parts[i].State; *s != NotFound && *s != Successful {
			*s = NotRestored
		}
	}
}
