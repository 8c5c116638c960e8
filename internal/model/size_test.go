package model

import "testing"

// TestEverySizeIsKnown: no dedicated size that a provider has is taken for a shared one, and larger ones allow no less.
func TestEverySizeIsKnown(t *testing.T) {
	for _, name := range Sizes {
		if s := SizeNamed(name); s == sharedSize || s.Connections < 1500 || s.MemoryGB < 2 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for _, name := range []string{FreeSize, FlexSize, ""} {
		if s := SizeNamed(name); s.Connections != 500 {
			t.Errorf("%q: %+v", name, s)
		}
	}
}

// TestLimitsFollowTheDeclaration: what a cluster may do is that of its sizes and disks, its analytics nodes' of their own.
func TestLimitsFollowTheDeclaration(t *testing.T) {
	c := &Cluster{Declared: Declared{Zones: []Zone{{Regions: []Region{{
		Provider: AWS, Name: "US_EAST_1", Electable: Hardware{Size: "M10", DiskGB: 12.5}, Analytics: Hardware{Size: "M40_NVME"},
	}}}}}}
	at := func(n NodeType) int { return c.Size(Member{Node: n, Provider: AWS, Region: "US_EAST_1"}).Connections }
	if at(Electable) != 1500 || at(Analytics) != 6000 || c.SortBytes() != 128<<20 || c.DiskBytes() != 12800<<20 || c.DiskFills() != 0 {
		t.Errorf("%d and %d connections, %d to sort, %d of data, which grows from %d", at(Electable), at(Analytics), c.SortBytes(), c.DiskBytes(), c.DiskFills())
	}
	c.Declared.Zones[0].Regions[0].Scaling.Disk = true
	if c.DiskFills() != 11520<<20 {
		t.Errorf("grows from %d", c.DiskFills())
	}
	c.Declared.Zones[0].Regions[0] = Region{Provider: Tenant, Backing: AWS, Name: "US_EAST_1", Electable: Hardware{Size: FreeSize, DiskGB: 0.5}, Scaling: AutoScaling{Disk: true}}
	if at(Electable) != 500 || c.DiskBytes() != 512<<20 || c.DiskFills() != 0 {
		t.Errorf("a free cluster: %d connections, %d of data, which grows from %d", at(Electable), c.DiskBytes(), c.DiskFills())
	}
}
