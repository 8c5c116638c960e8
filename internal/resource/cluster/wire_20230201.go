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
	ReplicationSpecs []ReplicationSpec `json:"replicationSpecs,omitempty" doc:"Where the cluster's nodes are and what they run on: exactly one, as the cluster is a replica set. Kept as declared; Telamon runs one process."`
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
	AnalyticsAutoScaling *AdvancedAutoScaling   `json:"analyticsAutoScaling,omitempty" doc:"How analytics nodes may scale. Kept as declared; nothing scales."`
	AnalyticsSpecs       *DedicatedHardwareSpec `json:"analyticsSpecs,omitempty" doc:"Nodes for analytics."`
	AutoScaling          *AdvancedAutoScaling   `json:"autoScaling,omitempty" doc:"How nodes may scale. Kept as declared; nothing scales."`
	BackingProviderName  string                 `json:"backingProviderName,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider under a free cluster."`
	ElectableSpecs       *HardwareSpec          `json:"electableSpecs,omitempty" doc:"Nodes that can become the primary."`
	Priority             *int                   `json:"priority,omitempty" api:"min=0,max=7" doc:"Priority in elections: 7 for the first region, one less for each further one, 0 for one without electable nodes."`
	ProviderName         string                 `json:"providerName,omitempty" api:"enum=AWS|AZURE|GCP|TENANT" doc:"The cloud provider; TENANT for a free cluster."`
	ReadOnlySpecs        *DedicatedHardwareSpec `json:"readOnlySpecs,omitempty" doc:"Nodes that only serve reads."`
	RegionName           RegionName             `json:"regionName,omitempty" doc:"Region of the provider."`
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

// hardware are the members of all hardware specs.
type hardware struct {
	DiskIOPS       *int   `json:"diskIOPS,omitempty" doc:"Operations of a disk in a second."`
	DiskThroughput *int   `json:"diskThroughput,omitempty" api:"readonly" doc:"Megabytes of a disk in a second."`
	EBSVolumeType  string `json:"ebsVolumeType,omitempty" api:"enum=STANDARD|PROVISIONED|HIGH_PERFORMANCE" doc:"Kind of disk at AWS. STANDARD if it is not told."`
	NodeCount      *int   `json:"nodeCount,omitempty" doc:"How many nodes there are."`
}

// AdvancedAutoScaling is how nodes may scale.
type AdvancedAutoScaling struct {
	Compute *ComputeAutoScaling `json:"compute,omitempty" doc:"Scaling of instances."`
	DiskGB  *DiskAutoScaling    `json:"diskGB,omitempty" doc:"Scaling of disks."`
}

// ComputeAutoScaling is how instances may scale.
type ComputeAutoScaling struct {
	Enabled          *bool         `json:"enabled,omitempty" doc:"Whether instances may become larger."`
	MaxInstanceSize  DedicatedSize `json:"maxInstanceSize,omitempty" doc:"The largest size."`
	MinInstanceSize  DedicatedSize `json:"minInstanceSize,omitempty" doc:"The smallest size."`
	ScaleDownEnabled *bool         `json:"scaleDownEnabled,omitempty" doc:"Whether instances may become smaller."`
}

// DiskAutoScaling is how disks may scale.
type DiskAutoScaling struct {
	Enabled *bool `json:"enabled,omitempty" doc:"Whether disks may become larger."`
}

// declare changes what the body names. Its replication specs are read as the newer version's.
func (w *AdvancedClusterDescription) declare(d *model.Declared, bad *problems) {
	w.common.declare(d, bad)
	set(&d.Backup, w.BackupEnabled)
	if w.ReplicationSpecs != nil {
		var specs []ReplicationSpec20240805
		for i := range w.ReplicationSpecs {
			if s := &w.ReplicationSpecs[i]; api.Or(s.NumShards, 1) != 1 {
				bad.say("replicationSpecs["+strconv.Itoa(i)+"].numShards", noShards)
			}
			specs = append(specs, w.ReplicationSpecs[i].newer())
		}
		declareSpecs(d, specs, bad)
	}
	if api.Or(w.DiskSizeGB, 0) != 0 {
		setDisk(d, float64(*w.DiskSizeGB))
	}
}

func (w *ReplicationSpec) newer() ReplicationSpec20240805 {
	n := ReplicationSpec20240805{ID: w.ID, ZoneID: w.ZoneID, ZoneName: w.ZoneName}
	for _, r := range w.RegionConfigs {
		c := CloudRegionConfig20240805{
			AnalyticsAutoScaling: r.AnalyticsAutoScaling, AutoScaling: r.AutoScaling, BackingProviderName: r.BackingProviderName,
			Priority: r.Priority, ProviderName: r.ProviderName, RegionName: r.RegionName,
		}
		if r.ElectableSpecs != nil {
			c.ElectableSpecs = &HardwareSpec20240805{HardwareSpec: *r.ElectableSpecs}
		}
		if r.ReadOnlySpecs != nil {
			c.ReadOnlySpecs = &DedicatedHardwareSpec20240805{DedicatedHardwareSpec: *r.ReadOnlySpecs}
		}
		if r.AnalyticsSpecs != nil {
			c.AnalyticsSpecs = &DedicatedHardwareSpec20240805{DedicatedHardwareSpec: *r.AnalyticsSpecs}
		}
		n.RegionConfigs = append(n.RegionConfigs, c)
	}
	return n
}

// show writes a cluster.
func (w *AdvancedClusterDescription) show(v view) {
	d := &v.cluster.Declared
	w.common.show(v)
	w.BackupEnabled = &d.Backup
	w.DiskSizeGB = api.Ptr(api.Double(diskOf(d)))
	for _, s := range showSpecs(d) {
		w.ReplicationSpecs = append(w.ReplicationSpecs, s.older())
	}
}

func (w *ReplicationSpec20240805) older() ReplicationSpec {
	o := ReplicationSpec{ID: w.ID, NumShards: api.Ptr(1), ZoneID: w.ZoneID, ZoneName: w.ZoneName}
	for _, r := range w.RegionConfigs {
		c := CloudRegionConfig{
			AnalyticsAutoScaling: r.AnalyticsAutoScaling, AutoScaling: r.AutoScaling, BackingProviderName: r.BackingProviderName,
			Priority: r.Priority, ProviderName: r.ProviderName, RegionName: r.RegionName, ElectableSpecs: &r.ElectableSpecs.HardwareSpec,
		}
		if r.ReadOnlySpecs != nil {
			c.ReadOnlySpecs = &r.ReadOnlySpecs.DedicatedHardwareSpec
		}
		if r.AnalyticsSpecs != nil {
			c.AnalyticsSpecs = &r.AnalyticsSpecs.DedicatedHardwareSpec
		}
		o.RegionConfigs = append(o.RegionConfigs, c)
	}
	return o
}
