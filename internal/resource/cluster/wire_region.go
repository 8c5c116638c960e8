package cluster

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// regionConfig are the fields that all versions have for the part of a replica set in one region. E describes electable
// nodes, D all others.
type regionConfig[E, D any] struct {
	AnalyticsAutoScaling *AdvancedAutoScaling `json:"analyticsAutoScaling,omitempty" doc:"How analytics nodes may scale. Kept as declared; nothing scales."`
	AnalyticsSpecs       *D                   `json:"analyticsSpecs,omitempty" doc:"Nodes for analytics."`
	AutoScaling          *AdvancedAutoScaling `json:"autoScaling,omitempty" doc:"How nodes may scale. Disks become larger; the rest is kept as declared."`
	BackingProviderName  string               `json:"backingProviderName,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider under a free cluster."`
	ElectableSpecs       *E                   `json:"electableSpecs,omitempty" doc:"Nodes that can become the primary."`
	Priority             *int                 `json:"priority,omitempty" api:"min=0,max=7" doc:"Priority in elections: 7 for the first region, one less for each further one, 0 for one without electable nodes."`
	ProviderName         string               `json:"providerName,omitempty" api:"enum=AWS|AZURE|GCP|TENANT" doc:"The cloud provider; TENANT for a free cluster."`
	ReadOnlySpecs        *D                   `json:"readOnlySpecs,omitempty" doc:"Nodes that only serve reads."`
	RegionName           RegionName           `json:"regionName,omitempty" doc:"Region of the provider."`
}

// spec is a version's shape of nodes and their hardware.
type spec[T any] interface {
	*T
	counts() bool // whether it names the number of nodes
	declared() model.Hardware
	show(h model.Hardware)
}

// hardware are the fields that all specs have.
type hardware struct {
	DiskIOPS       *int   `json:"diskIOPS,omitempty" doc:"Operations of a disk in a second."`
	DiskThroughput *int   `json:"diskThroughput,omitempty" api:"readonly" doc:"Megabytes of a disk in a second."`
	EBSVolumeType  string `json:"ebsVolumeType,omitempty" api:"enum=STANDARD|PROVISIONED|HIGH_PERFORMANCE" doc:"Kind of disk at AWS; STANDARD by default."`
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

// region reads a region. Where the body does not name a number of nodes, it is unset for electable nodes and 0 for others.
func region[E, D any, PE spec[E], PD spec[D]](w *regionConfig[E, D]) model.Region {
	r := model.Region{
		Provider: w.ProviderName, Backing: w.BackingProviderName, Name: string(w.RegionName), Priority: api.Or(w.Priority, unset),
		Scaling: w.AutoScaling.declared(), AnalyticsScaling: w.AnalyticsAutoScaling.declared(),
		Electable: nodes[E, PE](w.ElectableSpecs), ReadOnly: nodes[D, PD](w.ReadOnlySpecs), Analytics: nodes[D, PD](w.AnalyticsSpecs),
	}
	if w.ElectableSpecs == nil || !PE(w.ElectableSpecs).counts() {
		r.Electable.Nodes = unset
	}
	return r
}

func nodes[T any, P spec[T]](w *T) (h model.Hardware) {
	if w != nil {
		h = P(w).declared()
	}
	return h
}

// showRegion writes a region. A free cluster's has no nodes but electable ones, and does not scale.
func showRegion[E, D any, PE spec[E], PD spec[D]](r model.Region) regionConfig[E, D] {
	w := regionConfig[E, D]{
		BackingProviderName: r.Backing, ElectableSpecs: shown[E, PE](r.Electable), Priority: &r.Priority, ProviderName: r.Provider, RegionName: RegionName(r.Name),
	}
	if r.Provider != model.Tenant {
		w.AnalyticsSpecs, w.ReadOnlySpecs = shown[D, PD](r.Analytics), shown[D, PD](r.ReadOnly)
		w.AutoScaling, w.AnalyticsAutoScaling = showScaling(r.Scaling), showScaling(r.AnalyticsScaling)
	}
	return w
}

func shown[T any, P spec[T]](h model.Hardware) *T {
	w := P(new(T))
	w.show(h)
	return (*T)(w)
}

func (w *hardware) counts() bool { return w.NodeCount != nil }

func (w *hardware) declared(size string) model.Hardware {
	return model.Hardware{Nodes: api.Or(w.NodeCount, 0), Size: size, IOPS: api.Or(w.DiskIOPS, 0), Volume: w.EBSVolumeType}
}

func (w *hardware) show(h model.Hardware) {
	*w = hardware{DiskIOPS: positive(h.IOPS), DiskThroughput: positive(h.Throughput), EBSVolumeType: h.Volume, NodeCount: &h.Nodes}
}

// positive returns n, or nil if n is not positive.
func positive(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}

func (w *AdvancedAutoScaling) declared() (s model.AutoScaling) {
	if w != nil && w.Compute != nil {
		c := w.Compute
		set(&s.Compute, c.Enabled)
		set(&s.ScaleDown, c.ScaleDownEnabled)
		s.MinSize, s.MaxSize = string(c.MinInstanceSize), string(c.MaxInstanceSize)
	}
	if w != nil && w.DiskGB != nil {
		set(&s.Disk, w.DiskGB.Enabled)
	}
	return s
}

func showScaling(s model.AutoScaling) *AdvancedAutoScaling {
	return &AdvancedAutoScaling{
		Compute: &ComputeAutoScaling{
			Enabled: &s.Compute, MaxInstanceSize: DedicatedSize(s.MaxSize), MinInstanceSize: DedicatedSize(s.MinSize), ScaleDownEnabled: &s.ScaleDown,
		},
		DiskGB: &DiskAutoScaling{Enabled: &s.Disk},
	}
}
