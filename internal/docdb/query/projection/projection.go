package projection

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Projection says which fields of a document are kept, dropped or computed.
type Projection struct {
	mode mode
	root *shape

	positional []string      // the path at which only the element stays by which the document was found, or nil
	found      *match.Filter // by which it was
}

// mode is what happens to a field that a projection does not mention.
type mode int

const (
	include   mode = iota // only what is named stays
	exclude               // only what is named goes
	addFields             // everything stays, what is named is computed
)

// shape is what a projection says of a document's fields: either more shapes below one, or what happens to it.
type shape struct {
	names []string // in the order of the specification
	kids  map[string]*shape

	leaf    bool
	keep    bool                                                          // of a leaf without compute
	compute expression.Expression                                         // of a leaf
	part    func(x *expression.Evaluation, v bson.RawValue) bson.RawValue // of a leaf that is kept: what is kept of it; nil: all
	last    bool                                                          // of a leaf with part: it comes behind the fields that are included
}

// Codes of projection errors. Source: MongoDB's error code reference and server sources' numbered locations.
var (
	pathCollision       = wire.Code{Number: 31249, Name: "Location31249"}
	exclusionInclusion  = wire.Code{Number: 31254, Name: "Location31254"}
	inclusionExclusion  = wire.Code{Number: 31253, Name: "Location31253"}
	expressionExclusion = wire.Code{Number: 31252, Name: "Location31252"}
	emptySubProjection  = wire.Code{Number: 51270, Name: "Location51270"}
	EmptyProjectionCode = wire.Code{Number: 51272, Name: "Location51272"}
)

// Parse reads a projection document: inclusion ({a: 1}), exclusion ({a: 0}) or computed fields ({a: "$b"}).
// An empty one keeps everything.
func Parse(from *expression.Parser, raw bson.Raw) (*Projection, error) {
	p := parser{from: from.OrNew(), root: newShape()}
	if err := p.fields(nil, raw); err != nil {
		return nil, err
	}
	return p.finish()
}

func newShape() *shape { return &shape{kids: map[string]*shape{}} }

// parser collects the leaves of a specification and learns from the first that decides it which mode it is.
type parser struct {
	from    *expression.Parser
	root    *shape
	decided bool
	mode    mode
	id      *shape // the leaf for _id, which may differ from the mode

	find       bool     // it is the projection of find
	positional []string // the path of "path.$"
	elemMatch  bool     // there is one
}

// fields reads the fields of one level; path leads to it.
func (p *parser) fields(path []string, raw []byte) error {
	if err := p.from.Enter("projection"); err != nil {
		return err
	}
	defer p.from.Leave()
	for key, v := range keys.Elements(raw) {
		name := string(key)
		if strings.HasSuffix(name, ".$") || strings.Contains(name, ".$.") {
			var err error
			if name, err = p.withoutPositional(name, v); err != nil {
				return err
			}
		}
		parts, err := value.FieldPath(name)
		if err != nil {
			return err
		}
		full := append(path[:len(path):len(path)], parts...)
		if len(full) > value.MaxPath {
			return wire.Errorf(wire.BadValue, "a path has at most %d components", value.MaxPath)
		}
		if err := p.field(full, v); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) field(path []string, v bson.RawValue) error {
	first, nonEmpty := value.FirstName(v)
	switch {
	case value.IsDocument(v) && !nonEmpty:
		return wire.Errorf(emptySubProjection, "An empty sub-projection is not a valid value. Found empty object at path '%s'", strings.Join(path, "."))
	case value.IsDocument(v) && !strings.HasPrefix(first, "$"):
		return p.fields(path, v.Value)
	case first == "$meta":
		return wire.Errorf(wire.BadValue, "the projection operator %s is not supported", first)
	case p.find && (first == "$slice" || first == "$elemMatch"):
		if leaf, err := p.part(path, first, keys.Lookup(v.Value, first)); err != nil {
			return err
		} else if leaf != nil {
			return p.root.insert(path, leaf)
		}
	}
	leaf, err := p.leaf(path, v)
	if err != nil {
		return err
	}
	return p.root.insert(path, leaf)
}

// leaf reads what is said of one path and checks that it goes with what was said before. A computed field counts as
// included; a flag for _id goes with both modes.
func (p *parser) leaf(path []string, v bson.RawValue) (*shape, error) {
	leaf := &shape{leaf: true}
	wanted := include
	if v.Type == bson.TypeBoolean || v.IsNumber() {
		if leaf.keep = value.Truthy(v); !leaf.keep {
			wanted = exclude
		}
		if len(path) == 1 && path[0] == "_id" {
			p.id = leaf
			return leaf, nil
		}
	} else {
		var err error
		if leaf.compute, err = expression.Parse(p.from, v); err != nil {
			return nil, err
		}
	}
	if !p.decided {
		p.decided, p.mode = true, wanted
	}
	if p.mode != wanted && leaf.compute != nil {
		return nil, wire.Errorf(expressionExclusion, "Cannot use an expression for the field %s in an exclusion projection", strings.Join(path, "."))
	}
	if p.mode != wanted {
		return nil, mixed(path, wanted)
	}
	return leaf, nil
}

func mixed(path []string, wanted mode) error {
	if wanted == exclude {
		return wire.Errorf(exclusionInclusion, "Cannot do exclusion on field %s in inclusion projection", strings.Join(path, "."))
	}
	return wire.Errorf(inclusionExclusion, "Cannot do inclusion on field %s in exclusion projection", strings.Join(path, "."))
}

// finish decides the mode if nothing but _id or parts of fields was named, and keeps _id in an inclusion that does not mention it.
func (p *parser) finish() (*Projection, error) {
	if !p.decided {
		p.mode = exclude
		if p.id != nil && p.id.keep || p.elemMatch {
			p.mode = include
		}
	}
	if p.mode == include && p.root.kids["_id"] == nil {
		if err := p.root.insert([]string{"_id"}, &shape{leaf: true, keep: true}); err != nil {
			return nil, err
		}
	}
	return &Projection{mode: p.mode, root: p.root}, nil
}

// insert puts leaf at path. Two leaves, one at or below the other, collide.
func (s *shape) insert(path []string, leaf *shape) error {
	for i, part := range path {
		kid := s.kids[part]
		last := i == len(path)-1
		if kid != nil && (last || kid.leaf) {
			return wire.Errorf(pathCollision, "Path collision at %s", strings.Join(path, "."))
		}
		if kid == nil {
			if kid = newShape(); last {
				kid = leaf
			}
			s.kids[part] = kid
			s.names = append(s.names, part)
		}
		s = kid
	}
	return nil
}

// Apply is ApplyIn without variables or an end.
func (p *Projection) Apply(doc bson.Raw) (bson.Raw, error) {
	return p.ApplyIn(&expression.Evaluation{}, doc)
}

// ApplyIn returns doc as the projection shapes it. Kept fields stay in the document's order; computed ones follow in the
// order of the specification. The error is that of the evaluation, also that the result would be too large.
func (p *Projection) ApplyIn(x *expression.Evaluation, doc bson.Raw) (bson.Raw, error) {
	if p == nil || len(p.root.names) == 0 {
		return doc, nil
	}
	x.Begin(doc)
	out := bson.Raw(p.root.apply(doc, shaping{mode: p.mode, of: x}))
	if p.positional != nil {
		out = p.onlyFound(x, doc, out)
	}
	x.Begin(doc)
	x.Take(len(out)) // and so much it is, if stage after stage has added to it
	return out, x.Err()
}

// Paths tells the paths of documents that the projection looks at. others is true if it keeps what it does not look at.
func (p *Projection) Paths() (paths []string, others bool) {
	whole := p.root.paths(nil, &paths)
	return paths, whole || p.mode != include
}

// paths reports whether a computed field looks at the whole document.
func (s *shape) paths(at []string, paths *[]string) (whole bool) {
	for _, name := range s.names {
		kid, full := s.kids[name], append(at[:len(at):len(at)], name)
		switch {
		case kid.compute != nil:
			more, all := expression.Paths(kid.compute)
			*paths, whole = append(*paths, more...), whole || all
		case kid.leaf && kid.keep:
			*paths = append(*paths, strings.Join(full, "."))
		case !kid.leaf:
			whole = kid.paths(full, paths) || whole
		}
	}
	return whole
}
