package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Lookup adds to each document an array of documents of another collection: those with an equal value at a path, or what a
// pipeline makes of them, or both.
type Lookup struct {
	named
	from           Namespace // without a collection where the pipeline makes the documents itself
	local, foreign string    // "": the pipeline alone decides
	slots          []expression.Slot
	values         []expression.Expression // of the variables
	through        *Pipeline
	free           int // how many of the pipeline's first stages know nothing of the document
	as             []string
	unwind         *Unwind // a $unwind of the array behind it, or nil
}

func parseLookup(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.FailedToParse, "the $lookup specification must be an object, found %s", value.TypeName(n.spec))
	}
	if err := knownFields("$lookup", wire.FailedToParse, doc, "from", "localField", "foreignField", "as", "let", "pipeline"); err != nil {
		return nil, err
	}
	l := Lookup{named: n, through: &Pipeline{}}
	var err error
	texts := map[string]string{}
	for _, name := range []string{"localField", "foreignField", "as"} {
		if texts[name], err = textField("$lookup", doc, name); err != nil {
			return nil, err
		}
	}
	l.local, l.foreign = texts["localField"], texts["foreignField"]
	list := keys.Lookup(doc, "pipeline")
	switch {
	case texts["as"] == "":
		return nil, wire.Errorf(wire.FailedToParse, "must specify 'as' field for a $lookup")
	case list.Type != 0 && !value.IsArray(list):
		return nil, wire.Errorf(wire.TypeMismatch, "'pipeline' option must be specified as an array")
	case (l.local == "") != (l.foreign == "") || list.Type == 0 && l.local == "":
		return nil, wire.Errorf(wire.FailedToParse, "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified")
	}
	for _, path := range []string{l.local, l.foreign} {
		if path != "" && !value.ValidPath(path) {
			return nil, wire.Errorf(wire.FailedToParse, "$lookup's '%s' is no path of fields", path)
		}
	}
	if l.as, err = value.FieldPath(texts["as"]); err != nil {
		return nil, err
	}
	if err := l.parseLet(p, keys.Lookup(doc, "let"), list); err != nil {
		return nil, err
	}
	if from := keys.Lookup(doc, "from"); from.Type != 0 {
		l.from, err = parseNamespace("$lookup argument 'from'", from)
	} else if !l.through.makesDocuments() {
		err = wire.Errorf(wire.FailedToParse, "must specify 'from' field for a $lookup")
	}
	return l, err
}

// parseLet reads the variables, and the pipeline that knows them.
func (l *Lookup) parseLet(p *expression.Parser, vars, list bson.RawValue) error {
	if vars.Type != 0 && !value.IsDocument(vars) {
		return wire.Errorf(wire.FailedToParse, "$lookup argument 'let' must be an object, is type %s", value.TypeName(vars))
	}
	for name, v := range keys.Elements(vars.Value) {
		if err := expression.CheckName(string(name)); err != nil {
			return err
		}
		e, err := expression.Parse(p, v)
		if err != nil {
			return err
		}
		l.values = append(l.values, e)
	}
	for name := range keys.Elements(vars.Value) {
		slot, undo := p.Let(string(name))
		defer undo()
		l.slots = append(l.slots, slot)
	}
	if list.Type == 0 {
		return nil
	}
	through, err := parseInner(p, "$lookup", 51047, list)
	if err != nil {
		return err
	}
	l.through = through
	for l.free < len(through.stages) && through.reads[l.free].freeOf(l.slots) {
		l.free++
	}
	return nil
}

func (l Lookup) Needs(out Needs) Needs {
	needs := out
	if l.local != "" {
		needs = needs.and(Needs{Paths: []string{l.local}})
	}
	for _, e := range l.values {
		needs = needs.and(needsOf(e))
	}
	return needs
}

func (l Lookup) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.Memory.Open("$lookup", expression.MaxMemory)
		defer held.Close()
		j := &joining{Lookup: l, run: r, x: r.Evaluation(), held: &held}
		for doc, err := range in {
			if err != nil {
				yield(nil, err)
				return
			}
			if !j.join(doc, yield) {
				return
			}
		}
	}
}
