// Package authz decides whether roles allow an operation in a scope. It is pure: no store, no requests.
//
// The rules of inclusion are the service's: an organization owner holds every organization role and owns every project
// of the organization; every project role includes reading it.
package authz

import (
	"context"
	"net/netip"
	"slices"
	"strings"
)

// Role is an organization role (ORG_...) or a project role (GROUP_...).
type Role string

// Grant gives a role in one organization or one project.
type Grant struct {
	Role    Role   `json:"roleName"`
	OrgID   string `json:"orgId,omitempty"`
	GroupID string `json:"groupId,omitempty"`
}

// Scope is where an operation acts: in a project of an organization, in an organization, or (zero) in neither.
type Scope struct{ OrgID, GroupID string }

// Kind says what a principal is.
type Kind string

// The kinds of principals.
const (
	APIKey         Kind = "apiKey"
	ServiceAccount Kind = "serviceAccount"
	System         Kind = "system" // the server itself, for what happens by the clock
	CloudUser      Kind = "user"
)

// Principal is an authenticated caller.
type Principal struct {
	Kind    Kind
	ID      string
	Name    string // public key, client id or username
	OrgID   string // the organization that the key or account belongs to; a user belongs to none
	Grants  []Grant
	Address netip.Addr
}

// Organizations are those that the principal belongs to: one for a key or account, and any number for a user.
func (p *Principal) Organizations() []string {
	if p.Kind != CloudUser {
		return []string{p.OrgID}
	}
	ids := []string{}
	for _, g := range p.Grants {
		if g.OrgID != "" && !slices.Contains(ids, g.OrgID) {
			ids = append(ids, g.OrgID)
		}
	}
	slices.Sort(ids)
	return ids
}

// UserID is the id of a cloud user, and "" for any other principal.
func (p *Principal) UserID() string {
	if p.Kind != CloudUser {
		return ""
	}
	return p.ID
}

type principalKey struct{}

// NewContext returns ctx with its caller.
func NewContext(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From returns the caller of ctx, or a System principal where there is none.
func From(ctx context.Context) *Principal {
	if p, ok := ctx.Value(principalKey{}).(*Principal); ok {
		return p
	}
	return &Principal{Kind: System}
}

// Requirement says which roles an operation needs. The zero value is invalid, so that no declaration is forgotten.
type Requirement struct {
	rule     rule
	anywhere bool
	Roles    []Role // any of them suffices
	Self     string // path parameter that may name the caller instead; "" if none
}

type rule int

const (
	public rule = iota + 1
	authenticated
	anyOf
)

var (
	// Public needs no credentials.
	Public = Requirement{rule: public}
	// Authenticated needs valid credentials and no role; the operation itself shows only what its caller may see.
	Authenticated = Requirement{rule: authenticated}
)

// Any needs one of the roles in the operation's scope.
func Any(roles ...Role) Requirement { return Requirement{rule: anyOf, Roles: roles} }

// Anywhere lets a role count in whatever scope it is held, for an operation whose path names none. If its body names a
// scope, the operation checks that itself.
func (r Requirement) Anywhere() Requirement {
	r.anywhere = true
	return r
}

// NeedsScope reports whether r can only be met in a project or an organization.
func (r Requirement) NeedsScope() bool { return r.rule == anyOf && !r.anywhere }

// OrSelf also admits the caller that the path parameter names, unless all its roles are read-only.
func (r Requirement) OrSelf(param string) Requirement {
	r.Self = param
	return r
}

// ReadsOnly reports whether no grant lets its holder change anything.
func ReadsOnly(grants []Grant) bool {
	readOnly := []Role{
		OrgMember, OrgReadOnly, OrgBillingReadOnly, GroupReadOnly, GroupDataAccessReadOnly, GroupObservabilityViewer, GroupClusterLogViewer,
	}
	return !slices.ContainsFunc(grants, func(g Grant) bool { return !slices.Contains(readOnly, g.Role) })
}

// Declared reports whether r was declared at all.
func (r Requirement) Declared() bool { return r.rule != 0 }

// IsPublic reports whether r needs no credentials.
func (r Requirement) IsPublic() bool { return r.rule == public }

// Admits reports whether grants satisfy r in scope s. In the zero scope they do not, unless r is met anywhere: an
// operation that forgets to name its scope admits nobody.
func (r Requirement) Admits(grants []Grant, s Scope) bool {
	return !(r.NeedsScope() && s == Scope{}) && r.Allows(grants, s)
}

// Allows is Admits for a caller that has checked the scope: in the zero scope, a role in any scope counts.
func (r Requirement) Allows(grants []Grant, s Scope) bool {
	switch r.rule {
	case public, authenticated:
		return true
	case anyOf:
		return slices.ContainsFunc(r.Roles, func(want Role) bool { return holds(grants, want, s) })
	}
	return false
}

// Sees reports whether grants give any role in s.
func Sees(grants []Grant, s Scope) bool {
	if s == (Scope{}) {
		return false
	}
	if s.GroupID != "" {
		return holds(grants, GroupReadOnly, s)
	}
	return holds(grants, OrgMember, s)
}

func holds(grants []Grant, want Role, s Scope) bool {
	return slices.ContainsFunc(grants, func(g Grant) bool { return gives(g, want, s) })
}

// gives reports whether one grant gives the wanted role in s.
func gives(g Grant, want Role, s Scope) bool {
	if want.IsGroup() && g.OrgID != "" {
		if s != (Scope{}) && g.OrgID != s.OrgID {
			return false
		}
		return g.Role == OrgOwner || g.Role == OrgReadOnly && want == GroupReadOnly
	}
	if s != (Scope{}) {
		if want.IsGroup() && (g.GroupID == "" || g.GroupID != s.GroupID) || !want.IsGroup() && g.OrgID != s.OrgID {
			return false
		}
	}
	return g.Role.Includes(want)
}

// IsGroup reports whether r is a project role.
func (r Role) IsGroup() bool { return strings.HasPrefix(string(r), "GROUP_") }

// Includes reports whether r gives the wanted role in the same organization or project.
func (r Role) Includes(want Role) bool {
	if r == want {
		return true
	}
	if r.IsGroup() != want.IsGroup() {
		return false
	}
	switch {
	case r == OrgOwner || r == GroupOwner:
		return true
	default:
		return want == OrgMember || want == GroupReadOnly
	}
}
