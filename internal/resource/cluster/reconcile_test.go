package cluster

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

const groupID = "64f000000000000000000001"

var errDisk = errors.New("the disk is full")

// broken is a runtime whose disk is full while failing is set, and that remembers what runs.
type broken struct {
	failing bool
	running map[model.ID]bool
	data    int64 // of each cluster
}

func (b *broken) Data(model.ID) (int64, error) { return b.data, nil }

func (b *broken) Start(c *model.Cluster) (model.Topology, error) {
	if b.failing {
		return model.Topology{}, errDisk
	}
	b.running[c.ID] = true
	return model.Topology{Members: []model.Member{{Host: "127.0.0.1", Port: 27017}}}, nil
}

func (b *broken) Stop(id model.ID) error {
	delete(b.running, id)
	return nil
}

// Hold is of no use in a test that does one thing at a time.
func (b *broken) Hold(model.ID) (release func()) { return func() {} }

func (b *broken) Remove(id model.ID) error {
	if b.failing {
		return errDisk
	}
	return b.Stop(id)
}

// bench is a store with one project, a runtime and the reconciler between them, with a clock that the test moves.
type bench struct {
	t     *testing.T
	clock *clock.Clock
	store store.Store
	run   *broken
	Reconciler
	Lifecycle
	gone []string
}

func (b *bench) OnClusterDelete(_ store.Tx, c *model.Cluster) error {
	b.gone = append(b.gone, c.Name)
	return nil
}

func (b *bench) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

func (b *bench) OnClusterLost(store.Tx, *model.Cluster) error { return nil }

func newBench(t *testing.T) *bench {
	b := &bench{t: t, clock: new(clock.Clock), run: &broken{running: map[model.ID]bool{}}}
	b.store = sqlitetest.Open(t, b.clock.Now, append(state.Tables(), policy.Policies.Schema(), reconcile.Works.Schema())...)
	b.Lifecycle = Lifecycle{Node: "here", MinDuration: time.Hour, Networks: noNetworks{}, Names: noNetworks{}}
	b.Reconciler = Reconciler{Store: b.store, Runtime: b.run, Dependents: []Dependent{b}, MinDuration: time.Hour}
	b.update(func(tx store.Tx) error {
		return state.Projects.Put(tx, &model.Project{ID: groupID, OrgID: "64f000000000000000000002", Name: "p"})
	})
	return b
}

func (b *bench) update(fn func(store.Tx) error) {
	b.t.Helper()
	if err := b.store.Update(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

// declare makes a cluster and returns its id.
func (b *bench) declare(name string) model.ID {
	b.t.Helper()
	id := model.NewID()
	b.update(func(tx store.Tx) error {
		return b.Declare(tx, &model.Cluster{ID: id, GroupID: groupID, Name: name, Declared: model.NewDeclared("8.0.0")})
	})
	return id
}

// change does something to a cluster as a request would.
func (b *bench) change(id model.ID, what func(store.Tx, *model.Cluster) error) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, id)
		if err != nil {
			return err
		}
		return what(tx, c)
	})
}

// reconcile runs the reconciler once; want is the state after it, "" for a cluster that is gone.
func (b *bench) reconcile(id model.ID, want model.ClusterState) time.Time {
	b.t.Helper()
	again, err := b.Reconcile(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := b.state(id); got != want {
		b.t.Fatalf("the cluster is %q, want %q", got, want)
	}
	return again
}

func (b *bench) state(id model.ID) (is model.ClusterState) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		is = ""
		c, err := state.Clusters.Get(tx, id)
		if err == nil {
			is = c.State
		}
		return store.IfMissing(err, nil)
	})
	return is
}

func (b *bench) pass(d time.Duration) { b.clock.MoveTo(b.clock.Now().Add(d)) }

// events are the project's events, oldest first.
func (b *bench) events() (types []string) {
	b.t.Helper()
	b.update(func(tx store.Tx) error {
		types = nil
		all, err := tx.Events(store.EventQuery{Series: groupID})
		for _, e := range all {
			types = append([]string{e.Type}, types...)
		}
		return err
	})
	return types
}

// TestDwell: however fast the work is, a state stays for its time, and every run may be the last before a crash.
func TestDwell(t *testing.T) {
	b := newBench(t)
	id := b.declare("alpha")
	if again := b.reconcile(id, model.Creating); again.Before(b.clock.Now().Add(time.Minute)) {
		t.Errorf("it asks to be called again at %v", again)
	}
	b.reconcile(id, model.Creating)
	b.pass(time.Hour)
	b.reconcile(id, model.Idle)
	b.reconcile(id, model.Idle)
	if !b.run.running[id] {
		t.Error("an idle cluster does not run")
	}
	b.change(id, func(tx store.Tx, c *model.Cluster) error {
		next := c.Declared.Clone()
		next.Paused = true
		return b.Change(tx, c, next)
	})
	b.reconcile(id, model.Updating)
	b.pass(time.Hour)
	b.reconcile(id, model.Idle)
	if b.run.running[id] {
		t.Error("a paused cluster runs")
	}
	b.change(id, b.Close)
	b.reconcile(id, model.Deleting)
	b.pass(time.Hour)
	b.reconcile(id, "")
	b.reconcile(id, "")
	want := []string{
		"CLUSTER_CREATED", "CLUSTER_READY", "CLUSTER_UPDATE_SUBMITTED", "CLUSTER_UPDATE_COMPLETED", "CLUSTER_DELETE_SUBMITTED", "CLUSTER_DELETED",
	}
	if got := b.events(); len(got) != len(want) || got[1] != want[1] || got[5] != want[5] {
		t.Errorf("the events are %v, want %v", got, want)
	}
	if len(b.gone) != 1 {
		t.Errorf("those who depend on the cluster were told %v", b.gone)
	}
}

// TestTrouble: a cluster that cannot be made ready is REPAIRING until it can; one that cannot be removed stays DELETING.
func TestTrouble(t *testing.T) {
	b := newBench(t)
	id := b.declare("alpha")
	b.pass(time.Hour)
	b.run.failing = true
	fails := func(want model.ClusterState) {
		t.Helper()
		_, err := b.Reconcile(t.Context(), id)
		if !errors.Is(err, errDisk) {
			t.Fatalf("the cause is %v", err)
		}
		if kept := b.GiveUp(t.Context(), id, err); !errors.Is(kept, errDisk) {
			t.Fatalf("the work is not kept: %v", kept)
		}
		if got := b.state(id); got != want {
			t.Fatalf("the cluster is %s, want %s", got, want)
		}
	}
	fails(model.Repairing)
	fails(model.Repairing)
	b.run.failing = false
	b.reconcile(id, model.Idle)
	if got := b.events(); len(got) != 2 || got[1] != "CLUSTER_READY" {
		t.Errorf("the events are %v", got)
	}
	b.change(id, b.Close)
	b.pass(time.Hour)
	b.run.failing = true
	fails(model.Deleting)
	b.run.failing = false
	b.reconcile(id, "")
}

// TestDeletedOnTheWay: what is asked while the database starts is not overwritten by what comes of the start.
func TestDeletedOnTheWay(t *testing.T) {
	b := newBench(t)
	id := b.declare("alpha")
	b.pass(time.Hour)
	b.Runtime = interrupted{b.run, func() { b.change(id, b.Close) }}
	b.reconcile(id, model.Deleting)
	b.Runtime = b.run
	b.pass(time.Hour)
	b.reconcile(id, "")
	if b.run.running[id] {
		t.Error("a deleted cluster runs")
	}
}

// interrupted does something after each start.
type interrupted struct {
	*broken
	then func()
}

func (i interrupted) Start(c *model.Cluster) (model.Topology, error) {
	topology, err := i.broken.Start(c)
	i.then()
	return topology, err
}

// TestFlexRefusals: a Flex cluster says no in words of its own.
func TestFlexRefusals(t *testing.T) {
	b := newBench(t)
	id := b.declare("alpha")
	b.change(id, func(tx store.Tx, c *model.Cluster) error {
		c.Flex = true
		return b.Close(tx, c)
	})
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, id)
		if err != nil {
			return err
		}
		return b.Close(tx, c)
	})
	if !errors.Is(err, fault.ServerlessBeingClosed) {
		t.Errorf("a second deletion says %v", err)
	}
}

func TestLimit(t *testing.T) {
	b := newBench(t)
	for i := range 25 {
		b.declare(strconv.Itoa(i))
	}
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		return b.Declare(tx, &model.Cluster{ID: model.NewID(), GroupID: groupID, Name: "more"})
	})
	if !errors.Is(err, fault.ClustersLimit) {
		t.Errorf("one cluster more than a project holds says %v", err)
	}
}

// noNetworks makes no containers and knows no names.
type noNetworks struct{}

func (noNetworks) Provide(store.Tx, *model.Cluster) error { return nil }
func (noNetworks) Name(store.Tx, *model.Cluster) error    { return nil }
