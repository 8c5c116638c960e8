package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// UnionWith gives the documents of another collection, or what a pipeline makes of them, behind those that flow in.
type UnionWith struct {
	named
	from    Namespace
	through *Pipeline
}

// parseUnionWith reads the name of a collection, or {coll, pipeline}.
func parseUnionWith(p *expression.Parser, n named) (Stage, error) {
	u := UnionWith{named: n, through: &Pipeline{}}
	coll, list := n.spec, bson.RawValue{}
	if value.IsDocument(n.spec) {
		if err := knownFields("$unionWith", wire.UnknownField, n.spec.Value, "coll", "pipeline"); err != nil {
			return nil, err
		}
		coll, list = keys.Lookup(n.spec.Value, "coll"), keys.Lookup(n.spec.Value, "pipeline")
	}
	var err error
	if list.Type != 0 {
		if u.through, err = parseInner(p, "$unionWith", 31441, list); err != nil {
			return nil, err
		}
	}
	if coll.Type == 0 && u.through.makesDocuments() {
		return u, nil
	}
	if coll.Type == 0 {
		return nil, wire.Errorf(wire.FailedToParse, "the $unionWith stage specification must be an object or string with a collection, found %s", value.TypeName(n.spec))
	}
	if value.IsDocument(coll) {
		return nil, wire.Errorf(wire.FailedToParse, "$unionWith names a collection by a string")
	}
	u.from, err = parseNamespace("$unionWith", coll)
	return u, err
}

func (u UnionWith) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range in {
			if !yield(doc, err) || err != nil {
				return
			}
		}
		more, err := u.open(r)
		if err != nil {
			yield(nil, err)
			return
		}
		for doc, err := range more {
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

func (u UnionWith) open(r *Run) (value.Documents, error) {
	if u.from.Coll == "" {
		return u.through.Run(r, listed(nil)), nil
	}
	return r.Open(r, u.from, u.through)
}

func (u UnionWith) Needs(out Needs) Needs { return out }
