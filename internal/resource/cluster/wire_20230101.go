package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// LegacyAtlasCluster is a cluster until 2023-02-01: one provider and one size of instances and disks for all of it.
//
// Newer versions can declare nodes that differ in more than their number. A list shows such a cluster with the hardware of
// its first region.
type LegacyAtlasCluster struct {
	common
	AutoScaling           *ClusterAutoScaling     `json:"autoScaling,omitempty" doc:"How nodes may scale. Disks become larger; the rest is kept as declared."`
	BackupEnabled         *bool                   `json:"backupEnabled,omitempty" doc:"Whether the cluster has backups: the same as providerBackupEnabled."`
	DeleteAfterHours      *int                    `json:"deleteAfterCreationHours,omitempty" doc:"How long the cluster shall live. Refused: clusters stay until they are deleted."`
	DeleteAfterDate       api.Time                `json:"deleteAfterDate,omitzero" api:"readonly" doc:"When the cluster is deleted by the service. Absent."`
	DiskSizeGB            *api.Double             `json:"diskSizeGB,omitempty" api:"min=10,max=4096" doc:"Size of each node's disk in gigabytes."`
	MongoURI              string                  `json:"mongoURI,omitempty" api:"readonly" doc:"The connection string without options."`
	MongoURIUpdated       api.Time                `json:"mongoURIUpdated,omitzero" api:"readonly" doc:"When the connection string last changed. Absent: Telamon does not keep it."`
	MongoURIWithOptions   string                  `json:"mongoURIWithOptions,omitempty" api:"readonly" doc:"The connection string."`
	NumShards             *int                    `json:"numShards,omitempty" api:"min=1,max=50,default=1" doc:"How many shards there are. Only 1 is accepted."`
	ProviderBackupEnabled *bool                   `json:"providerBackupEnabled,omitempty" doc:"Whether the cluster has backups."`
	ProviderSettings      *ClusterProvider        `json:"providerSettings,omitempty" doc:"The provider and what nodes run on."`
	ReplicationFactor     *int                    `json:"replicationFactor,omitempty" api:"deprecated" doc:"Number of electable nodes, 3, 5 or 7, of a cluster that names no replicationSpecs."`
	ReplicationSpec       map[string]RegionSpec   `json:"replicationSpec,omitempty" api:"deprecated" doc:"The regions by name, of a cluster that names no replicationSpecs."`
	ReplicationSpecs      []LegacyReplicationSpec `json:"replicationSpecs,omitempty" doc:"Where the cluster's nodes are: exactly one, as the cluster is a replica set."`
	SRVAddress            string                  `json:"srvAddress,omitempty" api:"readonly" doc:"The connection string that DNS resolves. Absent: connectionStrings has it."`
}

// ClusterAutoScaling is how nodes may scale.
type ClusterAutoScaling struct {
	Compute       *ClusterComputeAutoScaling `json:"compute,omitempty" doc:"Scaling of instances."`
	DiskGBEnabled *bool                      `json:"diskGBEnabled,omitempty" api:"default=false" doc:"Whether disks may become larger."`
}

// ClusterComputeAutoScaling is how instances may scale.
type ClusterComputeAutoScaling struct {
	Enabled          *bool `json:"enabled,omitempty" api:"default=false" doc:"Whether instances may become larger."`
	ScaleDownEnabled *bool `json:"scaleDownEnabled,omitempty" api:"default=false" doc:"Whether instances may become smaller."`
}

// ClusterProvider is the provider of a cluster and what nodes run on.
type ClusterProvider struct {
	AutoScaling           *ProviderAutoScaling `json:"autoScaling,omitempty" doc:"Between which sizes instances may scale."`
	BackingProviderName   string               `json:"backingProviderName,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider under a free cluster."`
	DiskIOPS              *int                 `json:"diskIOPS,omitempty" doc:"Operations of a disk in a second."`
	DiskTypeName          string               `json:"diskTypeName,omitempty" api:"enum=P2|P3|P4|P6|P10|P15|P20|P30|P40|P50" doc:"Kind of disk at Azure. Refused: name diskSizeGB."`
	EffectiveInstanceSize string               `json:"effectiveInstanceSizeName,omitempty" api:"readonly,enum=FLEX|M0|M2|M5" doc:"Size that a free cluster has."`
	EncryptEBSVolume      *bool                `json:"encryptEBSVolume,omitempty" api:"deprecated" doc:"Without effect, as on the service."`
	InstanceSizeName      LegacySize           `json:"instanceSizeName,omitempty" doc:"Size of the instances, one that the provider has; M0 for a free cluster."`
	ProviderName          string               `json:"providerName" api:"required" doc:"AWS, AZURE or GCP; TENANT for a free cluster."`
	RegionName            RegionName           `json:"regionName,omitempty" doc:"Region of the provider, of a cluster that is in one."`
	VolumeType            string               `json:"volumeType,omitempty" api:"enum=STANDARD|PROVISIONED|HIGH_PERFORMANCE" doc:"Kind of disk at AWS."`
}

// ProviderAutoScaling is between which sizes instances may scale.
type ProviderAutoScaling struct {
	Compute *ProviderComputeAutoScaling `json:"compute,omitempty" doc:"Scaling of instances."`
}

// ProviderComputeAutoScaling is between which sizes instances may scale.
type ProviderComputeAutoScaling struct {
	MaxInstanceSize InstanceSize `json:"maxInstanceSize,omitempty" doc:"The largest size."`
	MinInstanceSize InstanceSize `json:"minInstanceSize,omitempty" doc:"The smallest size."`
}

// LegacyReplicationSpec is a number of shards of the same form.
type LegacyReplicationSpec struct {
	ID            string                `json:"id,omitempty" api:"is=objectId" doc:"Id of the replica set."`
	NumShards     *int                  `json:"numShards,omitempty" api:"default=1" doc:"How many shards there are. Only 1 is accepted."`
	RegionsConfig map[string]RegionSpec `json:"regionsConfig,omitempty" doc:"The regions by name."`
	ZoneName      string                `json:"zoneName,omitempty" doc:"Name of the zone."`
}

// RegionSpec is the part of a replica set that is in one region.
type RegionSpec struct {
	AnalyticsNodes *int `json:"analyticsNodes,omitempty" doc:"How many nodes are for analytics."`
	ElectableNodes *int `json:"electableNodes,omitempty" doc:"How many nodes can become the primary."`
	Priority       *int `json:"priority,omitempty" api:"min=0,max=7" doc:"Priority in elections: 7 for the first region."`
	ReadOnlyNodes  *int `json:"readOnlyNodes,omitempty" doc:"How many nodes only serve reads."`
}

// LegacySize is the size of an instance of any cluster.
type LegacySize string

// Values are all sizes, those of shared clusters first.
func (LegacySize) Values() []string {
	return append([]string{model.FlexSize}, InstanceSize("").Values()...)
}

// declare changes what the body names. What it does not name of the hardware stays as it was.
func (w *LegacyAtlasCluster) declare(d *model.Declared, bad *problems) {
	w.common.declare(d, bad)
	if w.BackupEnabled != nil || w.ProviderBackupEnabled != nil {
		d.Backup = api.Or(w.BackupEnabled, false) || api.Or(w.ProviderBackupEnabled, false)
	}
	if w.DeleteAfterHours != nil {
		bad.Add("deleteAfterCreationHours", "is not accepted: clusters stay until they are deleted")
	}
	bad.oneShard("numShards", w.NumShards)
	if w.ProviderSettings == nil && w.ReplicationSpecs == nil && w.ReplicationSpec == nil && w.AutoScaling == nil {
		if w.DiskSizeGB != nil {
			setDisk(d, float64(*w.DiskSizeGB))
		}
		return
	}
	w.declareZone(d, bad)
}

// declareZone applies the body's regions, hardware and scaling to the cluster's only zone.
func (w *LegacyAtlasCluster) declareZone(d *model.Declared, bad *problems) {
	var template model.Region
	disk := diskOf(d)
	if len(d.Zones) == 0 {
		d.Zones = []model.Zone{model.NewZone()}
	}
	z := &d.Zones[0]
	if len(z.Regions) > 0 {
		template = z.Regions[0]
	}
	w.over(&template, bad)
	if w.DiskSizeGB != nil {
		disk = float64(*w.DiskSizeGB)
	}
	z.Regions = w.regions(z, template, bad)
	for i := range z.Regions {
		z.Regions[i].Electable.DiskGB = 0
	}
	complete(z.Regions, disk)
}

// over applies the body's provider settings and scaling to a region.
func (w *LegacyAtlasCluster) over(r *model.Region, bad *problems) {
	if p := w.ProviderSettings; p != nil {
		if p.DiskTypeName != "" {
			bad.Add("providerSettings.diskTypeName", "is not accepted: name diskSizeGB")
		}
		name := cmp.Or(string(p.RegionName), r.Name)
		*r = model.Region{Provider: p.ProviderName, Backing: p.BackingProviderName, Name: name, Scaling: r.Scaling, Electable: model.Hardware{
			Nodes: r.Electable.Nodes, Size: cmp.Or(string(p.InstanceSizeName), r.Electable.Size), IOPS: api.Or(p.DiskIOPS, 0), Volume: p.VolumeType,
		}}
		if p.AutoScaling != nil && p.AutoScaling.Compute != nil {
			r.Scaling.MinSize, r.Scaling.MaxSize = string(p.AutoScaling.Compute.MinInstanceSize), string(p.AutoScaling.Compute.MaxInstanceSize)
		}
	}
	if a := w.AutoScaling; a != nil {
		set(&r.Scaling.Disk, a.DiskGBEnabled)
		if a.Compute != nil {
			set(&r.Scaling.Compute, a.Compute.Enabled)
			set(&r.Scaling.ScaleDown, a.Compute.ScaleDownEnabled)
		}
	}
}

// regions are the body's regions; or else the zone's own, if there are several; or else the one region of the provider's
// settings.
func (w *LegacyAtlasCluster) regions(z *model.Zone, template model.Region, bad *problems) []model.Region {
	specs := w.ReplicationSpec
	if w.ReplicationSpecs != nil {
		if len(w.ReplicationSpecs) != 1 {
			bad.Add("replicationSpecs", "must have exactly one item: the cluster is a replica set")
		}
		for i, s := range w.ReplicationSpecs {
			specs, z.Name = s.RegionsConfig, cmp.Or(s.ZoneName, z.Name)
			bad.oneShard("replicationSpecs["+strconv.Itoa(i)+"].numShards", s.NumShards)
		}
	}
	if specs == nil && len(z.Regions) > 1 {
		for i := range z.Regions {
			z.Regions[i] = with(z.Regions[i], template)
		}
		return z.Regions
	}
	if specs == nil {
		template.Electable.Nodes = api.Or(w.ReplicationFactor, cmp.Or(template.Electable.Nodes, unset))
		template.Priority = unset
		return []model.Region{template}
	}
	names := slices.SortedFunc(maps.Keys(specs), func(a, b string) int {
		return cmp.Or(-cmp.Compare(api.Or(specs[a].Priority, 0), api.Or(specs[b].Priority, 0)), cmp.Compare(a, b))
	})
	var regions []model.Region
	for _, name := range names {
		s := specs[name]
		regions = append(regions, with(model.Region{
			Name: name, Priority: api.Or(s.Priority, unset), Electable: model.Hardware{Nodes: api.Or(s.ElectableNodes, 0)},
			ReadOnly: model.Hardware{Nodes: api.Or(s.ReadOnlyNodes, 0)}, Analytics: model.Hardware{Nodes: api.Or(s.AnalyticsNodes, 0)},
		}, template))
	}
	return regions
}

// with is region r with the provider, hardware and scaling of template.
func with(r, template model.Region) model.Region {
	template.Name, template.Priority, template.Electable.Nodes = r.Name, r.Priority, r.Electable.Nodes
	template.ReadOnly, template.Analytics = model.Hardware{Nodes: r.ReadOnly.Nodes}, model.Hardware{Nodes: r.Analytics.Nodes}
	return template
}

func (w *LegacyAtlasCluster) showsAll(d *model.Declared) bool { return redeclares(w, d) }

// show writes a cluster.
func (w *LegacyAtlasCluster) show(v view) {
	d := &v.cluster.Declared
	w.common.show(v)
	w.BackupEnabled, w.ProviderBackupEnabled, w.NumShards = &d.Backup, &d.Backup, api.Ptr(1)
	if disk := diskOf(d); disk != freeDiskGB { // 0.5 is less than this version's schema allows
		w.DiskSizeGB = api.Ptr(api.Double(disk))
	}
	if w.MongoURIWithOptions = w.ConnectionStrings.Standard; w.MongoURIWithOptions != "" {
		w.MongoURI = "mongodb://" + v.cluster.Addresses()
	}
	nodes := 0
	for _, z := range d.Zones {
		spec := LegacyReplicationSpec{ID: z.ID, NumShards: api.Ptr(1), ZoneName: z.Name, RegionsConfig: map[string]RegionSpec{}}
		for _, r := range z.Regions {
			nodes += r.Electable.Nodes
			spec.RegionsConfig[r.Name] = RegionSpec{
				AnalyticsNodes: &r.Analytics.Nodes, ElectableNodes: &r.Electable.Nodes, Priority: &r.Priority, ReadOnlyNodes: &r.ReadOnly.Nodes,
			}
		}
		w.ReplicationSpecs = append(w.ReplicationSpecs, spec)
	}
	w.ReplicationFactor = &nodes
	w.showProvider(d.Zones[0].Regions)
}

func (w *LegacyAtlasCluster) showProvider(regions []model.Region) {
	r := regions[0]
	p := &ClusterProvider{BackingProviderName: r.Backing, InstanceSizeName: LegacySize(r.Electable.Size), ProviderName: r.Provider}
	if len(regions) == 1 {
		p.RegionName = RegionName(r.Name)
	}
	w.ProviderSettings = p
	if r.Provider == model.Tenant {
		p.EffectiveInstanceSize = r.Electable.Size
		return
	}
	p.DiskIOPS, p.VolumeType = positive(r.Electable.IOPS), r.Electable.Volume
	if r.Scaling.MinSize != "" || r.Scaling.MaxSize != "" {
		p.AutoScaling = &ProviderAutoScaling{Compute: &ProviderComputeAutoScaling{
			MaxInstanceSize: InstanceSize(r.Scaling.MaxSize), MinInstanceSize: InstanceSize(r.Scaling.MinSize),
		}}
	}
	w.AutoScaling = &ClusterAutoScaling{
		Compute:       &ClusterComputeAutoScaling{Enabled: &r.Scaling.Compute, ScaleDownEnabled: &r.Scaling.ScaleDown},
		DiskGBEnabled: &r.Scaling.Disk,
	}
}
