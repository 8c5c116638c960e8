package cluster

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// ClusterDescription20240805 is a cluster since 2024-08-05: disks belong to nodes, and a replication spec is a shard.
type ClusterDescription20240805 struct {
	common
	AdaptiveCapacity api.Nullable[string]      `json:"adaptiveCapacity" api:"enum=ENABLED|DISABLED" doc:"Whether the cluster takes other instances where its own are short. Kept as declared; null if nothing was."`
	BackupEnabled    *bool                     `json:"backupEnabled,omitempty" api:"default=false" doc:"Whether the cluster has backups."`
	EffectiveSpecs   []ReplicationSpec20240805 `json:"effectiveReplicationSpecs,omitempty" api:"readonly" doc:"What the cluster has. Telamon does not scale by itself, so it is what was declared."`
	InternalRole     string                    `json:"internalClusterRole,omitempty" api:"readonly,enum=NONE|SYSTEM_CLUSTER|INTERNAL_SHADOW_CLUSTER" doc:"Role of a cluster that is the service's own. NONE."`
	RedactLogs       *bool                     `json:"redactClientLogData,omitempty" doc:"Whether the database's log leaves out what clients send. Only false is accepted."`
	ReplicationSpecs []ReplicationSpec20240805 `json:"replicationSpecs,omitempty" doc:"Where the cluster's nodes are and what they run on: exactly one, as the cluster is a replica set. Kept as declared; Telamon runs one process."`
	RetainBackups    *bool                     `json:"retainBackups,omitempty" api:"default=false" doc:"Whether backups outlive the cluster. Only false is accepted."`
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
	AnalyticsAutoScaling *AdvancedAutoScaling           `json:"analyticsAutoScaling,omitempty" doc:"How analytics nodes may scale. Kept as declared; nothing scales."`
	AnalyticsSpecs       *DedicatedHardwareSpec20240805 `json:"analyticsSpecs,omitempty" doc:"Nodes for analytics."`
	AutoScaling          *AdvancedAutoScaling           `json:"autoScaling,omitempty" doc:"How nodes may scale. Kept as declared; nothing scales."`
	BackingProviderName  string                         `json:"backingProviderName,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider under a free cluster."`
	EffectiveAnalytics   *DedicatedHardwareSpec20240805 `json:"effectiveAnalyticsSpecs,omitempty" api:"readonly" doc:"What analytics nodes have, where that is not what was declared. It always is."`
	EffectiveElectable   *DedicatedHardwareSpec20240805 `json:"effectiveElectableSpecs,omitempty" api:"readonly" doc:"What electable nodes have, where that is not what was declared. It always is."`
	EffectiveReadOnly    *DedicatedHardwareSpec20240805 `json:"effectiveReadOnlySpecs,omitempty" api:"readonly" doc:"What read-only nodes have, where that is not what was declared. It always is."`
	ElectableSpecs       *HardwareSpec20240805          `json:"electableSpecs,omitempty" doc:"Nodes that can become the primary."`
	Priority             *int                           `json:"priority,omitempty" api:"min=0,max=7" doc:"Priority in elections: 7 for the first region, one less for each further one, 0 for one without electable nodes."`
	ProviderName         string                         `json:"providerName,omitempty" api:"enum=AWS|AZURE|GCP|TENANT" doc:"The cloud provider; TENANT for a free cluster."`
	ReadOnlySpecs        *DedicatedHardwareSpec20240805 `json:"readOnlySpecs,omitempty" doc:"Nodes that only serve reads."`
	RegionName           RegionName                     `json:"regionName,omitempty" doc:"Region of the provider."`
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
	if api.Or(w.RedactLogs, false) {
		bad.say("redactClientLogData", "must be false: Telamon does not have this yet")
	}
	if api.Or(w.RetainBackups, false) {
		bad.say("retainBackups", "must be false: backups go with their cluster")
	}
	if w.ReplicationSpecs != nil {
		declareSpecs(d, w.ReplicationSpecs, bad)
	}
}

// declareSpecs replaces the zones of d. Zones and their disks keep what they had where the body does not tell.
func declareSpecs(d *model.Declared, specs []ReplicationSpec20240805, bad *problems) {
	if len(specs) != 1 {
		bad.say("replicationSpecs", "must have exactly one item: the cluster is a replica set")
	}
	had, disk := d.Zones, diskOf(d)
	d.Zones = nil
	for i, spec := range specs {
		z := model.NewZone()
		if i < len(had) {
			z = had[i]
		}
		if spec.ZoneName != "" {
			z.Name = spec.ZoneName
		}
		z.Regions = nil
		for j := range spec.RegionConfigs {
			z.Regions = append(z.Regions, spec.RegionConfigs[j].region())
		}
		complete(z.Regions, disk)
		d.Zones = append(d.Zones, z)
	}
}

func (w *CloudRegionConfig20240805) region() model.Region {
	r := model.Region{
		Provider: w.ProviderName, Backing: w.BackingProviderName, Name: string(w.RegionName), Priority: api.Or(w.Priority, unset),
		Scaling: w.AutoScaling.declared(), AnalyticsScaling: w.AnalyticsAutoScaling.declared(),
		Electable: model.Hardware{Nodes: unset}, ReadOnly: w.ReadOnlySpecs.declared(), Analytics: w.AnalyticsSpecs.declared(),
	}
	if e := w.ElectableSpecs; e != nil {
		r.Electable = e.hardware.declared(string(e.InstanceSize), e.DiskSizeGB)
		if e.NodeCount == nil {
			r.Electable.Nodes = unset
		}
	}
	return r
}

func (w *DedicatedHardwareSpec20240805) declared() model.Hardware {
	if w == nil {
		return model.Hardware{}
	}
	return w.hardware.declared(string(w.InstanceSize), w.DiskSizeGB)
}

// show writes a cluster.
func (w *ClusterDescription20240805) show(v view) {
	d := &v.cluster.Declared
	w.common.show(v)
	w.BackupEnabled, w.FastInitialSync = &d.Backup, &d.FastInitialSync
	w.InternalRole, w.RedactLogs, w.RetainBackups = "NONE", new(bool), new(bool)
	if d.AdaptiveCapacity != "" {
		w.AdaptiveCapacity.Value = &d.AdaptiveCapacity
	}
	w.ReplicationSpecs = showSpecs(d)
	w.EffectiveSpecs = slices.Clone(w.ReplicationSpecs)
}

func showSpecs(d *model.Declared) []ReplicationSpec20240805 {
	var specs []ReplicationSpec20240805
	for _, z := range d.Zones {
		spec := ReplicationSpec20240805{ID: z.ID, ZoneID: z.ZoneID, ZoneName: z.Name}
		for i := range z.Regions {
			spec.RegionConfigs = append(spec.RegionConfigs, showRegion(&z.Regions[i]))
		}
		specs = append(specs, spec)
	}
	return specs
}

func showRegion(r *model.Region) CloudRegionConfig20240805 {
	w := CloudRegionConfig20240805{
		BackingProviderName: r.Backing, Priority: &r.Priority, ProviderName: r.Provider, RegionName: RegionName(r.Name),
		ElectableSpecs: &HardwareSpec20240805{HardwareSpec{showHardware(r.Electable), "", InstanceSize(r.Electable.Size)}, diskSize(r.Electable)},
	}
	if r.Provider == model.Tenant {
		w.ElectableSpecs.hardware = hardware{}
		w.ElectableSpecs.EffectiveInstanceSize = r.Electable.Size
		return w
	}
	w.AnalyticsSpecs, w.ReadOnlySpecs = showDedicated(r.Analytics), showDedicated(r.ReadOnly)
	w.AutoScaling, w.AnalyticsAutoScaling = showScaling(r.Scaling), showScaling(r.AnalyticsScaling)
	return w
}

func showDedicated(h model.Hardware) *DedicatedHardwareSpec20240805 {
	return &DedicatedHardwareSpec20240805{DedicatedHardwareSpec{showHardware(h), DedicatedSize(h.Size)}, diskSize(h)}
}

func diskSize(h model.Hardware) *api.Double { return api.Ptr(api.Double(h.DiskGB)) }
