package model

import (
	"cmp"
	"strings"
)

// Size is what instances of a size have.
type Size struct {
	Connections int // that a member accepts at a time
	MemoryGB    int
}

// sizes are the dedicated sizes, by their names without what they end with: classes of processors and disks differ in
// neither. Source of the connections: Atlas documentation, "Atlas Service Limits"; it does not name M90, M100, M250, M400,
// M600 and R600, which have as many as the sizes beside them. The memory is that of the providers' instances, about.
var sizes = map[string]Size{
	"M10": {1500, 2}, "M20": {3000, 4}, "M30": {3000, 8}, "M40": {6000, 16}, "M50": {16_000, 32}, "M60": {32_000, 64},
	"M80": {96_000, 128}, "M90": {96_000, 256}, "M100": {96_000, 160}, "M140": {96_000, 192}, "M200": {128_000, 256},
	"M250": {128_000, 320}, "M300": {128_000, 384}, "M400": {128_000, 488}, "M600": {128_000, 640},
	"R40": {4000, 16}, "R50": {16_000, 32}, "R60": {32_000, 64}, "R80": {64_000, 128}, "R200": {128_000, 256},
	"R300": {128_000, 384}, "R400": {128_000, 512}, "R600": {128_000, 640}, "R700": {128_000, 768},
}

// sharedSize is the size of free and Flex clusters. Source: Atlas documentation, "Atlas M0 (Free Cluster) Limits".
var sharedSize = Size{Connections: 500, MemoryGB: 1}

// SizeNamed is the size of that name; names that are none are those of hardware that is shared.
func SizeNamed(name string) Size {
	base, _, _ := strings.Cut(name, "_")
	return cmp.Or(sizes[base], sharedSize)
}

// Size is that of the instance a member runs on.
func (c *Cluster) Size(m Member) Size {
	for _, z := range c.Declared.Zones {
		for _, r := range z.Regions {
			if r.Cloud() == m.Provider && r.Name == m.Region {
				return SizeNamed(r.hardware(m.Node).Size)
			}
		}
	}
	return sharedSize
}

// hardware is what the region's nodes of a type run on.
func (r *Region) hardware(n NodeType) *Hardware {
	switch n {
	case ReadOnly:
		return &r.ReadOnly
	case Analytics:
		return &r.Analytics
	}
	return &r.Electable
}

// sortsOf is which part of an instance's memory sorts and groups of its cluster may hold together. It is Telamon's choice.
const sortsOf = 16

// MostDiskGB is the size of the largest disk.
const MostDiskGB = 4096

// SortBytes is how many bytes sorts and groups of the cluster may hold together, 0 for any number. All members share one
// database, so the size of the first region's electable nodes holds for all.
func (c *Cluster) SortBytes() int64 {
	if r := c.first(); r != nil {
		return int64(SizeNamed(r.Electable.Size).MemoryGB) << 30 / sortsOf
	}
	return 0
}

// DiskBytes is how many bytes of data the cluster may have, 0 for any number.
func (c *Cluster) DiskBytes() int64 {
	if r := c.first(); r != nil {
		return int64(r.Electable.DiskGB * (1 << 30))
	}
	return 0
}

// filled is the part of a disk that is used when it becomes larger. Source: Atlas documentation, "Configure Auto-Scaling".
const filled = 0.9

// DiskFills is how many bytes of data make the cluster's disks become larger, 0 if they do not.
func (c *Cluster) DiskFills() int64 {
	r := c.first()
	if r == nil || !r.Scaling.Disk || c.Declared.Shared() || r.Electable.DiskGB >= MostDiskGB {
		return 0
	}
	return int64(filled * float64(c.DiskBytes()))
}

// first is the region that the cluster declares first, or nil.
func (c *Cluster) first() *Region {
	if len(c.Declared.Zones) == 0 || len(c.Declared.Zones[0].Regions) == 0 {
		return nil
	}
	return &c.Declared.Zones[0].Regions[0]
}
