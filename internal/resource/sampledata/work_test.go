package sampledata

import (
	"context"
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

var errPlane = errors.New("no database")

// nowhere is a plane on which every load fails.
type nowhere struct{}

func (nowhere) Load(context.Context, model.ID, string, string, []bson.Raw) error { return errPlane }

// TestFailure: a load that fails again and again is given up.
func TestFailure(t *testing.T) {
	st := sqlitetest.Open(t, nil, Loads.Schema())
	s := &Service{Store: st, Plane: nowhere{}}
	l := &Load{ID: model.NewID(), GroupID: model.NewID(), ClusterID: model.NewID(), Cluster: "alpha"}
	if err := st.Update(t.Context(), func(tx store.Tx) error { return Loads.Put(tx, l) }); err != nil {
		t.Fatal(err)
	}
	_, err := s.Reconcile(t.Context(), l.ID)
	if !errors.Is(err, errPlane) {
		t.Errorf("the load failed with %v", err)
	}
	if err := s.GiveUp(t.Context(), l.ID, err); err != nil {
		t.Fatal(err)
	}
	in := getIn{ID: l.ID}
	in.GroupID = l.GroupID
	w, err := store.Read(st, get)(t.Context(), in)
	if err != nil || w.State != "FAILED" || w.ErrorMessage.Value == nil || w.CompleteDate.Value == nil {
		t.Errorf("a load that failed is %+v: %v", w, err)
	}
	if again, err := s.Reconcile(t.Context(), l.ID); err != nil || !again.IsZero() {
		t.Errorf("a load that has failed goes on: %v", err)
	}
}
