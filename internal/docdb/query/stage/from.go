package stage

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// onlyOutside are the stages that stand in no pipeline within another.
var onlyOutside = []string{"$out", "$merge", "$changeStream", "$currentOp", "$listSessions", "$listLocalSessions"}

// parseInner reads a pipeline within a stage.
func parseInner(p *expression.Parser, of string, code int32, list bson.RawValue, more ...string) (*Pipeline, error) {
	leave, err := p.EnterPipeline()
	if err != nil {
		return nil, err
	}
	defer leave()
	for _, v := range value.Elements(list) {
		if name, _ := value.FirstName(v); slices.Contains(onlyOutside, name) || slices.Contains(more, name) {
			return nil, wire.Errorf(located(code), "%s is not allowed within a %s's sub-pipeline", name, of)
		}
	}
	return parse(p, list)
}

// parseNamespace reads the name of a collection, or {db, coll}.
func parseNamespace(of string, v bson.RawValue) (from Namespace, err error) {
	if value.IsDocument(v) {
		for name, part := range keys.Elements(v.Value) {
			text, ok := value.Text(part)
			switch {
			case ok && string(name) == "db":
				from.DB = text
			case ok && string(name) == "coll":
				from.Coll = text
			default:
				return from, wire.Errorf(wire.FailedToParse, "%s takes {db, coll}, both strings, for another database", of)
			}
		}
	} else if from.Coll, _ = value.Text(v); v.Type != bson.TypeString {
		return from, wire.Errorf(wire.FailedToParse, "%s must name a collection by a string, is type %s", of, value.TypeName(v))
	}
	if from.Coll == "" {
		return from, wire.Errorf(wire.InvalidNamespace, "%s names no collection", of)
	}
	return from, nil
}

// fits is a filter for documents that have one of some values at a path.
func fits(path string, values []bson.RawValue) (*match.Filter, error) {
	equal := func(v bson.RawValue) bson.RawValue {
		is, at := value.NewBuilder(), value.NewBuilder()
		is.Add("$eq", v)
		at.Add(path, is.Document())
		return at.Document()
	}
	if len(values) == 1 {
		return match.Parse(nil, equal(values[0]).Value)
	}
	b := value.NewBuilder()
	if slices.ContainsFunc(values, func(v bson.RawValue) bool { return v.Type == bson.TypeRegex }) {
		var list []bson.RawValue // $in would look for what an expression matches
		for _, v := range values {
			list = append(list, equal(v))
		}
		b.Add("$or", value.Array(list))
		return match.Parse(nil, b.Bytes())
	}
	in := value.NewBuilder()
	in.Add("$in", value.Array(values))
	b.Add(path, in.Document())
	return match.Parse(nil, b.Bytes())
}

// valuesAt are the values at a path by which documents are joined: null where there is none.
func valuesAt(doc bson.Raw, path string) (list []bson.RawValue) {
	value.Each(doc, path, func(v bson.RawValue) bool {
		list = append(list, v)
		return false
	})
	if list == nil {
		return []bson.RawValue{value.Null}
	}
	return list
}

// behind is a pipeline with a stage before it.
func (p *Pipeline) behind(first Stage) *Pipeline {
	return &Pipeline{stages: append([]Stage{first}, p.stages...), size: p.size}
}

// textField reads a field of a stage's document that is a string.
func textField(of string, doc []byte, name string) (string, error) {
	v := keys.Lookup(doc, name)
	text, ok := value.Text(v)
	if v.Type != 0 && !ok {
		return "", wire.Errorf(wire.FailedToParse, "%s argument '%s' must be a string, is type %s", of, name, value.TypeName(v))
	}
	return text, nil
}

// knownFields refuses fields of a stage's document that are not known.
func knownFields(of string, code wire.Code, doc []byte, known ...string) error {
	for name := range keys.Elements(doc) {
		if !slices.Contains(known, string(name)) {
			return wire.Errorf(code, "unknown argument to %s: %s", of, name)
		}
	}
	return nil
}
