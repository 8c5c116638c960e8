package events

import (
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Events about clusters, done by a person, by a service account and by the server itself.
func TestClustersAndActors(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, []*store.Schema{state.Projects.Schema(), state.Organizations.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	p := &model.Project{ID: model.NewID(), OrgID: model.NewID()}
	person := authz.NewContext(t.Context(), &authz.Principal{
		Kind: authz.CloudUser, ID: model.NewID(), Name: "ada@example.com", Address: netip.MustParseAddr("2001:db8::1"),
	})
	account := authz.NewContext(t.Context(), &authz.Principal{Kind: authz.ServiceAccount, ID: "mdb_sa_id_0123456789abcdef01234567", Name: "mdb_sa_id_0123456789abcdef01234567"})
	err = st.Update(t.Context(), func(tx store.Tx) error {
		if err := event.Write(store.Within(person, tx), event.InProject("CLUSTER_CREATED", p).About(event.Cluster("one"))); err != nil {
			return err
		}
		if err := event.Write(store.Within(account, tx), event.InProject("CLUSTER_CREATED", p).About(event.Cluster("two"))); err != nil {
			return err
		}
		return event.Write(tx, event.InProject("CLUSTER_READY", p).About(event.Cluster("one")))
	})
	if err != nil {
		t.Fatal(err)
	}
	list := func(clusters ...string) []EventView {
		t.Helper()
		in := listOfProjectIn{ClusterNames: clusters, listed: listed{Paging: api.Paging{PageNum: 1, ItemsPerPage: 10, IncludeCount: true}, IncludeRaw: true}}
		in.GroupID = p.ID
		page, err := store.Read(st, (&Service{}).listOfProject)(t.Context(), in)
		if err != nil || *page.TotalCount != len(page.Results) {
			t.Fatalf("%v: %+v %v", clusters, page, err)
		}
		return page.Results
	}
	one := list("one")
	if len(one) != 2 || one[0].EventTypeName != "CLUSTER_READY" || one[1].Raw.ClusterName != "one" {
		t.Errorf("events of cluster one: %+v", one)
	}
	if e := one[0]; e.UserID+e.Username+e.APIKeyID+e.PublicKey+e.RemoteAddress != "" {
		t.Errorf("the server's own event names somebody: %+v", e)
	}
	if e := one[1]; e.Username != "ada@example.com" || e.UserID == "" || e.PublicKey != "" || e.RemoteAddress != "2001:db8:0:0:0:0:0:1" {
		t.Errorf("a person's event: %+v", e)
	}
	if two := list("two"); len(two) != 1 || two[0].APIKeyID != "0123456789abcdef01234567" || two[0].PublicKey != "mdb_sa_id_0123456789abcdef01234567" {
		t.Errorf("events of cluster two: %+v", two)
	}
	if n := len(list("one", "two")); n != 3 {
		t.Errorf("%d events of both", n)
	}
}
