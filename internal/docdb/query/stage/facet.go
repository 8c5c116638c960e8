package stage

import (
	"iter"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Facet runs several pipelines over the same documents, which are read once, and gives one document with what each makes.
type Facet struct {
	named
	names     []string
	pipelines []*Pipeline
}

func parseFacet(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) || len(n.spec.Value) == len(value.EmptyDoc) {
		return nil, wire.Errorf(located(40169), "the $facet specification must be a non-empty object")
	}
	f := Facet{named: n}
	for key, list := range keys.Elements(n.spec.Value) {
		name := string(key)
		switch {
		case strings.HasPrefix(name, "$") || strings.Contains(name, ".") || name == "":
			return nil, wire.Errorf(located(16412), "a name of $facet must be one of a field: '%s'", name)
		case !value.IsArray(list):
			return nil, wire.Errorf(located(40170), "arguments to $facet must be arrays, %s is type %s", name, value.TypeName(list))
		}
		through, err := parseInner(p, "$facet", 40600, list, "$facet", "$documents", "$collStats", "$indexStats", "$planCacheStats", "$geoNear")
		if err != nil {
			return nil, err
		}
		f.names, f.pipelines = append(f.names, name), append(f.pipelines, through.Optimize())
	}
	return f, nil
}

func (f Facet) Needs(Needs) Needs {
	var needs Needs
	for _, p := range f.pipelines {
		needs = needs.and(p.Needs())
	}
	return needs
}

// facet is one of the pipelines at work. It asks for a document with next, which does not return before it has been used.
type facet struct {
	next    func() (struct{}, bool)
	stop    func()
	results *value.List
	err     error
}

func (f Facet) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.Memory.Open("$facet", expression.MaxMemory)
		defer held.Close()
		doc, err := f.all(in, r, &held)
		yield(doc, err)
	}
}

func (f Facet) all(in value.Documents, r *Run, held *memory.Account) (bson.Raw, error) {
	var current bson.Raw // nil: there are no more
	facets := make([]*facet, len(f.pipelines))
	for i, p := range f.pipelines {
		facets[i] = begin(p, r, held, &current)
		defer facets[i].stop()
		facets[i].next() // up to where it asks for the first
	}
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		current = doc
		asking := false
		for _, one := range facets {
			if _, more := one.next(); more {
				asking = true
			} else if one.err != nil {
				return nil, one.err
			}
		}
		if !asking {
			break
		}
	}
	current = nil
	b := value.NewBuilder()
	for i, one := range facets {
		for more := true; more; {
			_, more = one.next()
		}
		if one.err != nil {
			return nil, one.err
		}
		b.Add(f.names[i], one.results.Array())
	}
	return b.Bytes(), nil
}

// begin makes a pipeline ready to run over documents that come one by one as current.
func begin(p *Pipeline, r *Run, held *memory.Account, current *bson.Raw) *facet {
	one := &facet{results: value.NewList()}
	one.next, one.stop = iter.Pull(func(ask func(struct{}) bool) {
		in := func(yield func(bson.Raw, error) bool) {
			for ask(struct{}{}) && *current != nil && yield(*current, nil) {
			}
		}
		for doc, err := range p.Run(r, in) {
			if err == nil {
				err = held.Take(len(doc))
			}
			if err != nil {
				one.err = err
				return
			}
			one.results.Add(value.Document(doc))
		}
	})
	return one
}
