// Package collections has the jobs that restore databases and collections: how they are asked for, stored and shown, and
// what follows from a job and from what there is.
package collections

import (
	"github.com/telamon-db/telamon/internal/api"
)

// CollectionRestoreJobRequest asks for databases and collections of a backup to be restored.
type CollectionRestoreJobRequest struct {
	CollectionSuffix string             `json:"collectionSuffix,omitempty" api:"nullable,maxLen=64" doc:"What is added to the names of all collections."`
	Collections      []RestoreNamespace `json:"collections,omitempty" api:"maxItems=100" doc:"Collections to restore."`
	DatabaseSuffix   string             `json:"databaseSuffix,omitempty" api:"nullable,maxLen=38" doc:"What is added to the names of all databases."`
	Databases        []RestoreNamespace `json:"databases,omitempty" api:"maxItems=100" doc:"Databases to restore, with all of their collections."`
	IndexStrategy    string             `json:"indexStrategy" api:"required,enum=ALL|NONE|ALL_EXCEPT_TTL" doc:"Which indexes are restored, beside those of _id."`
	OplogInc         *int               `json:"oplogInc,omitempty" api:"nullable,min=1" doc:"Ordinal of the operation in its second, of a point in time."`
	OplogTs          *int               `json:"oplogTs,omitempty" api:"nullable,min=1199145600" doc:"Second of a point in time, since 1970."`
	PointInTime      *int               `json:"pointInTimeUtcSeconds,omitempty" api:"nullable,min=1199145600" doc:"Point in time to restore, in seconds since 1970."`
	SnapshotID       string             `json:"snapshotId,omitempty" api:"is=objectId" doc:"Id of the snapshot, unless a point in time is named."`
	Target           string             `json:"targetClusterName" api:"required,is=clusterName" doc:"Cluster that gets the data."`
	TargetIn         string             `json:"targetGroupId" api:"required,is=objectId" doc:"Project of that cluster."`
	WriteStrategy    string             `json:"writeStrategy" api:"required,enum=CREATE_NEW|OVERWRITE_EXISTING" doc:"What happens where the target has a database or collection of the name: CREATE_NEW gives what is restored another name, OVERWRITE_EXISTING puts collections in the place of those of their names."`
}

// RestoreNamespace is a database or a collection, and the name that it is restored under.
type RestoreNamespace struct {
	Source string `json:"sourceNamespace" api:"required,minLen=1,maxLen=255" doc:"Name of the database, or of database and collection with a dot between them."`
	Target string `json:"targetNamespace,omitempty" api:"maxLen=255" doc:"Name to restore it under; the same if absent."`
}

// CollectionRestoreJobResponse is a job that restores databases and collections.
type CollectionRestoreJobResponse struct {
	CollectionSuffix  string                          `json:"collectionSuffix,omitempty" doc:"What is added to the names of all collections."`
	Collections       []RestoreNamespace              `json:"collections,omitempty" api:"maxItems=100" doc:"Collections to restore."`
	CreatedAt         api.Time                        `json:"createdAt,omitzero" api:"readonly" doc:"When the job was asked for."`
	DatabaseSuffix    string                          `json:"databaseSuffix,omitempty" doc:"What is added to the names of all databases."`
	Databases         []RestoreNamespace              `json:"databases,omitempty" api:"maxItems=100" doc:"Databases to restore."`
	ErrorMessage      string                          `json:"errorMessage,omitempty" api:"readonly" doc:"Why the job failed."`
	FinishedAt        api.Time                        `json:"finishedAt,omitzero" api:"readonly" doc:"When the job ended."`
	ID                string                          `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	IndexStatus       CollectionRestoreJobIndexStatus `json:"indexStatus" api:"readonly" doc:"How far the indexes are."`
	IndexStrategy     string                          `json:"indexStrategy,omitempty" api:"enum=ALL|NONE|ALL_EXCEPT_TTL" doc:"Which indexes are restored."`
	OplogInc          *int                            `json:"oplogInc,omitempty" doc:"Ordinal of the operation in its second, of a point in time."`
	OplogTs           *int                            `json:"oplogTs,omitempty" doc:"Second of a point in time, since 1970."`
	PointInTime       *int                            `json:"pointInTimeUtcSeconds,omitempty" doc:"Point in time, in seconds since 1970."`
	RestoredDocuments int64                           `json:"restoredDocuments" api:"readonly,min=0" doc:"Documents that have been copied."`
	SnapshotID        string                          `json:"snapshotId,omitempty" api:"is=objectId" doc:"Id of the snapshot that the data comes from."`
	State             string                          `json:"state,omitempty" api:"readonly,enum=INITIALIZING|IN_PROGRESS|FINALIZING|SUCCESSFUL|CANCELED|FAILED" doc:"How far the job is."`
	Target            string                          `json:"targetClusterName,omitempty" doc:"Cluster that gets the data."`
	TargetIn          string                          `json:"targetGroupId,omitempty" api:"is=objectId" doc:"Project of that cluster."`
	TotalDocuments    int64                           `json:"totalDocuments" api:"readonly,min=0" doc:"Documents that there are to copy."`
	WriteStrategy     string                          `json:"writeStrategy,omitempty" api:"enum=CREATE_NEW|OVERWRITE_EXISTING" doc:"What happens where the target has a database or collection of the name."`
}

// CollectionRestoreJobIndexStatus tells how far the indexes of a job are.
type CollectionRestoreJobIndexStatus struct {
	Failed int    `json:"failedCollectionCount" api:"min=0" doc:"Collections some of whose indexes could not be built."`
	State  string `json:"state,omitempty" api:"enum=NOT_STARTED|IN_PROGRESS|SUCCESSFUL|FAILED|NOT_RESTORED" doc:"How far they are."`
}

// CollectionRestoreCollectionState tells how far a job is with one collection.
type CollectionRestoreCollectionState struct {
	Effective         string                       `json:"effectiveTargetNamespace,omitempty" api:"readonly" doc:"Name that the collection has, or gets."`
	IndexStatus       CollectionRestoreIndexStatus `json:"indexStatus" api:"readonly" doc:"How far its indexes are."`
	RestoredDocuments int64                        `json:"restoredDocuments" api:"readonly" doc:"Documents that have been copied."`
	Source            string                       `json:"sourceNamespace,omitempty" api:"readonly" doc:"Name in the snapshot."`
	State             string                       `json:"state,omitempty" api:"readonly,enum=NOT_STARTED|IN_PROGRESS|FINALIZING|NOT_FOUND|UNSUPPORTED|SUCCESSFUL|ROLLBACK|NOT_RESTORED|FAILED|INDEX_BUILD_FAILED" doc:"How far it is."`
	Target            string                       `json:"targetNamespace,omitempty" api:"readonly" doc:"Name that was asked for, with its suffixes."`
	TotalDocuments    int64                        `json:"totalDocuments" api:"readonly" doc:"Documents that there are to copy."`
}

// CollectionRestoreIndexStatus tells how far the indexes of a collection are.
type CollectionRestoreIndexStatus struct {
	ErrorMessage  string           `json:"errorMessage,omitempty" doc:"Why one could not be built."`
	FailedIndexes []map[string]any `json:"failedIndexes,omitempty" api:"maxItems=64" doc:"Indexes that could not be built."`
	State         string           `json:"state,omitempty" api:"enum=NOT_STARTED|IN_PROGRESS|SUCCESSFUL|FAILED|NOT_RESTORED" doc:"How far they are."`
}

func (j *Job) Wire() CollectionRestoreJobResponse {
	w := CollectionRestoreJobResponse{
		CollectionSuffix: j.CollectionSuffix, Collections: j.Collections, CreatedAt: api.Time{Time: j.Created}, DatabaseSuffix: j.DatabaseSuffix, Databases: j.Databases,
		ErrorMessage: j.Reason, FinishedAt: api.Time{Time: j.Finished}, ID: j.ID, IndexStatus: CollectionRestoreJobIndexStatus{State: j.indexState(j.State)}, IndexStrategy: j.Indexes,
		SnapshotID: j.SnapshotID, State: j.State, Target: j.Target, TargetIn: j.TargetIn, WriteStrategy: j.Writes,
	}
	for _, p := range j.Parts {
		w.RestoredDocuments, w.TotalDocuments = w.RestoredDocuments+p.Copied, w.TotalDocuments+p.Total
	}
	switch second, ordinal := int(j.Asked.T), int(j.Asked.I); {
	case second == 0:
	case ordinal == 0:
		w.PointInTime = &second
	default:
		w.OplogTs, w.OplogInc = &second, &ordinal
	}
	return w
}

// indexState is how far indexes are with a job or a collection that is in a state: they are built with the copy.
func (j *Job) indexState(state string) string {
	switch {
	case j.Indexes == noIndexes, state == NotRestored, state == NotFound:
		return NotRestored
	case state == Initializing:
		return NotStarted
	case state == Finalizing:
		return Successful
	}
	return state
}

// States are the collections of a job and how far it is with each.
func (j *Job) States() (all []CollectionRestoreCollectionState) {
	for _, p := range j.Parts {
		all = append(all, CollectionRestoreCollectionState{
			Effective: p.To, IndexStatus: CollectionRestoreIndexStatus{State: j.indexState(p.State)}, RestoredDocuments: p.Copied, Source: p.From, State: p.State, Target: p.Asked,
			TotalDocuments: p.Total,
		})
	}
	return all
}

// The states of the API, of jobs and of collections.
const (
	Initializing = "INITIALIZING"
	NotStarted   = "NOT_STARTED"
	InProgress   = "IN_PROGRESS"
	Finalizing   = "FINALIZING"
	Successful   = "SUCCESSFUL"
	Failed       = "FAILED"
	NotRestored  = "NOT_RESTORED"
	NotFound     = "NOT_FOUND"
)

// The strategies of the API.
const (
	allIndexes = "ALL"
	noIndexes  = "NONE"
	noExpiring = "ALL_EXCEPT_TTL"
	createNew  = "CREATE_NEW"
	overwrite  = "OVERWRITE_EXISTING"
)
