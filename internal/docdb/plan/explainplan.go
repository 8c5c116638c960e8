package plan

import (
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
)

// Effort is the work of running a plan. It is zero for a plan that has not run.
type Effort struct {
	Measured   bool
	Keys, Docs int64 // examined

	Found    int64 // documents that matched
	Ordered  int64 // of these, how many were taken in their order
	Returned int64 // and how many after skip and limit

	branches []Effort // of an $or: those that were run
	Behind   []int64  // documents that each stage of a pipeline returned
}

// Of copies what a scan has counted.
func (e *Effort) Of(s *Scan) {
	e.Keys, e.Docs = s.keysExamined, s.docsExamined
	for _, a := range s.arms {
		b := Effort{Measured: true, Found: a.found}
		b.Of(&a.Scan)
		e.branches = append(e.branches, b)
	}
}

// stage returns a stage as explain shows it: with the number of its documents, and further fields, if it has run.
func (e Effort) stage(name string, returned int64, more ...bson.E) bson.D {
	d := bson.D{{Key: "stage", Value: name}}
	if e.Measured {
		d = append(append(d, bson.E{Key: "nReturned", Value: returned}), more...)
	}
	return d
}

// Stages returns a pipeline's stages as explain shows them: $cursor, the source of the documents, and then the stages of
// the command. Source: MongoDB manual, "Explain Results".
func (sel *Selection) Stages(cursor bson.D, e Effort) bson.A {
	shown := bson.A{}
	show := func(name string, spec any, given int64) {
		d := bson.D{{Key: name, Value: spec}}
		if e.Measured {
			d = append(d, bson.E{Key: "nReturned", Value: given})
		}
		shown = append(shown, d)
	}
	show("$cursor", cursor, e.Returned)
	for i, p := range sel.Behind {
		name, spec := p.First()
		show(name, spec, e.Behind[i])
	}
	return shown
}

// Describe returns the plan as explain shows it: a stage around its input stage.
func (sel *Selection) Describe(p Plan, e Effort) bson.D {
	d := p.Describe(sel.Filter, e)
	around := func(name string, returned int64, more ...bson.E) {
		d = append(append(e.stage(name, returned), more...), bson.E{Key: "inputStage", Value: d})
	}
	if !p.Sorted {
		around("SORT", e.Ordered, bson.E{Key: "sortPattern", Value: sel.Sort}, bson.E{Key: "memLimit", Value: int32(sortBytes)})
	}
	if sel.Skip > 0 {
		around("SKIP", e.Returned, bson.E{Key: "skipAmount", Value: sel.Skip})
	}
	if sel.Limit > 0 {
		around("LIMIT", e.Returned, bson.E{Key: "limitAmount", Value: sel.Limit})
	}
	if sel.Projection != nil {
		around("PROJECTION_DEFAULT", e.Returned)
	}
	return d
}

// Describe returns the plan for a filter as explain shows it.
func (p Plan) Describe(f *match.Filter, e Effort) bson.D {
	direction := "forward"
	if p.reverse {
		direction = "backward"
	}
	keysExamined, docsExamined := bson.E{Key: "keysExamined", Value: e.Keys}, bson.E{Key: "docsExamined", Value: e.Docs}
	switch p.Access {
	case accessNone:
		return e.stage(string(p.Access), 0)
	case AccessTally:
		return e.stage(string(p.Access), e.Found)
	case accessIDHack:
		return e.stage(string(p.Access), e.Found, keysExamined, docsExamined)
	case accessOr:
		return append(e.stage("SUBPLAN", e.Found), bson.E{Key: "inputStage", Value: p.describeBranches(e)})
	case accessAll:
		d := append(e.stage(string(p.Access), e.Found, docsExamined), bson.E{Key: "direction", Value: direction})
		if filter := f.Parsed(); len(filter) > 0 {
			d = append(d, bson.E{Key: "filter", Value: filter})
		}
		return d
	}
	name, outer, entries := string(p.Access), e.stage("FETCH", e.Found, docsExamined), e.Docs
	if p.covered {
		name, outer, entries = "COUNT_SCAN", e.stage("COUNT", e.Found), e.Keys
	}
	scan := append(e.stage(name, entries, keysExamined), bson.D{{Key: "keyPattern", Value: p.ix.Pattern()},
		{Key: "indexName", Value: p.ix.Name}, {Key: "isMultiKey", Value: p.ix.HasArrays()}, {Key: "isUnique", Value: p.ix.Unique},
		{Key: "isSparse", Value: p.ix.Sparse}, {Key: "isPartial", Value: p.ix.Filter != nil}, {Key: "indexVersion", Value: int32(2)},
		{Key: "direction", Value: direction}, {Key: "indexBounds", Value: p.indexBounds(f)}}...)
	return append(outer, bson.E{Key: "inputStage", Value: scan})
}

// describeBranches returns the plan of an $or around those of its branches.
func (p Plan) describeBranches(e Effort) bson.D {
	inputs := bson.A{}
	for i, b := range p.branches {
		of := Effort{Measured: e.Measured}
		if i < len(e.branches) {
			of = e.branches[i]
		}
		inputs = append(inputs, b.Describe(b.filter, of))
	}
	return append(e.stage(string(p.Access), e.Found), bson.E{Key: "inputStages", Value: inputs})
}

// indexBounds returns the plan's bounds as explain shows them, in the order of the scan.
func (p Plan) indexBounds(f *match.Filter) bson.D {
	var d bson.D
	bounded := guide{p.ix, nil}.bound(f).bounded
	for i, part := range p.ix.Parts {
		backward := p.reverse != (part.Dir < 0)
		shown := match.WholeBounds(backward)
		if bounded[i] {
			ivs, _ := guide{p.ix, nil}.upward(f, i)
			shown = f.ShowBounds(part.Path, ivs, backward)
		}
		d = append(d, bson.E{Key: part.Path, Value: shown})
	}
	return d
}

// Tallied yields docs and counts them in n.
func Tallied(docs iter.Seq2[bson.Raw, error], n *int64) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range docs {
			if err == nil {
				*n++
			}
			if !yield(doc, err) {
				return
			}
		}
	}
}
