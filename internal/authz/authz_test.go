package authz

import (
	"context"
	"testing"
)

var (
	inOrg     = Scope{OrgID: "o"}
	inProject = Scope{OrgID: "o", GroupID: "p"}
	sibling   = Scope{OrgID: "o", GroupID: "q"}
	elsewhere = Scope{OrgID: "x", GroupID: "y"}
	nowhere   = Scope{}
)

// of is a role in the organization o or the project p.
func of(roles ...Role) (grants []Grant) {
	for _, r := range roles {
		g := Grant{Role: r, OrgID: "o"}
		if r.IsGroup() {
			g = Grant{Role: r, GroupID: "p"}
		}
		grants = append(grants, g)
	}
	return grants
}

var orgRoles = []Role{OrgOwner, OrgGroupCreator, OrgBillingAdmin, OrgBillingReadOnly, OrgStreamAdmin, OrgReadOnly, OrgMember}

var groupRoles = []Role{
	GroupOwner, GroupReadOnly, GroupAccessManager, GroupAtlasAdmin, GroupBackupCreator, GroupBackupExportOperator, GroupBackupManager, GroupBackupRecovery,
	GroupChartsAdmin, GroupClusterCreator, GroupClusterManager, GroupClusterTester, GroupDataAccessAdmin, GroupDataAccessReadOnly, GroupDataAccessReadWrite,
	GroupDatabaseAccessAdmin, GroupNetworkAccessManager, GroupObservabilityViewer, GroupReplicaSetManager, GroupSearchIndexEditor, GroupStreamProcessingOwner,
}

// TestInclusion holds every role against every other one, in its own scope and in all others.
func TestInclusion(t *testing.T) {
	for _, has := range orgRoles {
		for _, want := range orgRoles {
			includes := has == want || has == OrgOwner || want == OrgMember
			check(t, has, want, includes, inOrg, inProject, sibling)
			check(t, has, want, false, elsewhere, Scope{OrgID: "x"})
			check(t, has, want, includes, nowhere)
		}
		for _, want := range groupRoles {
			includes := has == OrgOwner || has == OrgReadOnly && want == GroupReadOnly
			check(t, has, want, includes, inOrg, inProject, sibling, nowhere)
			check(t, has, want, false, elsewhere)
		}
	}
	for _, has := range groupRoles {
		for _, want := range groupRoles {
			includes := has == want || has == GroupOwner || want == GroupReadOnly
			check(t, has, want, includes, inProject, nowhere)
			check(t, has, want, false, sibling, elsewhere, inOrg)
		}
		for _, want := range orgRoles {
			check(t, has, want, false, inOrg, inProject, sibling, elsewhere, nowhere)
		}
	}
}

func check(t *testing.T, has, want Role, ok bool, scopes ...Scope) {
	t.Helper()
	for _, s := range scopes {
		if got := Any(want).Allows(of(has), s); got != ok {
			t.Errorf("%s gives %s in %+v: %v", has, want, s, got)
		}
	}
}

// A grant counts in its own place only, whatever else its holder has.
func TestGrantsDoNotMix(t *testing.T) {
	grants := []Grant{{Role: GroupReadOnly, GroupID: "p"}, {Role: GroupOwner, GroupID: "q"}, {Role: OrgMember, OrgID: "o"}, {Role: OrgOwner, OrgID: "x"}}
	for s, ok := range map[Scope]bool{inProject: false, sibling: true, elsewhere: true, {OrgID: "o", GroupID: "r"}: false} {
		if got := Any(GroupClusterManager).Allows(grants, s); got != ok {
			t.Errorf("in %+v: %v", s, got)
		}
	}
	for s, ok := range map[Scope]bool{inOrg: false, {OrgID: "x"}: true, {OrgID: "z"}: false} {
		if got := Any(OrgGroupCreator).Allows(grants, s); got != ok {
			t.Errorf("in %+v: %v", s, got)
		}
	}
	if Any(GroupReadOnly).Allows(nil, inProject) || Any().Allows(grants, inProject) {
		t.Error("nobody, or no role, is enough")
	}
	if !Any(OrgReadOnly, GroupOwner).Allows(grants, sibling) {
		t.Error("one role of several is not enough")
	}
	// An id that is missing never matches one that is missing elsewhere.
	broken := []Grant{{Role: GroupOwner}, {Role: OrgOwner}}
	for _, s := range []Scope{inOrg, inProject, elsewhere} {
		if Any(GroupOwner).Allows(broken, s) || Any(OrgOwner).Allows(broken, s) {
			t.Errorf("a grant of nothing counts in %+v", s)
		}
	}
}

func TestRequirements(t *testing.T) {
	var forgotten Requirement
	if forgotten.Declared() || forgotten.Allows(of(OrgOwner), inOrg) {
		t.Error("a forgotten requirement lets somebody in")
	}
	for name, r := range map[string]Requirement{"public": Public, "authenticated": Authenticated} {
		if !r.Declared() || !r.Allows(nil, inProject) || r.IsPublic() != (name == "public") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	self := Any(OrgOwner).OrSelf("userId")
	if self.Self != "userId" || Any(OrgOwner).Self != "" || self.Allows(nil, inOrg) || !self.Allows(of(OrgOwner), inOrg) {
		t.Errorf("or the caller: %+v", self)
	}
}

func TestSees(t *testing.T) {
	for _, c := range []struct {
		grants              []Grant
		org, project, other bool
	}{
		{nil, false, false, false},
		{of(OrgOwner), true, true, true},
		{of(OrgReadOnly), true, true, true},
		{of(OrgMember), true, false, false},
		{of(OrgGroupCreator), true, false, false},
		{of(OrgBillingAdmin), true, false, false},
		{of(GroupObservabilityViewer), false, true, false},
		{of(OrgMember, GroupOwner), true, true, false},
	} {
		if got := Sees(c.grants, inOrg); got != c.org {
			t.Errorf("%v sees the organization: %v", c.grants, got)
		}
		if got := Sees(c.grants, inProject); got != c.project {
			t.Errorf("%v sees the project: %v", c.grants, got)
		}
		if got := Sees(c.grants, sibling); got != c.other {
			t.Errorf("%v sees the other project: %v", c.grants, got)
		}
		if Sees(c.grants, elsewhere) {
			t.Errorf("%v sees another organization's project", c.grants)
		}
	}
}

func TestReadsOnly(t *testing.T) {
	reading := map[Role]bool{
		OrgMember: true, OrgReadOnly: true, OrgBillingReadOnly: true, GroupReadOnly: true, GroupDataAccessReadOnly: true, GroupObservabilityViewer: true,
	}
	for _, r := range append(orgRoles[:len(orgRoles):len(orgRoles)], groupRoles...) {
		if got := ReadsOnly(of(r)); got != reading[r] {
			t.Errorf("%s reads only: %v", r, got)
		}
		if ReadsOnly(of(r, GroupBackupManager)) {
			t.Errorf("%s beside a role that changes things", r)
		}
	}
	if !ReadsOnly(nil) {
		t.Error("who has no role changes nothing")
	}
}

func TestCallers(t *testing.T) {
	who := &Principal{Kind: APIKey, ID: "k"}
	if got := From(NewContext(t.Context(), who)); got != who {
		t.Errorf("the caller is %+v", got)
	}
	if got := From(context.Background()); got.Kind != System || len(got.Grants) > 0 {
		t.Errorf("without a caller it is %+v", got)
	}
}
