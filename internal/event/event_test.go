package event_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

var project = &model.Project{ID: "p", OrgID: "o"}

// write writes events in one transaction, and returns what the log of each series has, newest first.
func write(t *testing.T, ctx context.Context, events ...event.Event) (series map[string][]*event.Event) {
	t.Helper()
	st := sqlitetest.Open(t, nil)
	err := st.Update(ctx, func(tx store.Tx) error {
		for _, e := range events {
			if err := event.Write(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	series = map[string][]*event.Event{}
	err = st.View(ctx, func(tx store.Tx) error {
		for _, name := range []string{"p", "o"} {
			rows, err := tx.Events(store.EventQuery{Series: name})
			if err != nil {
				return err
			}
			for _, row := range rows {
				e, err := event.Decode(row)
				if err != nil {
					return err
				}
				if row.Type != string(e.Type) || row.Cluster != e.Cluster || row.ID != e.ID {
					t.Errorf("the row %+v is of the event %+v", row, e)
				}
				series[name] = append(series[name], e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return series
}

func types(events []*event.Event) (out []event.Type) {
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

// An event stands where its type belongs: in the project's feed, in the organization's, or in both.
func TestFeeds(t *testing.T) {
	got := write(t, t.Context(), event.InOrg("ORG_CREATED", "o"), event.InProject("GROUP_CREATED", project), event.InProject("CLUSTER_CREATED", project).About(event.Cluster("alpha")))
	if p := types(got["p"]); !slices.Equal(p, []event.Type{"CLUSTER_CREATED", "GROUP_CREATED"}) {
		t.Errorf("the project's: %v", p)
	}
	if o := types(got["o"]); !slices.Equal(o, []event.Type{"GROUP_CREATED", "ORG_CREATED"}) {
		t.Errorf("the organization's: %v", o)
	}
	if both := got["o"][0]; both.ID != got["p"][1].ID || both.GroupID != "p" || both.OrgID != "o" {
		t.Errorf("one event in both: %+v and %+v", both, got["p"][1])
	}
}

func TestWhoDidWhat(t *testing.T) {
	who := &authz.Principal{Kind: authz.APIKey, ID: "k", Name: "abcdefgh", Address: netip.MustParseAddr("203.0.113.7")}
	before := time.Now().Truncate(time.Microsecond)
	all := write(t, authz.NewContext(t.Context(), who),
		event.InProject("MONGODB_USER_ADDED", project).About(event.DatabaseUser("ann")), event.InOrg("API_KEY_CREATED", "o").About(event.Key("ijklmnop")),
		event.InProject("NETWORK_PERMISSION_ENTRY_ADDED", project).About(event.Entry("10.0.0.0/8")), event.InProject("CLUSTER_READY", project).About(event.Cluster("alpha")))
	for _, e := range slices.Concat(all["p"], all["o"]) {
		if e.ActorKind != authz.APIKey || e.ActorID != "k" || e.ActorName != "abcdefgh" || e.Address != "203.0.113.7" {
			t.Errorf("%s was done by %+v", e.Type, e)
		}
		if e.Created.Before(before) || time.Since(e.Created) > time.Minute || len(e.ID) != 24 {
			t.Errorf("%s happened at %v as %s", e.Type, e.Created, e.ID)
		}
	}
	about := []string{all["p"][0].Cluster, all["p"][1].Entry, all["p"][2].DatabaseUser, all["o"][0].TargetKey}
	if !slices.Equal(about, []string{"alpha", "10.0.0.0/8", "ann", "ijklmnop"}) {
		t.Errorf("they are about %v", about)
	}
	if e := write(t, t.Context(), event.InProject("CLUSTER_READY", project))["p"][0]; e.ActorKind != authz.System || e.Address != "" {
		t.Errorf("what the server does itself was done by %+v", e)
	}
}

// An event of a change that fails has not happened.
func TestNoEventWithoutItsChange(t *testing.T) {
	st := sqlitetest.Open(t, nil)
	err := st.Update(t.Context(), func(tx store.Tx) error {
		if err := event.Write(tx, event.InProject("GROUP_CREATED", project)); err != nil {
			return err
		}
		return event.Write(tx, event.InProject("NO_SUCH_TYPE", project))
	})
	if err == nil {
		t.Fatal("an unknown type was written")
	}
	err = st.View(t.Context(), func(tx store.Tx) error {
		for _, series := range []string{"p", "o"} {
			if n, err := tx.CountEvents(store.EventQuery{Series: series}); n != 0 || err != nil {
				t.Errorf("%d events are left in %s (%v)", n, series, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDecode(t *testing.T) {
	if _, err := event.Decode(store.Event{ID: "x", Body: []byte(`{"id":`)}); err == nil {
		t.Error("half an event was read")
	}
	logged := time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC)
	if e, err := event.Decode(store.Event{Created: logged, Body: []byte(`{"id":"x","created":"2001-01-01T00:00:00Z"}`)}); err != nil || !e.Created.Equal(logged) {
		t.Errorf("it happened at %v, in the log's order at %v (%v)", e.Created, logged, err)
	}
}

// Database users once stood in the field of cloud users.
func TestDecodeOlder(t *testing.T) {
	for kind, want := range map[string][2]string{"MONGODB_USER_ADDED": {"ann", ""}, "ORG_INVITATION_DELETED": {"", "ann"}} {
		e, err := event.Decode(store.Event{Type: kind, Body: []byte(`{"type":"` + kind + `","targetUser":"ann"}`)})
		if err != nil || [2]string{e.DatabaseUser, e.TargetUser} != want {
			t.Errorf("%s is about %q and %q: %v", kind, e.DatabaseUser, e.TargetUser, err)
		}
	}
}
