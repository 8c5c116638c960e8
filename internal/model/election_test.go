package model

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
)

// clusterOf is a cluster in these regions, as it is when it has just been made so.
func clusterOf(regions ...Region) *Cluster {
	c := &Cluster{Declared: Declared{Zones: []Zone{{Regions: regions}}}}
	c.make()
	return c
}

// make makes the cluster what it shall be, with a port for every member.
func (c *Cluster) make() {
	c.Topology = c.Next()
	for i := range c.Members {
		if c.Members[i].Port == 0 {
			c.Members[i].Port = 27000 + c.Members[i].ID
		}
	}
}

func region(name string, priority, electable, readOnly, analytics int) Region {
	return Region{Provider: AWS, Name: name, Priority: priority, Electable: Hardware{Nodes: electable}, ReadOnly: Hardware{Nodes: readOnly}, Analytics: Hardware{Nodes: analytics}}
}

// lose has an outage of these regions, and none if there are none.
func (c *Cluster) lose(names ...string) {
	c.Outage = &Outage{State: OutageSimulating}
	for _, name := range names {
		c.Outage.Regions = append(c.Outage.Regions, OutageRegion{AWS, name})
	}
}

// primary is the number of the primary, or -1.
func (c *Cluster) primary() int {
	if i := slices.IndexFunc(c.Members, func(m Member) bool { return m.Primary }); i >= 0 {
		return c.Members[i].ID
	}
	return -1
}

func TestNext(t *testing.T) {
	east, west, far := region("US_EAST_1", 7, 2, 1, 0), region("US_WEST_2", 6, 2, 0, 1), region("EU_WEST_1", 5, 1, 0, 0)
	c := clusterOf(east, west, far)
	if len(c.Members) != 7 || c.primary() != 0 || c.Term != 1 || c.Version != 1 {
		t.Fatalf("a new cluster is %+v", c.Topology)
	}
	if again := c.Next(); !again.Equal(c.Topology) {
		t.Errorf("what has been made is made again: %+v", again)
	}
	was := c.Topology
	step := func(what string, primary int, term, version int64) {
		t.Helper()
		first := c.Next()
		if second := c.Next(); !second.Equal(first) {
			t.Errorf("%s: once it is %+v, once %+v", what, first, second)
		}
		c.make()
		if c.primary() != primary || c.Term != term || c.Version != version {
			t.Errorf("%s: member %d is primary, in term %d of version %d; want %d, %d, %d", what, c.primary(), c.Term, c.Version, primary, term, version)
		}
	}
	c.Failovers++
	step("a failover", 1, 2, 1)
	c.Failovers++
	step("another", 0, 3, 1)
	c.lose("US_EAST_1")
	step("without the first region", 3, 4, 1)
	c.lose("US_EAST_1", "US_WEST_2")
	step("without a majority", -1, 4, 1)
	c.Failovers++
	step("a failover without a majority", -1, 4, 1)
	c.lose()
	step("when all are back", 0, 5, 1)
	c.Declared.Zones[0].Regions[2].Analytics.Nodes = 2
	step("with more nodes", 0, 5, 2)
	if len(c.Members) != 9 || c.Members[7].ID != 7 || c.Members[8].ID != 8 {
		t.Errorf("members %+v", c.Members)
	}
	c.Declared.Zones[0].Regions[2].Analytics.Nodes = 0
	step("with those of before", 0, 5, 3)
	if !slices.Equal(c.Members, was.Members) {
		t.Errorf("members %+v, not %+v", c.Members, was.Members)
	}
	c.Declared.Zones[0].Regions = []Region{region("US_WEST_2", 7, 3, 0, 0)}
	step("in one region", 0, 5, 4)
	for _, m := range c.Members {
		if m.Port != 27000+m.ID || m.Region != "US_WEST_2" {
			t.Errorf("a member has moved to %+v", m)
		}
	}
}

// TestNextOfOneMember: who asks a single member to step down gets it back in another term.
func TestNextOfOneMember(t *testing.T) {
	c := clusterOf(region("US_EAST_1", 7, 1, 0, 0))
	c.Failovers++
	c.make()
	if c.primary() != 0 || c.Term != 2 || c.Followed != 1 {
		t.Errorf("%+v", c.Topology)
	}
}

// TestNextOfClustersThatSayNothing: a free cluster has three members, and one without regions has one.
func TestNextOfClustersThatSayNothing(t *testing.T) {
	free := Region{Provider: Tenant, Backing: AWS, Name: "US_EAST_1", Priority: 7}
	if c := clusterOf(free); len(c.Members) != 3 || c.Members[2].Provider != AWS || c.Members[2].Region != "US_EAST_1" {
		t.Errorf("a free cluster has %+v", c.Members)
	}
	if c := new(Cluster); len(c.Next().Members) != 1 {
		t.Errorf("a cluster without regions has %+v", c.Next().Members)
	}
}

// TestNextHolds: whatever is declared, asked for and lost, terms and versions never go back, there is a primary exactly if
// there is a majority, members keep their numbers and ports, and the order of things stays when it is stored.
func TestNextHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"US_EAST_1", "US_WEST_2", "EU_WEST_1"}
	c := clusterOf(region(names[0], 7, 3, 0, 0))
	ports := map[int]int{}
	for range 2000 {
		before := c.Topology
		switch r.IntN(3) {
		case 0:
			c.Failovers++
		case 1:
			c.lose(slices.DeleteFunc(slices.Clone(names), func(string) bool { return r.IntN(3) > 0 })...)
		case 2:
			var regions []Region
			for i, name := range names {
				if i == 0 || r.IntN(2) == 0 {
					regions = append(regions, region(name, 7-i, 1+r.IntN(3), r.IntN(2), r.IntN(2)))
				}
			}
			c.Declared.Zones[0].Regions = regions
		}
		c.make()
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		c = new(Cluster)
		if err := json.Unmarshal(raw, c); err != nil {
			t.Fatal(err)
		}
		present, electable, primaries := 0, 0, 0
		for _, m := range c.Members {
			if port, known := ports[m.ID]; known && port != m.Port && slices.ContainsFunc(before.Members, func(o Member) bool { return o.ID == m.ID }) {
				t.Fatalf("member %d was at %d and is at %d", m.ID, port, m.Port)
			}
			ports[m.ID] = m.Port
			if m.Primary {
				primaries++
				if m.Away || m.Node != Electable {
					t.Fatalf("this is primary: %+v", m)
				}
			}
			if m.Node == Electable {
				electable++
				if !m.Away {
					present++
				}
			}
		}
		if wanted := 2*present > electable; wanted != (primaries == 1) || primaries > 1 {
			t.Fatalf("%d of %d are there, and %d are primary: %+v", present, electable, primaries, c.Members)
		}
		if c.Term < before.Term || c.Version < before.Version || c.Version == before.Version && len(c.Members) != len(before.Members) {
			t.Fatalf("%+v became %+v", before, c.Topology)
		}
	}
}
