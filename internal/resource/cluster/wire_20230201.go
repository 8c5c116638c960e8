package cluster

import (
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// AdvancedClusterDescription is a cluster from 2023-02-01 until 2024-08-05: one size of disks for the whole cluster,
// and a number of shards in each replication spec.
type AdvancedClusterDescription struct {
	common
	BackupEnabled    *bool             `json:"backupEnabled,omitempty" api:"default=false" doc:"Whether the cluster has backups."`
	DiskSizeGB       *api.Double       `json:"diskSizeGB,omitempty" doc:"Size of each node's disk in gigabytes."`
	ReplicationSpecs []ReplicationSpec `json:"replicationSpecs,omitempty" doc:"Where the cluster's nodes are and what they run on: exactly one, as the cluster is a replica set. All members run in one process and share one copy of the data."`
}

// ReplicationSpec is a number of shards of the same form.
type ReplicationSpec struct {
	ID            string              `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the replica set."`
	NumShards     *int                `json:"numShards,omitempty" api:"min=1" doc:"How many shards there are. Only 1 is accepted."`
	RegionConfigs []CloudRegionConfig `json:"regionConfigs,omitempty" doc:"The regions, the first in elections first."`
	ZoneID        string              `json:"zoneId,omitempty" api:"readonly,is=objectId" doc:"Id of the zone."`
	ZoneName      string              `json:"zoneName,omitempty" doc:"Name of the zone."`
}

// CloudRegionConfig is the part of a replica set that is in one region.
type CloudRegionConfig struct {
	regionConfig[HardwareSpec, DedicatedHardwareSpec]
}

// HardwareSpec is what electable nodes run on.
type HardwareSpec struct {
	hardware
	EffectiveInstanceSize string       `json:"effectiveInstanceSize,omitempty" api:"readonly,enum=FLEX|M0|M2|M5" doc:"Size that a free cluster has."`
	InstanceSize          InstanceSize `json:"instanceSize,omitempty" doc:"Size of the instances, one that the provider has; M0 for a free cluster."`
}

// DedicatedHardwareSpec is what nodes run on that are not electable.
type DedicatedHardwareSpec struct {
	hardware
	InstanceSize DedicatedSize `json:"instanceSize,omitempty" api:"open" doc:"Size of the instances, one that the provider has. A free cluster, which has no such nodes, may say M0."`
}

// declare changes what the body names.
func (w *AdvancedClusterDescription) declare(d *model.Declared, bad *problems) {
	w.common.declare(d, bad)
	set(&d.Backup, w.BackupEnabled)
	var zones []model.Zone
	for i, spec := range w.ReplicationSpecs {
		bad.oneShard("replicationSpecs["+strconv.Itoa(i)+"].numShards", spec.NumShards)
		z := model.Zone{Name: spec.ZoneName}
		for j := range spec.RegionConfigs {
			z.Regions = append(z.Regions, region(&spec.RegionConfigs[j].regionConfig))
		}
		zones = append(zones, z)
	}
	if w.ReplicationSpecs != nil {
		declareZones(d, zones, bad)
	}
	if api.Or(w.DiskSizeGB, 0) != 0 {
		setDisk(d, float64(*w.DiskSizeGB))
	}
}

func (w *AdvancedClusterDescription) showsAll(d *model.Declared) bool { return redeclares(w, d) }

// show writes a cluster.
func (w *AdvancedClusterDescription) show(v view) {
	d := &v.cluster.Declared
	w.common.show(v)
	w.BackupEnabled, w.DiskSizeGB = &d.Backup, api.Ptr(api.Double(diskOf(d)))
	for _, z := range d.Zones {
		spec := ReplicationSpec{ID: z.ID, NumShards: api.Ptr(1), ZoneID: z.ZoneID, ZoneName: z.Name}
		for _, r := range z.Regions {
			spec.RegionConfigs = append(spec.RegionConfigs, CloudRegionConfig{showRegion[HardwareSpec, DedicatedHardwareSpec](r)})
		}
		w.ReplicationSpecs = append(w.ReplicationSpecs, spec)
	}
}

func (w *HardwareSpec) declared() model.Hardware { return w.hardware.declared(string(w.InstanceSize)) }

func (w *HardwareSpec) show(h model.Hardware) {
	w.InstanceSize = InstanceSize(h.Size)
	if h.Size == model.FreeSize {
		w.EffectiveInstanceSize = h.Size
		return
	}
	w.hardware.show(h)
}

func (w *DedicatedHardwareSpec) declared() model.Hardware {
	return w.hardware.declared(string(w.InstanceSize))
}

func (w *DedicatedHardwareSpec) show(h model.Hardware) {
	w.InstanceSize = DedicatedSize(h.Size)
	w.hardware.show(h)
}
