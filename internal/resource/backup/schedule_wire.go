package backup

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// schedule has the fields that a schedule has in all versions.
type schedule struct {
	AutoExportEnabled   bool                    `json:"autoExportEnabled" doc:"Whether scheduled snapshots are exported."`
	ClusterID           string                  `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	ClusterName         string                  `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	CopyPolicyItems     bool                    `json:"copyPolicyItemsEnabled" doc:"Whether copies follow items of their own. Kept as declared."`
	DeleteCopySnapshots *bool                   `json:"deleteCopySnapshots,omitempty" api:"writeonly" doc:"Whether copies are deleted with their settings. There are none."`
	DeleteSnapshots     *bool                   `json:"deleteSnapshots,omitempty" api:"writeonly" doc:"Whether scheduled snapshots are deleted if the change removes their items."`
	Export              *AutoExportPolicyView   `json:"export,omitempty" doc:"Where snapshots are exported to, and which."`
	ExtraRetention      []ExtraRetentionSetting `json:"extraRetentionSettings,omitempty" doc:"How much longer than their items say scheduled snapshots are kept."`
	Links               []api.Link              `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	NextSnapshot        api.Time                `json:"nextSnapshot,omitzero" api:"readonly" doc:"When the next snapshot is due. Absent while the cluster has no backups, or no items."`
	Policies            []SchedulePolicy        `json:"policies" api:"required,maxItems=1" doc:"Which snapshots are taken: exactly one policy."`
	ReferenceHour       *int                    `json:"referenceHourOfDay,omitempty" doc:"Hour of the day, UTC, at which days begin."`
	ReferenceMinute     *int                    `json:"referenceMinuteOfHour,omitempty" doc:"Minute of the hour at which hours begin."`
	RestoreWindowDays   *int                    `json:"restoreWindowDays,omitempty" doc:"How many days back a point in time to restore may be."`
	UpdateCopySnapshots *bool                   `json:"updateCopySnapshots,omitempty" api:"writeonly" doc:"Whether a change of retention applies to existing copies, too. There are none."`
	UpdateSnapshots     *bool                   `json:"updateSnapshots,omitempty" api:"writeonly" doc:"Whether a change of retention applies to existing snapshots, too."`
	UseNamesInPrefix    bool                    `json:"useOrgAndGroupNamesInExportPrefix" doc:"Whether paths of exports have names in place of ids. Kept as declared."`
}

// DiskBackupSnapshotSchedule is a cluster's schedule until 2024-08-05.
type DiskBackupSnapshotSchedule struct {
	schedule
	CopySettings        []DiskBackupCopySetting `json:"copySettings" doc:"Copies of snapshots in other regions. Kept as declared."`
	DeleteCopiedBackups []DeleteCopiedBackups   `json:"deleteCopiedBackups,omitempty" api:"writeonly" doc:"Copies to remove. There are none."`
}

// DiskBackupSnapshotSchedule20240805 is a cluster's schedule since 2024-08-05.
type DiskBackupSnapshotSchedule20240805 struct {
	AutoCopySettings bool `json:"autoCopySettingsEnabled" doc:"Whether copies follow the cluster's regions. Kept as declared."`
	schedule
	CopySettings        []DiskBackupCopySetting20240805 `json:"copySettings" doc:"Copies of snapshots in other regions. Kept as declared."`
	DeleteCopiedBackups []DeleteCopiedBackups20240805   `json:"deleteCopiedBackups,omitempty" api:"writeonly" doc:"Copies to remove. There are none."`
}

// SchedulePolicy says which snapshots are taken.
type SchedulePolicy struct {
	ID          string       `json:"id,omitempty" api:"is=objectId" doc:"Id of the policy."`
	PolicyItems []PolicyItem `json:"policyItems" api:"required" doc:"The items; at most one of hours and one of days."`
}

// PolicyItem says how often a snapshot is taken, and how long it is kept.
type PolicyItem struct {
	FrequencyInterval int    `json:"frequencyInterval" api:"required,enum=1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|40" doc:"Of hours: every how many. Of weeks, months and years: which day or month; 40 is the last day of the month. Of days: 1."`
	FrequencyType     string `json:"frequencyType" api:"required,enum=daily|hourly|weekly|monthly|yearly|ondemand" doc:"How often. ondemand is for compliance policies."`
	ID                string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the item."`
	RetentionUnit     string `json:"retentionUnit" api:"required,enum=days|weeks|months|years" doc:"Unit of retentionValue."`
	RetentionValue    int    `json:"retentionValue" api:"required" doc:"For how long snapshots are kept."`
}

// copySetting has the fields that a copy has in all versions.
type copySetting struct {
	CloudProvider   string           `json:"cloudProvider,omitempty" api:"enum=AWS|AZURE|GCP" doc:"Provider of the copies."`
	Items           []CopyPolicyItem `json:"copyPolicyItems,omitempty" api:"maxItems=6" doc:"Which snapshots are copied, and for how long copies are kept."`
	Frequencies     []string         `json:"frequencies" api:"deprecated,maxItems=6,enum=HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY|ON_DEMAND" doc:"Which snapshots are copied."`
	LastSnapshots   *int             `json:"lastNumberOfSnapshots,omitempty" api:"min=1,max=500" doc:"How many are copied at most."`
	RegionName      string           `json:"regionName,omitempty" doc:"Region of the copies."`
	ShouldCopyOplog bool             `json:"shouldCopyOplogs" doc:"Whether the oplog is copied too."`
}

// CopyPolicyItem says which snapshots are copied, and for how long a copy is kept.
type CopyPolicyItem struct {
	FrequencyType  string `json:"frequencyType" api:"required,enum=daily|hourly|weekly|monthly|yearly|ondemand" doc:"How often the snapshots are taken."`
	ID             string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the item."`
	RetentionUnit  string `json:"retentionUnit,omitempty" api:"enum=days|weeks|months|years" doc:"Unit of retentionValue."`
	RetentionValue int    `json:"retentionValue,omitempty" doc:"For how long copies are kept."`
}

// DiskBackupCopySetting is a copy in another region until 2024-08-05.
type DiskBackupCopySetting struct {
	copySetting
	ReplicationSpecID string `json:"replicationSpecId,omitempty" api:"is=objectId" doc:"Replica set whose snapshots are copied."`
}

// DiskBackupCopySetting20240805 is a copy in another region since 2024-08-05.
type DiskBackupCopySetting20240805 struct {
	copySetting
	ZoneID string `json:"zoneId" api:"required,is=objectId" doc:"Zone whose snapshots are copied."`
}

// DeleteCopiedBackups names copies to remove.
type DeleteCopiedBackups struct {
	DeleteCopiedBackups20240805
	ReplicationSpecID string `json:"replicationSpecId,omitempty" api:"writeonly,is=objectId" doc:"Replica set of the copies."`
}

// DeleteCopiedBackups20240805 names copies to remove.
type DeleteCopiedBackups20240805 struct {
	CloudProvider string `json:"cloudProvider,omitempty" api:"writeonly,enum=AWS|AZURE|GCP" doc:"Provider of the copies."`
	RegionName    string `json:"regionName,omitempty" api:"writeonly" doc:"Region of the copies."`
	ZoneID        string `json:"zoneId,omitempty" api:"writeonly,is=objectId" doc:"Zone of the copies."`
}

// AutoExportPolicyView says where snapshots are exported to.
type AutoExportPolicyView struct {
	ExportBucketID string `json:"exportBucketId,omitempty" api:"is=objectId" doc:"Id of the bucket."`
	FrequencyType  string `json:"frequencyType,omitempty" api:"enum=monthly|yearly" doc:"Which snapshots are exported."`
}

// ExtraRetentionSetting says how much longer snapshots of a frequencyType are kept.
type ExtraRetentionSetting struct {
	FrequencyType string `json:"frequencyType,omitempty" api:"enum=HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY|ON_DEMAND" doc:"How often."`
	RetentionDays *int   `json:"retentionDays,omitempty" doc:"For how many days."`
}

// scheduleShape is a version's shape of a schedule. read makes the stored shape, which is the newest, and show makes this
// one of it.
type scheduleShape[W any] interface {
	*W
	read(c *model.Cluster) DiskBackupSnapshotSchedule20240805
	show(s DiskBackupSnapshotSchedule20240805, c *model.Cluster)
}

func (w *DiskBackupSnapshotSchedule20240805) read(*model.Cluster) DiskBackupSnapshotSchedule20240805 {
	return *w
}

func (w *DiskBackupSnapshotSchedule20240805) show(s DiskBackupSnapshotSchedule20240805, _ *model.Cluster) {
	*w = s
}

// read finds the zone of a copy by its replica set. It leaves the zone empty if the cluster does not have it.
func (w *DiskBackupSnapshotSchedule) read(c *model.Cluster) (s DiskBackupSnapshotSchedule20240805) {
	s.schedule, s.CopySettings = w.schedule, []DiskBackupCopySetting20240805{}
	for _, o := range w.CopySettings {
		n := DiskBackupCopySetting20240805{copySetting: o.copySetting}
		for _, z := range c.Declared.Zones {
			if z.ID == o.ReplicationSpecID {
				n.ZoneID = z.ZoneID
			}
		}
		s.CopySettings = append(s.CopySettings, n)
	}
	return s
}

func (w *DiskBackupSnapshotSchedule) show(s DiskBackupSnapshotSchedule20240805, c *model.Cluster) {
	w.schedule, w.CopySettings = s.schedule, []DiskBackupCopySetting{}
	for _, n := range s.CopySettings {
		o := DiskBackupCopySetting{copySetting: n.copySetting}
		for _, z := range c.Declared.Zones {
			if z.ZoneID == n.ZoneID {
				o.ReplicationSpecID = z.ID
			}
		}
		w.CopySettings = append(w.CopySettings, o)
	}
}
