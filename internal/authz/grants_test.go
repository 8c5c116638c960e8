package authz

import (
	"slices"
	"testing"
)

func TestRolesAreReplacedInOneScope(t *testing.T) {
	member, owner := Grant{Role: OrgMember, OrgID: "o"}, Grant{Role: OrgOwner, OrgID: "o"}
	p, q := Grant{Role: GroupOwner, GroupID: "p"}, Grant{Role: GroupReadOnly, GroupID: "q"}
	have := []Grant{member, p, q}
	for name, c := range map[string]struct{ got, want []Grant }{
		"organization": {OfOrganization(have, "o", []Role{OrgOwner, OrgMember, OrgOwner}), []Grant{owner, member, p, q}},
		"project":      {OfProject(have, "p", []Role{GroupReadOnly}), []Grant{member, q, {Role: GroupReadOnly, GroupID: "p"}}},
		"left":         {OfProject(have, "p", nil), []Grant{member, q}},
		"entered":      {OfProject(nil, "p", []Role{GroupOwner}), []Grant{p}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if !slices.Equal(have, []Grant{member, p, q}) {
		t.Errorf("the grants themselves were changed: %v", have)
	}
	if got := In(have, "q"); !slices.Equal(got, []Role{GroupReadOnly}) {
		t.Errorf("roles in a project: %v", got)
	}
	if got := In(have, "o"); !slices.Equal(got, []Role{OrgMember}) {
		t.Errorf("roles in the organization: %v", got)
	}
}
