package stage

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// GraphLookup adds to each document an array of the documents of another collection that can be reached from a value: those
// that have it at one path, those that have there what the first have at another path, and so on.
type GraphLookup struct {
	named
	by       *keys.Collation
	from     Namespace
	start    expression.Expression
	leads    string // the path whose values lead on
	to       string // the path at which they are looked for
	as       []string
	depth    []string // where the number of steps goes, or nil
	most     int64    // steps; negative: any number
	restrict *match.Filter
}

func parseGraphLookup(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(located(40327), "the $graphLookup stage specification must be an object, but found %s", value.TypeName(n.spec))
	}
	if err := knownFields("$graphLookup", located(40104), doc, "from", "startWith", "connectFromField", "connectToField", "as", "maxDepth", "depthField", "restrictSearchWithMatch"); err != nil {
		return nil, err
	}
	g := GraphLookup{named: n, by: p.Collation, most: -1}
	for _, name := range []string{"from", "startWith", "connectFromField", "connectToField", "as"} {
		if keys.Lookup(doc, name).Type == 0 {
			return nil, wire.Errorf(located(40105), "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.")
		}
	}
	var err error
	if g.from, err = parseNamespace("$graphLookup argument 'from'", keys.Lookup(doc, "from")); err != nil {
		return nil, err
	}
	if g.start, err = expression.Parse(p, keys.Lookup(doc, "startWith")); err != nil {
		return nil, err
	}
	paths := map[string][]string{}
	for _, name := range []string{"connectFromField", "connectToField", "as", "depthField"} {
		v := keys.Lookup(doc, name)
		text, ok := value.Text(v)
		switch {
		case v.Type == 0:
			continue
		case !ok:
			return nil, wire.Errorf(located(40103), "expected string as argument for %s, found: %s", name, value.TypeName(v))
		}
		if paths[name], err = value.FieldPath(text); err != nil {
			return nil, err
		}
	}
	g.leads, _ = value.Text(keys.Lookup(doc, "connectFromField"))
	g.to, _ = value.Text(keys.Lookup(doc, "connectToField"))
	g.as, g.depth = paths["as"], paths["depthField"]
	return g, g.parseBounds(p, keys.Lookup(doc, "maxDepth"), keys.Lookup(doc, "restrictSearchWithMatch"))
}

func (g *GraphLookup) parseBounds(p *expression.Parser, most, restrict bson.RawValue) (err error) {
	if most.Type != 0 {
		n, ok := value.Whole(most)
		switch {
		case !most.IsNumber():
			return wire.Errorf(located(40100), "maxDepth requires numeric argument, found type: %s", value.TypeName(most))
		case !ok:
			return wire.Errorf(located(40102), "maxDepth could not be represented as a long long: %v", most)
		case n < 0:
			return wire.Errorf(located(40101), "maxDepth requires a nonnegative argument, found: %d", n)
		}
		g.most = n
	}
	if restrict.Type == 0 {
		return nil
	}
	if !value.IsDocument(restrict) {
		return wire.Errorf(located(40185), "restrictSearchWithMatch must be an object, found %s", value.TypeName(restrict))
	}
	g.restrict, err = match.Parse(p, restrict.Value)
	return err
}

func (g GraphLookup) Needs(out Needs) Needs { return out.and(needsOf(g.start)) }

func (g GraphLookup) Stream(in value.Documents, r *Run) value.Documents {
	x := r.Evaluation()
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		held := r.Memory.Open("$graphLookup", expression.MaxMemory)
		defer held.Close()
		v := g.start.Value(x.Begin(doc))
		err := x.Err()
		w := &walk{GraphLookup: g, run: r, held: &held, seen: value.Set{Collation: g.by}, met: value.Set{Collation: g.by}}
		if err == nil {
			err = w.from(v)
		}
		if err != nil {
			return yield(nil, err) && false
		}
		out, err := with(doc, g.as, value.Array(w.found))
		return yield(out, err) && err == nil
	})
}

// walk is one search.
type walk struct {
	GraphLookup
	run   *Run
	held  *memory.Account
	seen  value.Set // values that have been looked for
	met   value.Set // the _id of what has been found
	found []bson.RawValue
}

// from looks for a value, or for those of an array, and for what they lead to.
func (w *walk) from(start bson.RawValue) error {
	next := []bson.RawValue{value.OrNull(start)}
	if value.IsArray(start) {
		next = value.Elements(start)
	}
	for depth := int64(0); len(next) > 0 && (w.most < 0 || depth <= w.most); depth++ {
		var fresh []bson.RawValue
		for _, v := range next {
			if v = value.Clone(v); w.seen.Insert(v) {
				fresh = append(fresh, v)
				if err := w.held.Take(2*len(v.Value) + 128); err != nil {
					return err
				}
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		var err error
		if next, err = w.step(fresh, depth); err != nil {
			return err
		}
	}
	return nil
}

// step finds the documents that have one of some values, and returns the values that they lead to.
func (w *walk) step(values []bson.RawValue, depth int64) (next []bson.RawValue, err error) {
	f, err := fits(w.to, values)
	if err != nil {
		return nil, err
	}
	docs, err := w.run.Open(w.run, w.GraphLookup.from, Of(newMatch(f.And(w.restrict))))
	if err != nil {
		return nil, err
	}
	for doc, err := range docs {
		if err != nil {
			return nil, err
		}
		if !w.met.Insert(value.Clone(keys.Lookup(doc, "_id"))) {
			continue
		}
		if err := w.held.Take(len(doc) + 256); err != nil {
			return nil, err
		}
		doc = bytes.Clone(doc)
		next = append(next, valuesAt(doc, w.leads)...)
		if w.depth != nil {
			if doc, err = with(doc, w.depth, value.Int64(depth)); err != nil {
				return nil, err
			}
		}
		w.found = append(w.found, value.Document(doc))
	}
	return next, nil
}
