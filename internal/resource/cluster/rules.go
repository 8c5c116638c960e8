package cluster

import (
	"cmp"
	"slices"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

const (
	longestName = 64
	maxNodes    = 50 // of a replica set, by MongoDB's documentation
	leastDisk   = 10 // gigabytes, as the API's first version documents them
	mostDisk    = model.MostDiskGB
)

// problems collects what is wrong with a request, and names fields as the request's version does.
type problems struct {
	fault.Problems
	region string // the field that names a region which the provider does not have
	names  names
}

// at is Add for a field of a region config.
func (p *problems) at(region int, field, format string, args ...any) {
	p.Add(p.names.field(region, field), format, args...)
}

// err is one error that names all violations. Its text names the field of an unknown region, which clients look for there.
func (p *problems) err() error {
	err := p.Err()
	if f, ok := fault.Of(err); ok && p.region != "" {
		return fault.InvalidAttribute.With(p.region).Naming(f.Violations...)
	}
	return err
}

// checkName checks what the pattern of a new cluster's name leaves open.
func (p *problems) checkName(name string) {
	switch {
	case name == "":
		p.Add("name", "is required")
	case len(name) > longestName:
		p.Add("name", "must have at most %d characters", longestName)
	}
}

// check checks a declaration against the rules that need no other object.
func (p *problems) check(d *model.Declared) {
	if d.PointInTime && !d.Backup {
		p.Add("pitEnabled", "needs backups to be enabled")
	}
	if len(d.Zones) == 0 {
		p.Add("replicationSpecs", "is required")
		return
	}
	regions := d.Zones[0].Regions
	if len(regions) == 0 {
		p.Add(p.names.regions, "must have at least one region")
		return
	}
	for i := range regions {
		p.checkRegion(i, &regions[i])
	}
	if regions[0].Provider == model.Tenant {
		p.checkFree(d, regions)
		return
	}
	p.checkNodes(regions)
	p.checkPriorities(regions)
}

// checkVersion refuses to go back to an older version of MongoDB.
func (p *problems) checkVersion(next, was *model.Declared) {
	if slices.Index(model.MajorVersions, next.MajorVersion) < slices.Index(model.MajorVersions, was.MajorVersion) {
		p.Add("mongoDBMajorVersion", "cannot go back to an older version")
	}
}

// checkDisks refuses to make disks smaller.
func (p *problems) checkDisks(next, was *model.Declared) {
	if len(next.Zones) == 0 || next.Shared() || was.Shared() {
		return
	}
	had := diskOf(was)
	for i, r := range next.Zones[0].Regions {
		if r.Electable.DiskGB < had {
			p.at(i, "electableSpecs.diskSizeGB", "must be at least %g: disks do not shrink", had)
		}
	}
}

// checkRegion checks that one region's provider, name and sizes exist.
func (p *problems) checkRegion(i int, r *model.Region) {
	switch {
	case r.Provider == "":
		p.at(i, "providerName", "is required")
	case r.Provider == model.Tenant && r.Backing == "":
		p.at(i, "backingProviderName", "is required for a free cluster")
	case r.Provider != model.Tenant && !model.IsCloud(r.Provider):
		p.at(i, "providerName", "must be AWS, AZURE, GCP or TENANT")
	case r.Provider != model.Tenant && r.Backing != "":
		p.at(i, "backingProviderName", "is for free clusters only")
	}
	if model.IsCloud(r.Cloud()) && !model.HasRegion(r.Cloud(), r.Name) || r.Name == "" {
		p.region = p.names.field(i, "regionName")
		p.Add(p.region, "must be a region of the provider")
	}
	if r.Provider == model.Tenant {
		p.checkNone(i, "readOnlySpecs", r.ReadOnly)
		p.checkNone(i, "analyticsSpecs", r.Analytics)
		return
	}
	for _, h := range []struct {
		field string
		*model.Hardware
	}{{"electableSpecs", &r.Electable}, {"readOnlySpecs", &r.ReadOnly}, {"analyticsSpecs", &r.Analytics}} {
		if h.Hardware == &r.Electable || h.Nodes != 0 || h.Size != r.Electable.Size { // what the body does not name is a copy of the electable nodes' hardware
			p.checkHardware(i, h.field, r.Provider, h.Hardware)
		}
	}
}

func (p *problems) checkHardware(i int, field, provider string, h *model.Hardware) {
	if h.Size != "" && model.IsCloud(provider) && !model.HasSize(provider, h.Size) {
		p.at(i, field+".instanceSize", "must be a size that the provider has")
	}
	if field != "electableSpecs" && h.Nodes == 0 {
		return // shown for completeness; there are none
	}
	if h.Size == "" {
		p.at(i, field+".instanceSize", "is required")
	}
	if h.Nodes < 0 || h.Nodes > maxNodes {
		p.at(i, field+".nodeCount", "must be from 0 to %d", maxNodes)
	}
	if h.DiskGB < leastDisk || h.DiskGB > mostDisk {
		p.at(i, field+".diskSizeGB", "must be from %d to %d", leastDisk, mostDisk)
	}
	if h.IOPS < 0 {
		p.at(i, field+".diskIOPS", "must be at least 0")
	}
}

// checkNone refuses nodes of a kind that free clusters do not have.
func (p *problems) checkNone(i int, field string, h model.Hardware) {
	if h.Nodes != 0 {
		p.at(i, field+".nodeCount", "must be 0 for a free cluster")
	} else if h.Size != "" {
		p.at(i, field+".instanceSize", "must be M0, the size of free clusters")
	}
}

// checkFree checks a free cluster against the rules of free clusters.
func (p *problems) checkFree(d *model.Declared, regions []model.Region) {
	if len(regions) > 1 {
		p.at(1, "providerName", "cannot be there: a free cluster is in one region")
	}
	if regions[0].Electable.Size != model.FreeSize {
		p.at(0, "electableSpecs.instanceSize", "must be M0, the size of free clusters")
	}
	if d.Backup {
		p.Add("backupEnabled", "must be false for a free cluster")
	}
	if d.Paused {
		p.Add("paused", "must be false for a free cluster")
	}
}

// checkNodes checks that there are 1, 3, 5 or 7 electable nodes, and that electable and read-only nodes are of one size.
func (p *problems) checkNodes(regions []model.Region) {
	electable, all, size := 0, 0, ""
	for i, r := range regions {
		electable += r.Electable.Nodes
		all += r.Electable.Nodes + r.ReadOnly.Nodes + r.Analytics.Nodes
		for _, h := range []model.Hardware{r.Electable, r.ReadOnly} {
			if size = cmp.Or(size, h.Size); h.Nodes > 0 && h.Size != size {
				p.at(i, "electableSpecs.instanceSize", "must be the same for all electable and read-only nodes")
			}
		}
	}
	if electable != 1 && electable != 3 && electable != 5 && electable != 7 {
		p.at(0, "electableSpecs.nodeCount", "must be 1, 3, 5 or 7 in all regions together")
	}
	if all > maxNodes {
		p.at(0, "readOnlySpecs.nodeCount", "must leave at most %d nodes in all regions together", maxNodes)
	}
}

// checkPriorities checks that one region has the highest priority, that no two have the same, and that regions without
// electable nodes have none.
func (p *problems) checkPriorities(regions []model.Region) {
	seen := map[int]bool{}
	highest := 0
	for i, r := range regions {
		switch {
		case r.Electable.Nodes == 0 && r.Priority != 0:
			p.at(i, "priority", "must be 0 in a region without electable nodes")
		case r.Electable.Nodes > 0 && r.Priority == 0:
			p.at(i, "priority", "must be from 1 to 7 in a region with electable nodes")
		case r.Electable.Nodes > 0 && seen[r.Priority]:
			p.at(i, "priority", "must be another one than that of the other regions")
		}
		seen[r.Priority] = true
		highest = max(highest, r.Priority)
	}
	if highest != firstPriority {
		p.at(0, "priority", "must be 7 in one region")
	}
}
