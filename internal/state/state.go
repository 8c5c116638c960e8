// Package state declares the tables of the domain types that several families share. A table that belongs to one family
// is declared there.
package state

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Organizations, by name.
var Organizations = &store.Table[model.Organization]{
	Name: "organizations",
	ID:   func(o *model.Organization) string { return o.ID },
	Rev:  func(o *model.Organization) *int64 { return &o.Rev },
	Indexes: []store.Index[model.Organization]{
		{Name: "name", Key: func(o *model.Organization) []string { return []string{o.Name} }},
	},
}

// Projects: names are unique in an organization.
var Projects = &store.Table[model.Project]{
	Name: "projects",
	ID:   func(p *model.Project) string { return p.ID },
	Rev:  func(p *model.Project) *int64 { return &p.Rev },
	Indexes: []store.Index[model.Project]{
		{Name: "name", Unique: true, Key: func(p *model.Project) []string { return []string{p.OrgID, p.Name} }},
	},
}

// Users: usernames are unique without regard to case and Unicode composition: find them with UserNamed. The index
// itself ignores case only, because an older store may have users whose names differ in composition.
var Users = &store.Table[model.CloudUser]{
	Name: "cloud_users",
	ID:   func(u *model.CloudUser) string { return u.ID },
	Rev:  func(u *model.CloudUser) *int64 { return &u.Rev },
	Indexes: []store.Index[model.CloudUser]{
		{Name: "username", Unique: true, Key: func(u *model.CloudUser) []string { return []string{strings.ToLower(u.Username)} }},
		{Name: "folded", Key: func(u *model.CloudUser) []string { return []string{FoldUsername(u.Username)} }},
		{Name: "maker", Key: func(u *model.CloudUser) []string {
			if u.Maker == "" {
				return nil
			}
			return []string{u.Maker}
		}},
	},
}

// Memberships, by the scope they are in and by the user they are of.
var Memberships = &store.Table[model.Membership]{
	Name: "memberships",
	ID:   func(m *model.Membership) string { return MembershipID(m.UserID, m.Scope()) },
	Rev:  func(m *model.Membership) *int64 { return &m.Rev },
	Indexes: []store.Index[model.Membership]{
		{Name: "scope", Key: func(m *model.Membership) []string { return []string{m.Scope(), strings.ToLower(m.Username)} }},
		{Name: "user", Key: func(m *model.Membership) []string { return []string{m.UserID, m.OrgID, m.GroupID} }},
		{Name: "org", Key: func(m *model.Membership) []string { return []string{m.OrgID, m.UserID, m.GroupID} }},
	},
}

// MembershipID is the id of a user's membership in a project or organization.
func MembershipID(user, scope model.ID) string { return user + "@" + scope }

// FoldUsername returns a username in the form in which it is compared: without regard to case, and to whether an accented
// letter is one character or two (Unicode Standard Annex 15, form C).
func FoldUsername(username string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(username)))
}

// APIKeys, by public key and by organization.
var APIKeys = &store.Table[model.APIKey]{
	Name: "api_keys",
	ID:   func(k *model.APIKey) string { return k.ID },
	Rev:  func(k *model.APIKey) *int64 { return &k.Rev },
	Indexes: []store.Index[model.APIKey]{
		{Name: "public", Unique: true, Key: func(k *model.APIKey) []string { return []string{k.PublicKey} }},
		{Name: "org", Key: func(k *model.APIKey) []string { return []string{k.OrgID, TimeKey(k.Created)} }},
	},
}

// KeyAddresses are the access lists of API keys.
var KeyAddresses = &store.Table[model.KeyAddress]{
	Name: "api_key_addresses",
	ID:   func(a *model.KeyAddress) string { return a.KeyID + "@" + a.CIDR },
	Rev:  func(a *model.KeyAddress) *int64 { return &a.Rev },
	Indexes: []store.Index[model.KeyAddress]{
		{Name: "key", Key: func(a *model.KeyAddress) []string { return []string{a.KeyID, TimeKey(a.Created), a.CIDR} }},
	},
}

// ServiceAccounts, by organization.
var ServiceAccounts = &store.Table[model.ServiceAccount]{
	Name: "service_accounts",
	ID:   func(a *model.ServiceAccount) string { return a.ClientID },
	Rev:  func(a *model.ServiceAccount) *int64 { return &a.Rev },
	Indexes: []store.Index[model.ServiceAccount]{
		{Name: "org", Key: func(a *model.ServiceAccount) []string { return []string{a.OrgID, TimeKey(a.Created)} }},
	},
}

// Tokens, by account and expiry.
var Tokens = &store.Table[model.Token]{
	Name: "tokens",
	ID:   func(t *model.Token) string { return t.Hash },
	Rev:  func(t *model.Token) *int64 { return &t.Rev },
	Indexes: []store.Index[model.Token]{
		{Name: "client", Key: func(t *model.Token) []string { return []string{t.ClientID, TimeKey(t.Expires)} }},
	},
}

// TimeKey returns a time as a part of a key. Keys sort as the times do.
func TimeKey(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// Clusters: names are unique in a project.
var Clusters = &store.Table[model.Cluster]{
	Name: "clusters",
	ID:   func(c *model.Cluster) string { return c.ID },
	Rev:  func(c *model.Cluster) *int64 { return &c.Rev },
	// Before clusters had members, each had one port.
	Older: clusterOfOnePort,
	Indexes: []store.Index[model.Cluster]{
		{Name: "name", Unique: true, Key: func(c *model.Cluster) []string { return []string{c.GroupID, c.Name} }},
		{Name: "node", Key: func(c *model.Cluster) []string { return []string{c.Node} }},
	},
}

// Nodes that share the store, by name.
var Nodes = &store.Table[model.Node]{
	Name: "nodes",
	ID:   func(n *model.Node) string { return n.Name },
	Rev:  func(n *model.Node) *int64 { return &n.Rev },
}

// Moves of clusters, by the cluster. Each cluster has its last one.
var Moves = &store.Table[model.Move]{
	Name: "moves",
	ID:   func(m *model.Move) string { return m.ClusterID },
	Rev:  func(m *model.Move) *int64 { return &m.Rev },
}

// Tables are the tables of this package.
func Tables() []*store.Schema {
	return []*store.Schema{
		Organizations.Schema(), Projects.Schema(), Users.Schema(), Memberships.Schema(), APIKeys.Schema(), KeyAddresses.Schema(),
		Teams.Schema(), TeamMembers.Schema(), ServiceAccounts.Schema(), Tokens.Schema(), Clusters.Schema(), CustomRoles.Schema(), Settings.Schema(), Nodes.Schema(), Moves.Schema(),
	}
}
