package model

import (
	"cmp"
	"slices"
)

// sharedNodes is the number of nodes of a cluster that does not declare one: a free cluster.
const sharedNodes = 3

// nodes are the members that the cluster declares, without addresses and numbers.
func (c *Cluster) nodes() (all []Member) {
	for _, z := range c.Declared.Zones {
		for _, r := range z.Regions {
			electable := r.Electable.Nodes
			if c.Declared.Shared() {
				electable = cmp.Or(electable, sharedNodes)
			}
			add := func(n int, node NodeType, priority int) {
				for range n {
					all = append(all, Member{Node: node, Provider: r.Cloud(), Region: r.Name, Priority: priority})
				}
			}
			add(electable, Electable, max(r.Priority, 1))
			add(r.ReadOnly.Nodes, ReadOnly, 0)
			add(r.Analytics.Nodes, Analytics, 0)
		}
	}
	if len(all) == 0 {
		all = []Member{{Node: Electable, Priority: 1}}
	}
	return all
}

// Next returns the topology that follows from the cluster's members, its declaration and the requests made of it. It
// depends on these alone, so that a process that has crashed while applying it gets it again. Members that stay keep
// their numbers and ports; new ones have no port yet.
func (c *Cluster) Next() Topology {
	next := Topology{Term: c.Term, Version: c.Version, Followed: c.Failovers}
	next.Members = c.match(c.nodes())
	changed := next.Version == 0 || !slices.EqualFunc(next.Members, c.Members, sameNode)
	if changed {
		next.Version++
	}
	for i := range next.Members {
		m := &next.Members[i]
		away := c.Lost(*m)
		changed = changed || m.Away != away
		m.Away = away
	}
	next.elect(changed, c.Failovers > c.Followed)
	return next
}

// match gives the nodes the numbers and ports of the cluster's present members: first of members of the same kind and
// place, then of members of the same kind, which move to another place and keep their address.
func (c *Cluster) match(nodes []Member) []Member {
	left, last := slices.Clone(c.Members), 0
	for _, m := range left {
		last = max(last, m.ID+1)
	}
	const unmatched = -1
	for i := range nodes {
		nodes[i].ID = unmatched
	}
	for _, alike := range []func(m, n Member) bool{
		func(m, n Member) bool { return m.Node == n.Node && m.Provider == n.Provider && m.Region == n.Region },
		func(m, n Member) bool { return m.Node == n.Node },
	} {
		for i := range nodes {
			n := &nodes[i]
			at := slices.IndexFunc(left, func(m Member) bool { return alike(m, *n) })
			if n.ID != unmatched || at < 0 {
				continue
			}
			m := left[at]
			n.ID, n.Host, n.Port, n.Primary, n.Away = m.ID, m.Host, m.Port, m.Primary, m.Away
			left = slices.Delete(left, at, at+1)
		}
	}
	for i := range nodes {
		if nodes[i].ID == unmatched {
			nodes[i].ID = last
			last++
		}
	}
	return nodes
}

func sameNode(a, b Member) bool {
	return a.ID == b.ID && a.Node == b.Node && a.Provider == b.Provider && a.Region == b.Region && a.Priority == b.Priority
}

// elect decides which member is primary. The present one stays, unless another is asked for; when members come or go,
// the one with the highest priority takes over. Without a majority of the electable members there is no primary.
// Source: MongoDB manual, "Replica Set Elections".
func (t *Topology) elect(changed, another bool) {
	was, best, electable, present := -1, -1, 0, 0
	for i, m := range t.Members {
		if m.Primary {
			was = i
		}
		if m.Node == Electable {
			electable++
		}
		if m.Node != Electable || m.Away {
			continue
		}
		present++
		if another && m.Primary {
			continue
		}
		if best < 0 || m.Priority > t.Members[best].Priority {
			best = i
		}
	}
	stays := was >= 0 && !t.Members[was].Away
	switch {
	case 2*present <= electable:
		best = -1
	case stays && (best < 0 || !another && (!changed || t.Members[best].Priority <= t.Members[was].Priority)):
		best = was
	}
	if best >= 0 && (best != was || another) {
		t.Term++
	}
	for i := range t.Members {
		t.Members[i].Primary = i == best
	}
}
