package backup

import (
	"cmp"
	"time"

	"github.com/telamon-db/telamon/internal/api"
)

// DiskBackupOnDemandSnapshotRequest asks for a snapshot.
type DiskBackupOnDemandSnapshotRequest struct {
	Description     string     `json:"description,omitempty" doc:"What the snapshot is for."`
	Links           []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	RetentionInDays *int       `json:"retentionInDays,omitempty" api:"min=1" doc:"For how many days the snapshot is kept; a week if absent."`
}

// DiskBackupSnapshot is a snapshot in the answer to its creation.
type DiskBackupSnapshot struct {
	CreatedAt        api.Time   `json:"createdAt,omitzero" api:"readonly" doc:"When the snapshot was asked for."`
	Description      string     `json:"description,omitempty" api:"readonly" doc:"What the snapshot is for."`
	ExpiresAt        api.Time   `json:"expiresAt,omitzero" api:"readonly" doc:"When the snapshot expires."`
	FrequencyType    string     `json:"frequencyType,omitempty" api:"readonly,enum=hourly|daily|weekly|monthly|yearly" doc:"How often the schedule takes such snapshots. Absent from snapshots on demand."`
	ID               string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the snapshot."`
	Links            []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MasterKeyUUID    string     `json:"masterKeyUUID,omitempty" api:"readonly,format=uuid" doc:"Key that the snapshot is encrypted with. Absent: Telamon encrypts no snapshots yet."`
	MongodVersion    string     `json:"mongodVersion,omitempty" api:"readonly,is=version" doc:"MongoDB version of the cluster."`
	PolicyItems      []string   `json:"policyItems" api:"readonly,is=objectId" doc:"Items of the backup policy that asked for it."`
	SnapshotType     string     `json:"snapshotType,omitempty" api:"readonly,enum=onDemand|scheduled|fallback" doc:"What asked for the snapshot."`
	Status           string     `json:"status,omitempty" api:"readonly,enum=queued|inProgress|completed|failed" doc:"State of the snapshot."`
	StorageSizeBytes int64      `json:"storageSizeBytes" api:"readonly" doc:"Size of the snapshot's files."`
	Type             string     `json:"type,omitempty" api:"readonly,enum=replicaSet|shardedCluster" doc:"Kind of cluster."`
}

// DiskBackupReplicaSet is a snapshot of a replica set.
type DiskBackupReplicaSet struct {
	CloudProvider string   `json:"cloudProvider,omitempty" api:"readonly,enum=AWS|AZURE|GCP" doc:"Provider that the cluster declares."`
	CopyRegions   []string `json:"copyRegions" api:"readonly" doc:"Regions that have copies."`
	DiskBackupSnapshot
	ReplicaSetName string `json:"replicaSetName,omitempty" api:"readonly" doc:"Name of the replica set."`
}

func (s *Snapshot) path() string {
	return "/groups/" + s.GroupID + "/clusters/" + s.Cluster + "/backup/snapshots/" + s.ID
}

func (s *Snapshot) wire() DiskBackupSnapshot {
	return DiskBackupSnapshot{
		CreatedAt: api.Time{Time: s.Created}, Description: s.Description, ExpiresAt: api.Time{Time: s.Expires}, FrequencyType: s.Rhythm, ID: s.ID,
		Links: api.Self(s.path()), MongodVersion: s.Version, PolicyItems: append([]string{}, s.Items...), SnapshotType: s.kind(),
		Status: string(s.Status), StorageSizeBytes: s.Size, Type: "replicaSet",
	}
}

// kind says what asked for the snapshot.
func (s *Snapshot) kind() string {
	if s.Rhythm == "" {
		return "onDemand"
	}
	return "scheduled"
}

func (s *Snapshot) replicaSetWire() DiskBackupReplicaSet {
	return DiskBackupReplicaSet{CloudProvider: s.Provider, CopyRegions: append([]string{}, s.Copies...), DiskBackupSnapshot: s.wire(), ReplicaSetName: s.ReplicaSet}
}

// DiskBackupSnapshotRestoreJob is a restore job.
type DiskBackupSnapshotRestoreJob struct {
	Cancelled                   bool                            `json:"cancelled" api:"readonly" doc:"Whether somebody cancelled the job."`
	Components                  []DiskBackupRestoreMember       `json:"components,omitempty" api:"readonly" doc:"Downloads of each replica set of a sharded cluster."`
	DeliveryType                string                          `json:"deliveryType" api:"required,enum=automated|download|pointInTime" doc:"How the data is delivered: put in place of a cluster's, as of a snapshot or of a point in time, or as a file to download."`
	DeliveryURL                 []string                        `json:"deliveryUrl" api:"readonly" doc:"Where the data can be downloaded."`
	DesiredTimestamp            *APIBSONTimestamp               `json:"desiredTimestamp,omitempty" doc:"Point in time to restore, as a timestamp of the oplog."`
	Expired                     bool                            `json:"expired" api:"readonly" doc:"Whether the job has expired."`
	ExpiresAt                   api.Time                        `json:"expiresAt,omitzero" api:"readonly" doc:"When a download expires."`
	Failed                      bool                            `json:"failed" api:"readonly" doc:"Whether the job has failed."`
	FinishedAt                  api.Time                        `json:"finishedAt,omitzero" api:"readonly" doc:"When the job was done."`
	ID                          string                          `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the job."`
	Links                       []api.Link                      `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OplogInc                    *int                            `json:"oplogInc,omitempty" api:"min=1" doc:"Ordinal of the operation in its second, of a point in time."`
	OplogTs                     *int                            `json:"oplogTs,omitempty" api:"min=1199145600" doc:"Second of a point in time, since 1970."`
	PointInTimeUTCSeconds       *int                            `json:"pointInTimeUTCSeconds,omitempty" api:"min=1199145600" doc:"Point in time to restore, in seconds since 1970."`
	PrivateDownloadDeliveryURLs []APIPrivateDownloadDeliveryURL `json:"privateDownloadDeliveryUrls,omitempty" api:"readonly" doc:"Downloads by private endpoint."`
	SnapshotID                  string                          `json:"snapshotId,omitempty" api:"is=objectId" doc:"Id of the snapshot to restore."`
	TargetClusterName           string                          `json:"targetClusterName,omitempty" api:"is=clusterName" doc:"Cluster that gets the data."`
	TargetGroupID               string                          `json:"targetGroupId,omitempty" api:"is=objectId" doc:"Project of the cluster that gets the data."`
	Timestamp                   api.Time                        `json:"timestamp,omitzero" api:"readonly" doc:"When the snapshot was taken."`
}

// DiskBackupRestoreMember is the download of one replica set.
type DiskBackupRestoreMember struct {
	DownloadURL                 string                          `json:"downloadUrl,omitempty" api:"readonly" doc:"Where the files can be downloaded."`
	PrivateDownloadDeliveryURLs []APIPrivateDownloadDeliveryURL `json:"privateDownloadDeliveryUrls,omitempty" api:"readonly" doc:"Downloads by private endpoint."`
	ReplicaSetName              string                          `json:"replicaSetName,omitempty" api:"readonly" doc:"Name of the replica set."`
}

// APIPrivateDownloadDeliveryURL is a download by private endpoint.
type APIPrivateDownloadDeliveryURL struct {
	DeliveryURL string `json:"deliveryUrl,omitempty" api:"readonly" doc:"Where the files can be downloaded."`
	EndpointID  string `json:"endpointId,omitempty" api:"readonly,is=endpointId" doc:"Id of the private endpoint."`
}

// APIBSONTimestamp is a position in the oplog.
type APIBSONTimestamp struct {
	Date      api.Time `json:"date,omitzero" api:"readonly" doc:"Second of the operation."`
	Increment *int     `json:"increment,omitempty" api:"readonly,min=1" doc:"Ordinal of the operation in its second."`
}

func (j *Job) wire() DiskBackupSnapshotRestoreJob {
	base := "/groups/" + j.GroupID
	cluster := base + "/clusters/" + j.Cluster
	w := DiskBackupSnapshotRestoreJob{
		Cancelled: j.Cancelled, DeliveryType: cmp.Or(j.Delivery, automated), DeliveryURL: []string{}, Expired: j.Expired, ExpiresAt: api.Time{Time: j.Expires},
		Failed: j.Failed, FinishedAt: api.Time{Time: j.Finished}, ID: j.ID,
		Links: append(api.Self(cluster+"/backup/restoreJobs/"+j.ID),
			api.Link{Href: api.Prefix + cluster + "/backup/snapshots/" + j.SnapshotID, Rel: relation + "snapshot"},
			api.Link{Href: api.Prefix + cluster, Rel: relation + "cluster"},
			api.Link{Href: api.Prefix + base, Rel: relation + "group"}),
		SnapshotID: j.SnapshotID, TargetClusterName: j.Target, TargetGroupID: j.TargetIn, Timestamp: api.Time{Time: j.Taken},
	}
	switch second, ordinal := int(j.Asked.T), int(j.Asked.I); {
	case second == 0:
	case ordinal == 0:
		w.PointInTimeUTCSeconds = &second
	default:
		w.OplogTs, w.OplogInc = &second, &ordinal
		w.DesiredTimestamp = &APIBSONTimestamp{Date: api.Time{Time: time.Unix(int64(second), 0).UTC()}, Increment: &ordinal}
	}
	return w
}

const (
	relation = "https://cloud.mongodb.com/" // how the service names the relations of its links
)
