package backup_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	clusterfamily "github.com/telamon-db/telamon/internal/resource/cluster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// diary is a plane that only records calls, and calls the test while a cluster is paused.
type diary struct {
	backup.Plane // of which nothing else is asked

	steps  []string
	paused func()
}

func (d *diary) note(step string) { d.steps = append(d.steps, step) }

func (d *diary) Snapshot(context.Context, model.ID, model.ID) (plane.Taken, error) {
	return plane.Taken{Size: 1}, nil
}
func (d *diary) Contents(context.Context, model.ID) ([]plane.Namespace, error) { return nil, nil }
func (d *diary) Export(context.Context, plane.Export, func(collections, total int)) error {
	return nil
}
func (d *diary) VerifyAll(context.Context, []model.ID) (map[model.ID]error, error) { return nil, nil }
func (d *diary) DropSnapshot(context.Context, model.ID) error                      { return nil }
func (d *diary) Sweep(context.Context, model.ID, []model.ID, bool) error           { return nil }
func (d *diary) Send(context.Context, model.ID) error                              { return nil }
func (d *diary) Hold(model.ID) (release func())                                    { d.note("hold"); return func() { d.note("release") } }
func (d *diary) Lay(context.Context, model.ID, []plane.Leg, model.ID, string) error {
	d.note("lay")
	return nil
}
func (d *diary) Unlay(model.ID, string) error                                      { d.note("unlay"); return nil }
func (d *diary) Ship(context.Context, model.ID, time.Time) error                   { return nil }
func (d *diary) Unship(model.ID)                                                   {}
func (d *diary) PruneLogs(context.Context, model.ID, string, bson.Timestamp) error { return nil }
func (d *diary) Pack(context.Context, model.ID, model.ID, string, time.Time) error { return nil }
func (d *diary) Data(model.ID) (int64, error)                                      { return 0, nil }
func (d *diary) DropCopies(context.Context, model.ID) error                        { return nil }
func (d *diary) Packed(model.ID) (*os.File, error)                                 { return nil, os.ErrNotExist }
func (d *diary) DropPack(model.ID) error                                           { return nil }
func (d *diary) Pause(context.Context, model.ID, time.Time) error {
	d.note("pause")
	d.paused()
	return nil
}
func (d *diary) Start(c *model.Cluster) (model.Topology, error) {
	d.note("start on " + c.Dataset)
	return model.Topology{}, nil
}

// TestTheTargetNeverStaysPaused: while a restore has closed the target's database, the job may be deleted with its
// snapshot's cluster, and the target be paused or deleted. In each case, a target that should run runs on the dataset that
// its row names.
func TestTheTargetNeverStaysPaused(t *testing.T) {
	change := func(how func(*model.Cluster)) func(store.Tx, *backup.Job, *model.Cluster) error {
		return func(tx store.Tx, _ *backup.Job, c *model.Cluster) error {
			how(c)
			return state.Clusters.Put(tx, c)
		}
	}
	for name, c := range map[string]struct {
		happens func(tx store.Tx, j *backup.Job, c *model.Cluster) error
		fails   bool
		then    []string
	}{
		"nothing":  {change(func(*model.Cluster) {}), false, []string{"start on job"}},
		"job gone": {func(tx store.Tx, j *backup.Job, _ *model.Cluster) error { return backup.Jobs.Delete(tx, j) }, true, []string{"start on data"}},
		"updating": {change(func(c *model.Cluster) { c.State = model.Updating }), false, []string{"start on job"}},
		"paused":   {change(func(c *model.Cluster) { c.Declared.Paused = true }), true, nil},
		"deleted":  {change(func(c *model.Cluster) { c.State = model.Deleting }), true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			st := sqlitetest.Open(t, time.Now, state.Projects.Schema(), state.Clusters.Schema(), reconcile.Works.Schema(), backup.Jobs.Schema())
			target := &model.Cluster{ID: "target", GroupID: "p", Name: "alpha", State: model.Idle, Dataset: "data"}
			job := &backup.Job{ID: "job", TargetID: "target", TargetIn: "p", Target: "alpha"}
			update := func(fn func(store.Tx) error) {
				if err := st.Update(t.Context(), fn); err != nil {
					t.Error(err)
				}
			}
			update(func(tx store.Tx) error {
				return errors.Join(state.Projects.Put(tx, &model.Project{ID: "p", OrgID: "o"}), state.Clusters.Put(tx, target), backup.Jobs.Put(tx, job))
			})
			d := &diary{paused: func() { update(func(tx store.Tx) error { return c.happens(tx, job, target) }) }}
			_, err := backup.Restoring{Service: &backup.Service{Store: st, Plane: d, Wake: clusterfamily.Wake}}.Reconcile(t.Context(), "job")
			if (err != nil) != c.fails {
				t.Errorf("the attempt ends with %v", err)
			}
			if want := slices.Concat([]string{"hold", "lay", "pause"}, c.then, []string{"release"}); !slices.Equal(d.steps, want) {
				t.Errorf("the plane was asked %v, want %v", d.steps, want)
			}
		})
	}
}

// closed is a plane whose databases cannot be opened while shut is set.
type closed struct {
	diary
	shut bool
}

var errShut = errors.New("it cannot be opened")

func (c *closed) Start(*model.Cluster) (model.Topology, error) {
	if c.shut {
		return model.Topology{}, errShut
	}
	return model.Topology{}, nil
}

// TestAJobIsFinishedWhenTheDatabaseAnswers: a job is finished when the database answers, not before. Once the target has
// switched to the new dataset, the job is not given up, and the dataset is not removed.
func TestAJobIsFinishedWhenTheDatabaseAnswers(t *testing.T) {
	st := sqlitetest.Open(t, time.Now, state.Projects.Schema(), state.Clusters.Schema(), reconcile.Works.Schema(), backup.Jobs.Schema())
	update := func(fn func(store.Tx) error) {
		t.Helper()
		if err := st.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx store.Tx) error {
		return errors.Join(state.Projects.Put(tx, &model.Project{ID: "p", OrgID: "o"}),
			state.Clusters.Put(tx, &model.Cluster{ID: "target", GroupID: "p", Name: "alpha", State: model.Idle, Dataset: "data"}),
			backup.Jobs.Put(tx, &backup.Job{ID: "job", TargetID: "target", TargetIn: "p", Target: "alpha"}))
	})
	finished := func() (yes bool) {
		t.Helper()
		update(func(tx store.Tx) error {
			j, err := backup.Jobs.Get(tx, "job")
			yes = err == nil && !j.Finished.IsZero()
			return err
		})
		return yes
	}
	plane := &closed{diary: diary{paused: func() {}}, shut: true}
	r := backup.Restoring{Service: &backup.Service{Store: st, Plane: plane, Wake: clusterfamily.Wake}}
	for range 3 {
		if _, err := r.Reconcile(t.Context(), "job"); !errors.Is(err, errShut) || finished() {
			t.Fatalf("the attempt ends with %v, the job is finished: %v", err, finished())
		}
		if err := r.GiveUp(t.Context(), "job", errShut); !errors.Is(err, errShut) || slices.Contains(plane.steps, "unlay") {
			t.Fatalf("it is given up: %v; the plane was asked %v", err, plane.steps)
		}
	}
	plane.shut = false
	if _, err := r.Reconcile(t.Context(), "job"); err != nil || !finished() {
		t.Errorf("the attempt ends with %v, the job is finished: %v", err, finished())
	}
}
