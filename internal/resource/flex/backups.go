package flex

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// FlexBackupSnapshot20241113 is a snapshot of a Flex cluster.
type FlexBackupSnapshot20241113 struct {
	Expiration     api.Time   `json:"expiration,omitzero" api:"readonly" doc:"When the snapshot goes by itself."`
	FinishTime     api.Time   `json:"finishTime,omitzero" api:"readonly" doc:"When the snapshot was completed."`
	ID             string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MongoDBVersion string     `json:"mongoDBVersion,omitempty" api:"readonly" doc:"MongoDB version of the cluster."`
	ScheduledTime  api.Time   `json:"scheduledTime,omitzero" api:"readonly" doc:"When the snapshot was due."`
	StartTime      api.Time   `json:"startTime,omitzero" api:"readonly" doc:"When the snapshot was begun."`
	Status         string     `json:"status,omitempty" api:"readonly,enum=PENDING|QUEUED|RUNNING|FAILED|COMPLETED" doc:"How far the snapshot is."`
}

// FlexBackupRestoreJob20241113 is a restore job of a Flex cluster.
type FlexBackupRestoreJob20241113 struct {
	DeliveryType             string     `json:"deliveryType,omitempty" api:"readonly,enum=RESTORE|DOWNLOAD" doc:"How the data is delivered."`
	ExpirationDate           api.Time   `json:"expirationDate,omitzero" api:"readonly" doc:"When a download expires."`
	ID                       string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	InstanceName             string     `json:"instanceName,omitempty" api:"readonly,is=clusterName" doc:"Cluster whose snapshot is restored."`
	Links                    []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	ProjectID                string     `json:"projectId,omitempty" api:"readonly,is=objectId" doc:"Project of that cluster."`
	RestoreFinishedDate      api.Time   `json:"restoreFinishedDate,omitzero" api:"readonly" doc:"When the job ended."`
	RestoreScheduledDate     api.Time   `json:"restoreScheduledDate,omitzero" api:"readonly" doc:"When the job was asked for."`
	SnapshotFinishedDate     api.Time   `json:"snapshotFinishedDate,omitzero" api:"readonly" doc:"When the snapshot was completed."`
	SnapshotID               string     `json:"snapshotId,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	SnapshotURL              string     `json:"snapshotUrl,omitempty" api:"readonly" doc:"Where the data can be downloaded."`
	Status                   string     `json:"status,omitempty" api:"readonly,enum=PENDING|QUEUED|RUNNING|FAILED|COMPLETED" doc:"How far the job is."`
	TargetDeploymentItemName string     `json:"targetDeploymentItemName,omitempty" api:"readonly,is=projectName" doc:"Cluster that gets the data."`
	TargetProjectID          string     `json:"targetProjectId,omitempty" api:"readonly,is=objectId" doc:"Project of the cluster that gets the data."`
}

type listOfIn struct {
	oneIn
	api.Paging
}

// listNone is the list of what a Flex cluster has none of yet.
func listNone[T any](tx store.Tx, in listOfIn) (api.Page[T], error) {
	_, err := state.FlexByName(tx, in.GroupID, in.Name)
	return api.PageOf(in.Paging, []T(nil)), err
}

type snapshotIn struct {
	oneIn
	SnapshotID string `path:"snapshotId" api:"is=objectId" doc:"Id of the snapshot."`
}

func getSnapshot(tx store.Tx, in snapshotIn) (out FlexBackupSnapshot20241113, err error) {
	return out, none(tx, in.oneIn, "snapshot "+in.SnapshotID)
}

type jobIn struct {
	oneIn
	RestoreJobID string `path:"restoreJobId" api:"is=objectId" doc:"Id of the restore job."`
}

func getJob(tx store.Tx, in jobIn) (out FlexBackupRestoreJob20241113, err error) {
	return out, none(tx, in.oneIn, "restore job "+in.RestoreJobID)
}

// none says that a Flex cluster does not have what, or that there is no such cluster.
func none(tx store.Tx, in oneIn, what string) error {
	if _, err := state.FlexByName(tx, in.GroupID, in.Name); err != nil {
		return err
	}
	return fault.ResourceNotFound.With(what)
}
