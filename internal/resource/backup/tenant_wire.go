package backup

import (
	"cmp"
	"time"

	"github.com/telamon-db/telamon/internal/api"
)

// FlexBackupSnapshot20241113 is a snapshot of a Flex cluster.
type FlexBackupSnapshot20241113 struct {
	Expiration     api.Time   `json:"expiration,omitzero" api:"readonly" doc:"When the snapshot expires."`
	FinishTime     api.Time   `json:"finishTime,omitzero" api:"readonly" doc:"When the snapshot was completed, or failed."`
	ID             string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MongoDBVersion string     `json:"mongoDBVersion,omitempty" api:"readonly" doc:"MongoDB version of the cluster."`
	ScheduledTime  api.Time   `json:"scheduledTime,omitzero" api:"readonly" doc:"When the snapshot was due."`
	StartTime      api.Time   `json:"startTime,omitzero" api:"readonly" doc:"When the snapshot was begun."`
	Status         string     `json:"status,omitempty" api:"readonly,enum=PENDING|QUEUED|RUNNING|FAILED|COMPLETED" doc:"State of the snapshot."`
}

// BackupTenantSnapshot is the same in the operations of the shared tiers.
type BackupTenantSnapshot FlexBackupSnapshot20241113

// flexStatus are the statuses that the operations of Flex clusters show for those of snapshots.
var flexStatus = map[Status]string{Queued: "QUEUED", InProgress: "RUNNING", Completed: "COMPLETED", Failed: "FAILED"}

func (s *Snapshot) flexWire() FlexBackupSnapshot20241113 {
	w := FlexBackupSnapshot20241113{
		Expiration: api.Time{Time: s.Expires}, ID: s.ID, MongoDBVersion: s.Version, ScheduledTime: api.Time{Time: s.Due},
		StartTime: api.Time{Time: s.Started}, Status: flexStatus[s.Status],
	}
	if !s.unfinished() {
		w.FinishTime = api.Time{Time: s.Since}
	}
	return w
}

func (s *Snapshot) tenantWire() BackupTenantSnapshot { return BackupTenantSnapshot(s.flexWire()) }

// tenantJob has the fields of a restore job that the operations of Flex clusters and of the shared tiers both show.
type tenantJob struct {
	DeliveryType  string     `json:"deliveryType,omitempty" api:"readonly,enum=RESTORE|DOWNLOAD" doc:"How the data is delivered."`
	Expires       api.Time   `json:"expirationDate,omitzero" api:"readonly" doc:"When a download expires."`
	ID            string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	Links         []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	ProjectID     string     `json:"projectId,omitempty" api:"readonly,is=objectId" doc:"Project of the cluster whose snapshot is restored."`
	Finished      api.Time   `json:"restoreFinishedDate,omitzero" api:"readonly" doc:"When the job ended."`
	Scheduled     api.Time   `json:"restoreScheduledDate,omitzero" api:"readonly" doc:"When the job was asked for."`
	SnapshotEnded api.Time   `json:"snapshotFinishedDate,omitzero" api:"readonly" doc:"When the snapshot was completed."`
	SnapshotURL   string     `json:"snapshotUrl,omitempty" api:"readonly" doc:"Where the data can be downloaded."`
	Status        string     `json:"status,omitempty" api:"readonly,enum=PENDING|QUEUED|RUNNING|FAILED|COMPLETED" doc:"State of the job."`
}

// FlexBackupRestoreJob20241113 is a restore job of a Flex cluster.
type FlexBackupRestoreJob20241113 struct {
	tenantJob
	InstanceName string `json:"instanceName,omitempty" api:"readonly,is=clusterName" doc:"Cluster whose snapshot is restored."`
	SnapshotID   string `json:"snapshotId,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	Target       string `json:"targetDeploymentItemName,omitempty" api:"readonly,is=projectName" doc:"Cluster that gets the data."`
	TargetIn     string `json:"targetProjectId,omitempty" api:"readonly,is=objectId" doc:"Project of the cluster that gets the data."`
}

// FlexBackupRestoreJobCreate20241113 asks for a restore job.
type FlexBackupRestoreJobCreate20241113 struct {
	tenantJob
	InstanceName string `json:"instanceName,omitempty" api:"readonly,is=clusterName" doc:"Cluster whose snapshot is restored."`
	SnapshotID   string `json:"snapshotId" api:"required,writeonly,is=objectId" doc:"Id of the snapshot."`
	Target       string `json:"targetDeploymentItemName" api:"required,writeonly,is=projectName" doc:"Cluster that gets the data."`
	TargetIn     string `json:"targetProjectId,omitempty" api:"writeonly,is=objectId" doc:"Its project; that of the snapshot if absent."`
}

// FlexBackupSnapshotDownloadCreate20241113 asks for a file with what a snapshot of a Flex cluster has.
type FlexBackupSnapshotDownloadCreate20241113 struct {
	Links      []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	SnapshotID string     `json:"snapshotId" api:"required,writeonly,is=objectId" doc:"Id of the snapshot."`
}

// TenantRestore is a restore job as the operations of the shared tiers show it, and the request for one.
type TenantRestore struct {
	tenantJob
	ClusterName string `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Cluster whose snapshot is restored."`
	SnapshotID  string `json:"snapshotId" api:"required,is=objectId" doc:"Id of the snapshot."`
	Target      string `json:"targetDeploymentItemName" api:"required,is=projectName" doc:"Cluster that gets the data."`
	TargetIn    string `json:"targetProjectId,omitempty" api:"is=objectId" doc:"Its project; that of the snapshot if absent."`
}

// jobLife is the time from the creation of a Flex cluster's job to its expirationDate.
const jobLife = 6 * time.Hour

func (s *Service) tenantJob(j *Job) tenantJob {
	w := tenantJob{
		DeliveryType: "RESTORE", Expires: api.Time{Time: j.Created.Add(jobLife)}, ID: j.ID, ProjectID: j.GroupID, Finished: api.Time{Time: j.Finished},
		Scheduled: api.Time{Time: j.Created}, SnapshotEnded: api.Time{Time: cmp.Or(j.Done, j.Taken)}, SnapshotURL: s.url(j), Status: j.flexStatus(),
	}
	if j.Delivery == download {
		w.DeliveryType, w.Expires = "DOWNLOAD", api.Time{Time: j.Expires}
		if !j.Expires.IsZero() {
			w.Finished = api.Time{Time: j.Expires.Add(-downloadTime)}
		}
	}
	return w
}

func (j *Job) flexStatus() string {
	switch {
	case j.Failed:
		return "FAILED"
	case j.unfinished():
		return "RUNNING"
	}
	return "COMPLETED"
}

func (s *Service) flexJob(j *Job) FlexBackupRestoreJob20241113 {
	return FlexBackupRestoreJob20241113{tenantJob: s.tenantJob(j), InstanceName: j.Cluster, SnapshotID: j.SnapshotID, Target: j.Target, TargetIn: j.TargetIn}
}

func (s *Service) tenantRestore(j *Job) TenantRestore {
	return TenantRestore{tenantJob: s.tenantJob(j), ClusterName: j.Cluster, SnapshotID: j.SnapshotID, Target: j.Target, TargetIn: j.TargetIn}
}
