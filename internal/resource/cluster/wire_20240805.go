package cluster

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// ClusterDescription20240805 is a cluster since 2024-08-05: disks belong to nodes, and a replication spec is a shard.
type ClusterDescription20240805 struct {
	common
	AdaptiveCapacity api.Nullable[string]      `json:"adaptiveCapacity" api:"enum=ENABLED|DISABLED" doc:"Whether the cluster uses other instances if there are not enough of its own. Kept as declared; null if nothing was declared."`
	BackupEnabled    *bool                     `json:"backupEnabled,omitempty" api:"default=false" doc:"Whether the cluster has backups."`
	EffectiveSpecs   []ReplicationSpec20240805 `json:"effectiveReplicationSpecs,omitempty" api:"readonly" doc:"What the cluster has: the same as replicationSpecs."`
	InternalRole     string                    `json:"internalClusterRole,omitempty" api:"readonly,enum=NONE|SYSTEM_CLUSTER|INTERNAL_SHADOW_CLUSTER" doc:"Role of a cluster that is the service's own. NONE."`
	RedactLogs       *bool                     `json:"redactClientLogData,omitempty" doc:"Whether the database's log leaves out what clients send. Kept as declared: a member's log has slow commands with their values."`
	ReplicationSpecs []ReplicationSpec20240805 `json:"replicationSpecs,omitempty" doc:"Where the cluster's nodes are and what they run on: exactly one, as the cluster is a replica set. All members run in one process and share one copy of the data."`
	RetainBackups    *bool                     `json:"retainBackups,omitempty" api:"default=false" doc:"Whether the cluster's snapshots outlive it, until they expire."`
	FastInitialSync  *bool                     `json:"useAwsTimeBasedSnapshotCopyForFastInitialSync,omitempty" api:"default=false" doc:"Whether new nodes begin with a copied snapshot. Kept as declared."`
}

// ReplicationSpec20240805 is one shard, or the whole of a replica set.
type ReplicationSpec20240805 struct {
	ID            string                      `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the replica set."`
	RegionConfigs []CloudRegionConfig20240805 `json:"regionConfigs,omitempty" doc:"The regions, the first in elections first."`
	ZoneID        string                      `json:"zoneId,omitempty" api:"readonly,is=objectId" doc:"Id of the zone."`
	ZoneName      string                      `json:"zoneName,omitempty" doc:"Name of the zone."`
}

// CloudRegionConfig20240805 is the part of a replica set that is in one region.
type CloudRegionConfig20240805 struct {
	regionConfig[HardwareSpec20240805, DedicatedHardwareSpec20240805]
	EffectiveAnalytics *DedicatedHardwareSpec20240805 `json:"effectiveAnalyticsSpecs,omitempty" api:"readonly" doc:"What analytics nodes have if it differs from what was declared. It never does."`
	EffectiveElectable *DedicatedHardwareSpec20240805 `json:"effectiveElectableSpecs,omitempty" api:"readonly" doc:"What electable nodes have if it differs from what was declared. It never does."`
	EffectiveReadOnly  *DedicatedHardwareSpec20240805 `json:"effectiveReadOnlySpecs,omitempty" api:"readonly" doc:"What read-only nodes have if it differs from what was declared. It never does."`
}

// HardwareSpec20240805 is what electable nodes run on.
type HardwareSpec20240805 struct {
	HardwareSpec
	DiskSizeGB *api.Double `json:"diskSizeGB,omitempty" doc:"Size of a node's disk in gigabytes."`
}

// DedicatedHardwareSpec20240805 is what nodes run on that are not electable.
type DedicatedHardwareSpec20240805 struct {
	DedicatedHardwareSpec
	DiskSizeGB *api.Double `json:"diskSizeGB,omitempty" doc:"Size of a node's disk in gigabytes."`
}

// declare changes what the body names.
func (w *ClusterDescription20240805) declare(d *model.Declared, bad *problems) {
	w.common.declare(d, bad)
	set(&d.Backup, w.BackupEnabled)
	w.AdaptiveCapacity.Set(&d.AdaptiveCapacity)
	set(&d.FastInitialSync, w.FastInitialSync)
	set(&d.RedactLogs, w.RedactLogs)
	set(&d.RetainBackups, w.RetainBackups)
	var zones []model.Zone
	for _, spec := range w.ReplicationSpecs {
		z := model.Zone{Name: spec.ZoneName}
		for j := range spec.RegionConfigs {
			z.Regions = append(z.Regions, region(&spec.RegionConfigs[j].regionConfig))
		}
		zones = append(zones, z)
	}
	if w.ReplicationSpecs != nil {
		declareZones(d, zones, bad)
	}
}

// show writes a cluster.
func (w *ClusterDescription20240805) show(v view) {
	d := &v.cluster.Declared
	w.common.show(v)
	w.BackupEnabled, w.FastInitialSync = &d.Backup, &d.FastInitialSync
	w.InternalRole, w.RedactLogs, w.RetainBackups = none, &d.RedactLogs, &d.RetainBackups
	if d.AdaptiveCapacity != "" {
		w.AdaptiveCapacity.Value = &d.AdaptiveCapacity
	}
	for _, z := range d.Zones {
		spec := ReplicationSpec20240805{ID: z.ID, ZoneID: z.ZoneID, ZoneName: z.Name}
		for _, r := range z.Regions {
			spec.RegionConfigs = append(spec.RegionConfigs, CloudRegionConfig20240805{
				regionConfig: showRegion[HardwareSpec20240805, DedicatedHardwareSpec20240805](r),
			})
		}
		w.ReplicationSpecs = append(w.ReplicationSpecs, spec)
	}
	w.EffectiveSpecs = slices.Clone(w.ReplicationSpecs)
}

func (w *HardwareSpec20240805) declared() model.Hardware {
	return withDisk(w.HardwareSpec.declared(), w.DiskSizeGB)
}

func (w *HardwareSpec20240805) show(h model.Hardware) {
	w.HardwareSpec.show(h)
	w.DiskSizeGB = api.Ptr(api.Double(h.DiskGB))
}

func (w *DedicatedHardwareSpec20240805) declared() model.Hardware {
	return withDisk(w.DedicatedHardwareSpec.declared(), w.DiskSizeGB)
}

func (w *DedicatedHardwareSpec20240805) show(h model.Hardware) {
	w.DedicatedHardwareSpec.show(h)
	w.DiskSizeGB = api.Ptr(api.Double(h.DiskGB))
}

func withDisk(h model.Hardware, gb *api.Double) model.Hardware {
	h.DiskGB = float64(api.Or(gb, 0))
	return h
}
