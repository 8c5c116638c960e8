package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

type thing struct {
	Name string `json:"name"`
	Rev  int64  `json:"-"`
}

var things = &store.Table[thing]{
	Name: "things",
	ID:   func(x *thing) string { return x.Name },
	Rev:  func(x *thing) *int64 { return &x.Rev },
}

func put(tx store.Tx, name string) (string, error) {
	return name + "!", things.Put(tx, &thing{Name: name})
}

func TestHandlers(t *testing.T) {
	st := sqlitetest.Open(t, nil, things.Schema())
	if out, err := store.Write(st, put)(t.Context(), "a"); out != "a!" || err != nil {
		t.Errorf("wrote %q: %v", out, err)
	}
	if _, err := store.Read(st, put)(t.Context(), "b"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("a handler that reads wrote: %v", err)
	}
	failed := errors.New("failed")
	_, err := store.Write(st, func(tx store.Tx, name string) (string, error) {
		_, err := put(tx, name)
		return "", errors.Join(err, failed)
	})(t.Context(), "c")
	if !errors.Is(err, failed) {
		t.Errorf("failed with %v", err)
	}
	n, err := store.Read(st, func(tx store.Tx, _ struct{}) (int64, error) { return things.Count(tx, store.Query{}) })(t.Context(), struct{}{})
	if n != 1 || err != nil {
		t.Errorf("%d things are left: %v", n, err)
	}
}

func TestWithin(t *testing.T) {
	type caller struct{}
	st := sqlitetest.Open(t, nil, things.Schema())
	err := st.Update(t.Context(), func(tx store.Tx) error {
		other := store.Within(context.WithValue(tx.Context(), caller{}, "ann"), tx)
		if other.Context().Value(caller{}) != "ann" || tx.Context().Value(caller{}) != nil {
			t.Error("it has the caller of the other")
		}
		_, err := put(other, "a")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
