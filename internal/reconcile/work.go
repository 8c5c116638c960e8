// Package reconcile does work that takes longer than a request: it makes things as they are declared.
//
// A change that wants something done beyond its own rows schedules work in its transaction: a kind and a key, such as
// cluster and its id. A Runner takes work that is due and calls the kind's handler, which reads the object and makes it
// as it is declared. Work survives kill -9, is leased while a node does it, and is tried again a bounded number of
// times; so a handler must do no harm when it runs twice.
package reconcile

import (
	"time"

	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Kind names a kind of work and its handler.
type Kind string

// Work is one piece of work, in stored form. Due is in the domain's time; the lease is in the system's.
type Work struct {
	Kind     Kind      `json:"kind"`
	Key      string    `json:"key"`
	Node     string    `json:"node,omitempty"` // the node that alone can do it; "" for any
	Due      time.Time `json:"due"`
	Attempts int       `json:"attempts,omitempty"`
	Problem  string    `json:"problem,omitempty"` // of the last attempt
	Holder   string    `json:"holder,omitempty"`
	Until    time.Time `json:"until,omitzero"`
	Rev      int64     `json:"-"`

	touched bool // somebody scheduled it since it was leased
}

// Works is the table of work, by node and due time.
var Works = &store.Table[Work]{
	Name: "work",
	ID:   func(w *Work) string { return id(w.Kind, w.Key) },
	Rev:  func(w *Work) *int64 { return &w.Rev },
	Indexes: []store.Index[Work]{
		{Name: "due", Key: func(w *Work) []string { return []string{w.Node, state.TimeKey(w.Due)} }},
	},
}

func id(kind Kind, key string) string { return string(kind) + "/" + key }

// Schedule asks for work at due, in the transaction of the change that wants it. There is one piece of work for a kind
// and key. Scheduling it again can only make it due earlier, makes a running attempt run once more, and binds the work to
// the node that is named then.
func Schedule(tx store.Tx, kind Kind, key, node string, due time.Time) error {
	w, err := Works.Get(tx, id(kind, key))
	switch {
	case store.IsNotFound(err):
		w = &Work{Kind: kind, Key: key, Node: node, Due: due}
	case err != nil:
		return err
	case due.Before(w.Due):
		w.Due = due
	}
	w.Node, w.Attempts, w.Problem = node, 0, ""
	tx.AfterCommit(wake)
	return Works.Put(tx, w)
}

// Now schedules work at once, on any node.
func Now(tx store.Tx, kind Kind, key string) error { return Schedule(tx, kind, key, "", tx.Now()) }

// Drop removes the work that is bound to a node which is gone for good, and ends the node's leases of other work.
func Drop(tx store.Tx, node string) error {
	if node == "" {
		return nil
	}
	all, err := Works.List(tx, store.Query{})
	if err != nil {
		return err
	}
	for _, w := range all {
		switch {
		case w.Node == node:
			err = Works.Delete(tx, w)
		case w.Holder == node:
			w.Holder, w.Until = "", time.Time{}
			err = Works.Put(tx, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leased reports whether a node is doing the work now.
func (w *Work) leased() bool { return w.Holder != "" && time.Now().Before(w.Until) }

// leasedBeside reports whether another node than the given one is doing the work now.
func (w *Work) leasedBeside(node string) bool { return w.leased() && w.Holder != node }
