package model

// The limits of a project whose objects Telamon counts.
const (
	LimitClusters       = "atlas.project.deployment.clusters"
	LimitDatabaseUsers  = "atlas.project.security.databaseAccess.users"
	LimitCustomRoles    = "atlas.project.security.databaseAccess.customRoles"
	LimitNetworkEntries = "atlas.project.security.networkAccess.entries"
)

// Limit is how many of something a project may have: the default, and the bounds of what its owner may set.
type Limit struct {
	Name    string
	Minimum int64
	Default int64
	Maximum int64
}

// Limits are all limits of projects but those of Data Federation, which Telamon does not have, by name. The numbers are
// the service's. (For network entries its documentation names a maximum below the default; here it is the default.)
// Limits of things that Telamon lacks (private links, regions) can be set, and their usage stays 0.
var Limits = []Limit{
	{LimitClusters, 1, 25, 100},
	{"atlas.project.deployment.nodesPerPrivateLinkRegion", 1, 50, 90},
	{"atlas.project.deployment.privateServiceConnectionsPerRegionGroup", 1, 50, 100},
	{"atlas.project.deployment.privateServiceConnectionsSubnetMask", 20, 27, 27},
	{"atlas.project.deployment.serverlessMTMs", 1, 100, 100},
	{LimitCustomRoles, 1, 100, 1400},
	{LimitDatabaseUsers, 1, 100, 900},
	{"atlas.project.security.networkAccess.crossRegionEntries", 1, 40, 220},
	{LimitNetworkEntries, 1, 200, 200},
}

// LimitNamed returns the limit of that name.
func LimitNamed(name string) (l Limit, ok bool) {
	for _, l := range Limits {
		if l.Name == name {
			return l, true
		}
	}
	return Limit{}, false
}

// Overrides are the limits that a project's owner has set, by name.
type Overrides map[string]int64

// Of returns the limit in force.
func (o Overrides) Of(l Limit) int64 {
	if n, set := o[l.Name]; set {
		return n
	}
	return l.Default
}
