package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var people, places = Namespace{DB: "test", Coll: "people"}, Namespace{DB: "test", Coll: "places"}

// filled is a store with two collections of documents 0 to 4, and a unique index on u.
func filled(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(func() {}); err != nil {
			t.Error(err)
		}
	})
	for _, ns := range []Namespace{people, places} {
		var ids []uint64
		written(t, s, ns, func(tx *Tx) (err error) {
			if err := tx.Ensure(); err != nil {
				return err
			}
			ids, _, err = tx.Announce([]Index{{Name: "u", Parts: []Part{{Path: "u", Dir: 1}}, Unique: true}, {Name: "n", Parts: []Part{{Path: "n", Dir: 1}}}})
			return err
		})
		if err := s.Build(t.Context(), ns, ids); err != nil {
			t.Fatal(err)
		}
		written(t, s, ns, func(tx *Tx) error {
			for i := range int32(5) {
				if err := tx.Insert(person(i, i*10, 0)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s
}

func written(t *testing.T, s *Store, ns Namespace, fn func(*Tx) error) {
	t.Helper()
	if _, err := s.Write(t.Context(), ns, fn); err != nil {
		t.Fatal(err)
	}
}

func person(id, u int32, n any) bson.Raw {
	raw, err := bson.Marshal(bson.D{{Key: "_id", Value: id}, {Key: "u", Value: u}, {Key: "n", Value: n}})
	if err != nil {
		panic(err)
	}
	return raw
}

// shown are the documents of a view, each with its entry in the index on n.
func shown(t *testing.T, v *View) (docs string) {
	t.Helper()
	err := eachRow(context.Background(), v.R, DocumentPrefix(v.Coll.ID), func(key, doc []byte) error {
		entries := 0
		ix := v.Coll.Indexes[1]
		err := eachRow(context.Background(), v.R, IndexPrefix(ix.ID), func(key2, value []byte) error {
			encoded, id, _ := SplitIndexKey(key2, value)
			if bytes.Equal(id, key[prefixLen:]) {
				entries++
				if want, _, _ := ix.Keys(doc); !slices.ContainsFunc(want, func(k []byte) bool { return bytes.Equal(k, encoded) }) {
					t.Errorf("%s stands in the index by something else", bson.Raw(doc))
				}
			}
			return nil
		})
		docs += fmt.Sprintf("%d:%s/%d ", bson.Raw(doc).Lookup("_id").Int32(), bson.Raw(doc).Lookup("n"), entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func (s *Store) now(t *testing.T, ns Namespace) string {
	t.Helper()
	v := s.View(ns)
	defer v.Close()
	found, err := Inspect(t.Context(), v.R, v.Coll)
	if err != nil || len(found.Faults) > 0 {
		t.Errorf("%v, %v", err, found)
	}
	return shown(t, v)
}

// change replaces document id, which the transaction or the store has as old.
func change(id int32, n any) func(*Tx) error {
	return func(tx *Tx) error {
		old, err := Read(tx.Reader(), DocumentKey(tx.Coll.ID, person(id, 0, 0).Lookup("_id")))
		if err != nil || old == nil {
			return errors.Join(err, errors.New("not there"))
		}
		return tx.Update(old, person(id, bson.Raw(old).Lookup("u").Int32(), n))
	}
}

func remove(id int32) func(*Tx) error {
	return func(tx *Tx) error {
		old, err := Read(tx.Reader(), DocumentKey(tx.Coll.ID, person(id, 0, 0).Lookup("_id")))
		if err != nil {
			return err
		}
		return tx.Remove(old)
	}
}

// TestTransactions: two transactions with a snapshot each write in turn.
func TestTransactions(t *testing.T) {
	s := filled(t)
	const before = "0:{\"$numberInt\":\"0\"}/1 1:{\"$numberInt\":\"0\"}/1 2:{\"$numberInt\":\"0\"}/1 3:{\"$numberInt\":\"0\"}/1 4:{\"$numberInt\":\"0\"}/1 "
	do := func(x *Transaction, ns Namespace, want error, fn func(*Tx) error) {
		t.Helper()
		if err := x.Write(t.Context(), ns, fn); !errors.Is(err, want) || want == nil && err != nil {
			t.Fatalf("%v instead of %v", err, want)
		}
	}
	ann, bob := s.Begin(), s.Begin()
	do(ann, people, nil, change(1, bson.A{7, 8}))
	do(ann, people, nil, remove(2))
	do(ann, places, nil, func(tx *Tx) error { return tx.Insert(person(9, 90, 1)) })
	do(bob, people, nil, change(3, 5))
	do(bob, people, ErrConflict, change(1, 5))
	do(bob, people, ErrConflict, func(tx *Tx) error { return tx.Insert(person(7, 20, 1)) }) // whose u ann has freed, perhaps
	if got := shown(t, ann.View(people)); len(got) == len(before) || shown(t, bob.View(people)) == before || got == shown(t, bob.View(people)) {
		t.Errorf("ann has %s, bob %s", got, shown(t, bob.View(people)))
	}
	if s.now(t, people) != before {
		t.Error("others see what is not committed")
	}
	written(t, s, people, change(4, 4)) // others go on, with other documents
	do(bob, people, ErrConflict, change(4, 5))
	failed := errors.New("failed")
	mine := shown(t, ann.View(people))
	do(ann, people, failed, func(tx *Tx) error { return errors.Join(change(0, 99)(tx), failed) })
	if got := shown(t, ann.View(people)); got != mine {
		t.Errorf("what failed has left %s, it was %s", got, mine)
	}
	waits := make(chan error, 2)
	go func() { _, err := s.Write(context.Background(), people, change(1, 6)); waits <- err }()
	go func() {
		_, err := s.Write(context.Background(), places, func(tx *Tx) error { return tx.DropIndex(tx.Coll.Indexes[1]) })
		waits <- err
	}()
	bob.Abort()
	if bob.Write(t.Context(), people, remove(3)) == nil {
		t.Error("a transaction goes on after its end")
	}
	if len(waits) > 0 {
		t.Errorf("has not waited for ann: %v", <-waits)
	}
	if _, err := ann.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(<-waits, <-waits); err != nil {
		t.Fatal(err)
	}
	const after = "0:{\"$numberInt\":\"0\"}/1 1:{\"$numberInt\":\"6\"}/1 3:{\"$numberInt\":\"0\"}/1 4:{\"$numberInt\":\"4\"}/1 "
	if got := s.now(t, people); got != after {
		t.Errorf("%s instead of %s", got, after)
	}
	if s.claims.n.Load() != 0 || len(s.claims.by)+len(s.claims.in) != 0 {
		t.Error("something is still claimed")
	}
	if v := s.View(places); len(v.Coll.Indexes) != 1 {
		t.Error("the index is still there")
	} else {
		v.Close()
	}
}

// TestOverlay compares an overlay with a map, step by step in both directions.
func TestOverlay(t *testing.T) {
	s := filled(t)
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		key := func() []byte { return []byte{0xfe, byte(r.IntN(12))} }
		batch, model := s.db.NewIndexedBatch(), map[string]string{}
		for range r.IntN(8) {
			k := key()
			model[string(k)] = "under"
			if err := batch.Set(k, []byte("under"), nil); err != nil {
				t.Fatal(err)
			}
		}
		first := s.overlay(of{batch})
		o := s.overlay(first)
		for range r.IntN(12) {
			k, to, v := key(), []*overlay{first, o}[r.IntN(2)], fmt.Sprint(r.IntN(100))
			if to == first {
				if it, _ := o.ownIter(k, append(k, 0)); it.First() { // hidden
					to = o
					_ = it.Close()
				} else {
					_ = it.Close()
				}
			}
			if r.IntN(3) == 0 {
				delete(model, string(k))
				_ = to.unset(k)
			} else {
				model[string(k)] = v
				_ = to.set(k, []byte(v))
			}
		}
		keys := slices.Sorted(maps.Keys(model))
		it, err := o.Iter([]byte{0xfe}, []byte{0xff})
		if err != nil {
			t.Fatal(err)
		}
		at := -1
		for range 60 {
			ok := false
			switch r.IntN(6) {
			case 0:
				at, ok = 0, it.First()
			case 1:
				at, ok = len(keys)-1, it.Last()
			case 2:
				k := key()
				at, _ = slices.BinarySearch(keys, string(k))
				ok = it.SeekGE(k)
			case 3:
				k := key()
				at, _ = slices.BinarySearch(keys, string(k))
				at--
				ok = it.SeekLT(k)
			case 4:
				if at < 0 || at >= len(keys) {
					continue
				}
				at++
				ok = it.Next()
			case 5:
				if at < 0 || at >= len(keys) {
					continue
				}
				at--
				ok = it.Prev()
			}
			if want := at >= 0 && at < len(keys); ok != want || ok && (string(it.Key()) != keys[at] || string(it.Value()) != model[keys[at]]) {
				t.Fatalf("seed %d: at %d of %q", seed, at, keys)
			}
		}
		if err := errors.Join(it.Error(), it.Close(), o.own.Close(), first.own.Close(), batch.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
