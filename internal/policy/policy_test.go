package policy

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

func statement(action, conditions string) string {
	return fmt.Sprintf("forbid (principal, action == ResourcePolicy::Action::%q, resource) %s;", action, conditions)
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		r           model.Region
		least, most int64
	}{
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M30"}}, 30, 30},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M30_GEN_2"}, Analytics: model.Hardware{Nodes: 1, Size: "M10"}}, 10, 30},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M30"}, Analytics: model.Hardware{Size: "M10"}}, 30, 30},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "R40"}}, 0, 0},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M40_NVME"}}, 0, 0},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M30"}, Scaling: model.AutoScaling{Compute: true, ScaleDown: true, MinSize: "M20", MaxSize: "M60"}}, 20, 60},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M30"}, Scaling: model.AutoScaling{Compute: true, MinSize: "M20", MaxSize: "M60"}}, 30, 60},
		{model.Region{Electable: model.Hardware{Nodes: 3, Size: "M0"}}, 0, 0},
	} {
		b := bounds{least: 1 << 20}
		if b.region(&c.r); b.most != c.most || b.most > 0 && b.least != c.least {
			t.Errorf("%+v: %d to %d, want %d to %d", c.r, b.least, b.most, c.least, c.most)
		}
	}
}

// FuzzVerify: a statement that is accepted can be held against a subject; none makes the server end.
func FuzzVerify(f *testing.F) {
	for _, s := range []string{
		statement("cluster.modify", `when { context.cluster.cloudProviders.containsAny([ResourcePolicy::CloudProvider::"aws"]) }`),
		statement("project.ipAccessList.modify", `unless { context.project.ipAccessList.contains(ip("0.0.0.0/0")) }`),
		statement("cluster.modify", `when { if context.cluster.minShardCount < 2 then true else !false }`),
		statement("project.vpcPeering.modify", "when { "+strings.Repeat("!", 300)+"true }"),
		statement("project.vpcPeering.modify", "when { "+strings.Repeat("[", 300)+"true }"),
		`@id("x") forbid (principal, action, resource) when { 1 + 1 == 3 && principal has x.y.z };`,
	} {
		f.Add(s)
	}
	subject := AccessList("p", []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")})
	f.Fuzz(func(t *testing.T, body string) {
		var bad fault.Problems
		Verify(&bad, "body", body)
		if bad.Err() == nil {
			Forbidding([]*Policy{{OrgID: "o", Statements: []Statement{{"s", body}}}}, subject)
		}
	})
}

// TestForgets: statements that are not used any more cost no memory for good.
func TestForgets(t *testing.T) {
	for i := range 200 {
		if _, err := compile(statement("cluster.modify", fmt.Sprintf("when { %d == %d && %q == \"\" }", i, i, strings.Repeat("x", 7000)))); err != nil {
			t.Fatal(err)
		}
	}
	compiled.Lock()
	defer compiled.Unlock()
	total := 0
	for body := range compiled.policies {
		total += len(body)
	}
	if total > mostCompiled || total != compiled.bytes {
		t.Errorf("%d bytes are compiled, and %d counted", total, compiled.bytes)
	}
}

// BenchmarkCheck is what 50 policies add to a change.
func BenchmarkCheck(b *testing.B) {
	st := sqlitetest.Open(b, nil, append(state.Tables(), Policies.Schema())...)
	c := &model.Cluster{ID: "c", GroupID: "p", Name: "alpha", Declared: model.NewFlex("8.0.4", model.AWS, "US_EAST_1")}
	put := func(tx store.Tx) error {
		if err := state.Projects.Put(tx, &model.Project{ID: "p", OrgID: "o", Name: "p"}); err != nil {
			return err
		}
		for i := range 50 {
			body := statement("cluster.modify", fmt.Sprintf(`when { context.cluster.cloudProviders.containsAny([ResourcePolicy::CloudProvider::"azure"]) && context.project.clustersInProject > %d }`, i))
			if err := Policies.Put(tx, &Policy{ID: fmt.Sprint(i), OrgID: "o", Name: fmt.Sprint(i), Statements: []Statement{{fmt.Sprint("s", i), body}}}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := st.Update(b.Context(), put); err != nil {
		b.Fatal(err)
	}
	err := st.View(b.Context(), func(tx store.Tx) error {
		for b.Loop() {
			s, err := Cluster(tx, c, false)
			if err != nil {
				return err
			}
			if err := Check(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
