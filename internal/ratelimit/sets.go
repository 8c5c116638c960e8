package ratelimit

import (
	"slices"
	"strings"
	"time"
)

// Scope says whom or what each bucket of an endpoint set is for.
type Scope string

// The scopes, as the API names them.
const (
	Project      Scope = "GROUP"
	Organization Scope = "ORGANIZATION"
	User         Scope = "USER" // a key or an account
	Address      Scope = "IP"
)

// Set is a set of endpoints that share buckets, one for each project, organization, caller or address.
type Set struct {
	ID     string
	Name   string
	Scope  Scope
	Prefix string // of the paths, below /api/atlas/v2; the longest that fits counts
	Limit
	Default Limit // as the service documents it
}

// Limit is the size of a bucket.
type Limit struct {
	Capacity int // tokens at most
	Refill   int // tokens a minute
}

// Per is the time in which a bucket gets its refill.
const Per = time.Minute

// documented are the service's endpoint sets and their sizes.
var documented = []Set{
	{ID: "project", Name: "Projects", Scope: Project, Prefix: "/groups/{groupId}", Default: Limit{1200, 500}},
	{ID: "clusters", Name: "Clusters", Scope: Project, Prefix: "/groups/{groupId}/clusters", Default: Limit{10000, 5000}},
	{ID: "databaseUsers", Name: "Database Users", Scope: Project, Prefix: "/groups/{groupId}/databaseUsers", Default: Limit{10000, 5000}},
	{ID: "customRoles", Name: "Custom Database Roles", Scope: Project, Prefix: "/groups/{groupId}/customDBRoles", Default: Limit{2000, 1000}},
	{ID: "privateEndpoints", Name: "Private Endpoints", Scope: Project, Prefix: "/groups/{groupId}/privateEndpoint", Default: Limit{4000, 2000}},
	{ID: "search", Name: "Search", Scope: Project, Prefix: "/groups/{groupId}/clusters/{clusterName}/search", Default: Limit{500, 500}},
	{ID: "searchIndexes", Name: "Search Indexes", Scope: Project, Prefix: "/groups/{groupId}/clusters/{clusterName}/fts", Default: Limit{500, 500}},
	{ID: "projectEvents", Name: "Project Events", Scope: Project, Prefix: "/groups/{groupId}/events", Default: Limit{300, 100}},
	{ID: "monitoring", Name: "Monitoring", Scope: Project, Prefix: "/groups/{groupId}/processes", Default: Limit{300, 100}},
	{ID: "organization", Name: "Organizations", Scope: Organization, Prefix: "/orgs/{orgId}", Default: Limit{500, 250}},
	{ID: "teams", Name: "Teams", Scope: Organization, Prefix: "/orgs/{orgId}/teams", Default: Limit{1200, 500}},
	{ID: "organizationSettings", Name: "Organization Settings", Scope: Organization, Prefix: "/orgs/{orgId}/settings", Default: Limit{10, 5}},
	{ID: "user", Name: "All Other Endpoints", Scope: User, Prefix: "", Default: Limit{300, 100}},
	{ID: "projects", Name: "All Projects", Scope: User, Prefix: "/groups", Default: Limit{1200, 500}},
	{ID: "users", Name: "Cloud Users", Scope: User, Prefix: "/users", Default: Limit{2500, 2000}},
	{ID: "public", Name: "Endpoints Without Credentials", Scope: Address, Prefix: "/unauth", Default: Limit{300, 100}},
	{ID: "tokens", Name: "Access Tokens", Scope: Address, Prefix: tokens, Default: Limit{10, 10}},
}

// tokens is the prefix of the token endpoint's set, which has no operation of the API.
const tokens = "oauth"

// find returns the set of a path below /api/atlas/v2. A set's prefix must end at the end of one of the path's segments.
func find(sets []*Set, path string) *Set {
	var best *Set
	for _, s := range sets {
		rest, ok := strings.CutPrefix(path, s.Prefix)
		if ok && (rest == "" || s.Prefix == "" || strings.ContainsRune("/:", rune(rest[0]))) && (best == nil || len(s.Prefix) > len(best.Prefix)) {
			best = s
		}
	}
	return best
}

// IDs are the ids of all sets.
func IDs() []string {
	var ids []string
	for _, s := range documented {
		ids = append(ids, s.ID)
	}
	return slices.Sorted(slices.Values(ids))
}
