package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
)

// effort is what running a plan took. The zero effort is of a plan that has not run.
type effort struct {
	measured   bool
	keys, docs int64 // examined

	found    int64 // documents that matched
	ordered  int64 // of these, how many were taken in their order
	returned int64 // and how many after skip and limit

	branches []effort // of an $or, as far as they were needed
	behind   []int64  // documents that each stage of a pipeline gave
}

// of takes over what a scan has counted.
func (e *effort) of(s *scan) {
	e.keys, e.docs = s.keysExamined, s.docsExamined
	for _, a := range s.arms {
		b := effort{measured: true, found: a.found}
		b.of(&a.scan)
		e.branches = append(e.branches, b)
	}
}

// stage is a stage as explain shows it, with how many documents it gave and what more is to be told of one that has run.
func (e effort) stage(name string, returned int64, more ...bson.E) bson.D {
	d := bson.D{{Key: "stage", Value: name}}
	if e.measured {
		d = append(append(d, bson.E{Key: "nReturned", Value: returned}), more...)
	}
	return d
}

// stages are a pipeline's stages as explain shows them: the cursor from which the documents come, then what was asked for.
// Source: MongoDB manual, "Explain Results".
func (sel *selection) stages(cursor bson.D, e effort) bson.A {
	shown := bson.A{}
	show := func(name string, spec any, given int64) {
		d := bson.D{{Key: name, Value: spec}}
		if e.measured {
			d = append(d, bson.E{Key: "nReturned", Value: given})
		}
		shown = append(shown, d)
	}
	show("$cursor", cursor, e.returned)
	for i, p := range sel.behind {
		name, spec := p.First()
		show(name, spec, e.behind[i])
	}
	return shown
}

// describe is the plan as explain shows it: a stage around its input stage.
func (sel *selection) describe(p plan, e effort) bson.D {
	d := p.describe(sel.filter, e)
	around := func(name string, returned int64, more ...bson.E) {
		d = append(append(e.stage(name, returned), more...), bson.E{Key: "inputStage", Value: d})
	}
	if !p.sorted {
		around("SORT", e.ordered, bson.E{Key: "sortPattern", Value: sel.sort}, bson.E{Key: "memLimit", Value: int32(sortBytes)})
	}
	if sel.skip > 0 {
		around("SKIP", e.returned, bson.E{Key: "skipAmount", Value: sel.skip})
	}
	if sel.limit > 0 {
		around("LIMIT", e.returned, bson.E{Key: "limitAmount", Value: sel.limit})
	}
	if sel.projection != nil {
		around("PROJECTION_DEFAULT", e.returned)
	}
	return d
}

func (p plan) describe(f *query.Filter, e effort) bson.D {
	direction := "forward"
	if p.reverse {
		direction = "backward"
	}
	keysExamined, docsExamined := bson.E{Key: "keysExamined", Value: e.keys}, bson.E{Key: "docsExamined", Value: e.docs}
	switch p.stage {
	case stageNone:
		return e.stage(string(p.stage), 0)
	case stageTally:
		return e.stage(string(p.stage), e.found)
	case stageIDHack:
		return e.stage(string(p.stage), e.found, keysExamined, docsExamined)
	case stageOr:
		return append(e.stage("SUBPLAN", e.found), bson.E{Key: "inputStage", Value: p.describeBranches(e)})
	case stageAll:
		d := append(e.stage(string(p.stage), e.found, docsExamined), bson.E{Key: "direction", Value: direction})
		if filter := f.Parsed(); len(filter) > 0 {
			d = append(d, bson.E{Key: "filter", Value: filter})
		}
		return d
	}
	name, outer, entries := string(p.stage), e.stage("FETCH", e.found, docsExamined), e.docs
	if p.covered {
		name, outer, entries = "COUNT_SCAN", e.stage("COUNT", e.found), e.keys
	}
	scan := append(e.stage(name, entries, keysExamined), bson.D{{Key: "keyPattern", Value: p.ix.pattern()},
		{Key: "indexName", Value: p.ix.Name}, {Key: "isMultiKey", Value: p.ix.multikey()}, {Key: "isUnique", Value: p.ix.Unique},
		{Key: "isSparse", Value: p.ix.Sparse}, {Key: "isPartial", Value: p.ix.partial != nil}, {Key: "indexVersion", Value: int32(2)},
		{Key: "direction", Value: direction}, {Key: "indexBounds", Value: p.indexBounds(f)}}...)
	return append(outer, bson.E{Key: "inputStage", Value: scan})
}

// describeBranches is the plan of an $or around those of its branches.
func (p plan) describeBranches(e effort) bson.D {
	inputs := bson.A{}
	for i, b := range p.branches {
		of := effort{measured: e.measured}
		if i < len(e.branches) {
			of = e.branches[i]
		}
		inputs = append(inputs, b.describe(b.filter, of))
	}
	return append(e.stage(string(p.stage), e.found), bson.E{Key: "inputStages", Value: inputs})
}

// indexBounds are the plan's bounds as explain shows them, in the order in which the scan goes through them.
func (p plan) indexBounds(f *query.Filter) bson.D {
	var d bson.D
	used := p.ix.bound(f).used
	for i, part := range p.ix.Parts {
		backward := p.reverse != (part.Dir < 0)
		shown := query.WholeBounds(backward)
		if i < used {
			ivs, _ := p.ix.upward(f, i) // bounded, as it is one of those used
			shown = f.ShowBounds(part.Path, ivs, backward)
		}
		d = append(d, bson.E{Key: part.Path, Value: shown})
	}
	return d
}
