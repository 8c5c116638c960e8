package backup

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// ServerlessBackupSnapshot is a snapshot of a Flex cluster as one of a serverless instance.
type ServerlessBackupSnapshot struct {
	CreatedAt        api.Time   `json:"createdAt,omitzero" api:"readonly" doc:"When the snapshot was asked for."`
	ExpiresAt        api.Time   `json:"expiresAt,omitzero" api:"readonly" doc:"When the snapshot expires."`
	FrequencyType    string     `json:"frequencyType,omitempty" api:"readonly,enum=hourly|daily|weekly|monthly" doc:"How often the snapshots are taken."`
	ID               string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	Links            []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MongodVersion    string     `json:"mongodVersion,omitempty" api:"readonly,is=version" doc:"MongoDB version of the instance."`
	Instance         string     `json:"serverlessInstanceName,omitempty" api:"readonly,is=clusterName" doc:"Name of the instance."`
	SnapshotType     string     `json:"snapshotType,omitempty" api:"readonly,enum=onDemand|scheduled" doc:"What asked for the snapshot."`
	Status           string     `json:"status,omitempty" api:"readonly,enum=queued|inProgress|completed|failed" doc:"State of the snapshot."`
	StorageSizeBytes int64      `json:"storageSizeBytes" api:"readonly" doc:"Size of the snapshot's files."`
}

func (s *Snapshot) serverlessWire() ServerlessBackupSnapshot {
	return ServerlessBackupSnapshot{
		CreatedAt: api.Time{Time: s.Created}, ExpiresAt: api.Time{Time: s.Expires}, FrequencyType: s.Rhythm, ID: s.ID,
		Links: api.Self("/groups/" + s.GroupID + "/serverless/" + s.Cluster + "/backup/snapshots/" + s.ID), MongodVersion: s.Version,
		Instance: s.Cluster, SnapshotType: s.kind(), Status: string(s.Status), StorageSizeBytes: s.Size,
	}
}

// ServerlessBackupRestoreJob is a restore job of a serverless instance, and the request for one.
type ServerlessBackupRestoreJob struct {
	Cancelled             bool              `json:"cancelled" api:"readonly" doc:"Whether somebody cancelled the job."`
	DeliveryType          string            `json:"deliveryType" api:"required,enum=automated|download|pointInTime" doc:"How the data is delivered: automated. The rest needs a dedicated cluster."`
	DeliveryURL           []string          `json:"deliveryUrl" api:"readonly" doc:"Where the data can be downloaded."`
	DesiredTimestamp      *APIBSONTimestamp `json:"desiredTimestamp,omitempty" doc:"Point in time to restore, as a timestamp of the oplog."`
	Expired               bool              `json:"expired" api:"readonly" doc:"Whether the job has expired."`
	ExpiresAt             api.Time          `json:"expiresAt,omitzero" api:"readonly" doc:"When a download expires."`
	Failed                bool              `json:"failed" api:"readonly" doc:"Whether the job has failed."`
	FinishedAt            api.Time          `json:"finishedAt,omitzero" api:"readonly" doc:"When the job was done."`
	ID                    string            `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	Links                 []api.Link        `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OplogInc              *int              `json:"oplogInc,omitempty" api:"min=1" doc:"Ordinal of the operation in its second, of a point in time."`
	OplogTs               *int              `json:"oplogTs,omitempty" api:"min=1199145600" doc:"Second of a point in time, since 1970."`
	PointInTimeUTCSeconds *int              `json:"pointInTimeUTCSeconds,omitempty" api:"min=1199145600" doc:"Point in time to restore, in seconds since 1970."`
	SnapshotID            string            `json:"snapshotId,omitempty" api:"is=objectId" doc:"Id of the snapshot to restore."`
	TargetClusterName     string            `json:"targetClusterName" api:"required,is=clusterName" doc:"Cluster that gets the data."`
	TargetGroupID         string            `json:"targetGroupId" api:"required,is=objectId" doc:"Project of the cluster that gets the data."`
	Timestamp             api.Time          `json:"timestamp,omitzero" api:"readonly" doc:"When the snapshot was taken."`
}

// order refuses deliveryTypes that Flex clusters do not have.
func (w ServerlessBackupRestoreJob) order() (snapshot, target string, targetIn model.ID, err error) {
	var bad fault.Problems
	if w.DeliveryType != automated {
		bad.Add("deliveryType", "must be automated: a serverless instance is a Flex cluster, which has snapshots only")
	}
	if w.SnapshotID == "" {
		bad.Add("snapshotId", "is required for an automated restore")
	}
	return w.SnapshotID, w.TargetClusterName, w.TargetGroupID, bad.Err()
}

func (j *Job) serverlessWire() ServerlessBackupRestoreJob {
	d := j.wire()
	path := "/groups/" + j.GroupID + "/serverless/" + j.Cluster + "/backup/restoreJobs/" + j.ID
	return ServerlessBackupRestoreJob{
		Cancelled: d.Cancelled, DeliveryType: d.DeliveryType, DeliveryURL: d.DeliveryURL, Expired: d.Expired, ExpiresAt: d.ExpiresAt, Failed: d.Failed,
		FinishedAt: d.FinishedAt, ID: d.ID, Links: api.Self(path), SnapshotID: d.SnapshotID, TargetClusterName: d.TargetClusterName,
		TargetGroupID: d.TargetGroupID, Timestamp: d.Timestamp,
	}
}
