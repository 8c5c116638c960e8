package docdb

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// outPrefix begins the names of the collections that $out fills before it renames them.
const outPrefix = "tmp.agg_out."

// storing lets the last stage of a pipeline write.
func (c *call) storing(r *stage.Run) func(stage.Stage, value.Documents) error {
	return func(s stage.Stage, docs value.Documents) error {
		switch s := s.(type) {
		case stage.Out:
			return c.replaceAll(c.target(s.Into), docs)
		case stage.Merge:
			return c.merge(r, s, c.target(s.Into), docs)
		}
		return wire.Errorf(wire.InternalError, "the stage stores nothing")
	}
}

// target is the collection that a stage writes.
func (c *call) target(into stage.Namespace) storage.Namespace {
	return storage.Namespace{DB: cmp.Or(into.DB, c.ns.DB), Coll: into.Coll}
}

// checkTarget refuses collections that pipelines do not write.
func checkTarget(ns storage.Namespace, internal int32) error {
	if ns.DB == "admin" || ns.DB == "config" || ns.DB == "local" {
		return wire.Errorf(wire.Code{Number: internal, Name: fmt.Sprintf("Location%d", internal)}, "a pipeline cannot write to the internal database: %s", ns.DB)
	}
	return ns.CheckWritable()
}

// replaceAll fills a temporary collection and renames it over the target, whose indexes it gets. Nobody sees a partial result;
// if it fails, the target is unchanged.
func (c *call) replaceAll(ns storage.Namespace, docs value.Documents) error {
	if err := checkTarget(ns, 31321); err != nil {
		return err
	}
	id, err := storage.NewUUID()
	if err != nil {
		return err
	}
	aside := storage.Namespace{DB: ns.DB, Coll: outPrefix + hex.EncodeToString(id.Data)}
	like := c.e.store.Collection(ns)
	err = c.fillAside(aside, like, docs)
	if err == nil {
		_, err = c.e.store.Write(c.ctx, aside, func(t *storage.Tx) error {
			if now := c.e.store.Collection(ns); !sameIndexes(like, now) {
				return wire.Errorf(wire.Code{Number: 28769, Name: "Location28769"}, "indexes of target collection %s changed while processing $out", ns)
			}
			return t.Rename(ns, true)
		}, ns)
	}
	if err != nil {
		err = errors.Join(err, c.e.dropAside(aside))
	}
	return err
}

// sameIndexes reports whether the target's options and indexes, which the result inherits, are unchanged.
func sameIndexes(a, b *storage.Collection) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, err := bson.Marshal(bson.M{"a": describe(a)})
	y, err2 := bson.Marshal(bson.M{"a": describe(b)})
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

func describe(coll *storage.Collection) (list bson.A) {
	for _, ix := range coll.Ready() {
		list = append(list, ix.Describe())
	}
	return list
}

func (c *call) fillAside(ns storage.Namespace, like *storage.Collection, docs value.Documents) error {
	_, err := c.e.store.Write(c.ctx, ns, func(t *storage.Tx) error {
		if err := t.EnsureLike(like); err != nil {
			return err
		}
		for doc, err := range docs {
			if err == nil {
				doc, err = storage.Storable(bytes.Clone(doc))
			}
			if err == nil {
				err = c.validated(t, nil, doc)
			}
			if err == nil {
				err = t.Insert(t.Stamped(doc))
			}
			if err == nil && t.Due() {
				err = t.Yield(c.ctx)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// dropAside drops the temporary collection of an $out. The command may be over.
func (e *Engine) dropAside(ns storage.Namespace) error {
	_, err := e.store.Write(context.Background(), ns, func(t *storage.Tx) error {
		if t.Coll == nil {
			return nil
		}
		return t.Drop()
	})
	return err
}

// dropAsides drops temporary collections of $out that a crash has left.
func (e *Engine) dropAsides() {
	for _, coll := range e.store.Collections("") {
		if !strings.HasPrefix(coll.NS.Coll, outPrefix) {
			continue
		}
		if err := e.dropAside(coll.NS); err != nil {
			e.log.Warn("a temporary collection of $out could not be dropped", "collection", coll.NS.String(), "error", err)
		}
	}
}
