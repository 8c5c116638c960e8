package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Redact leaves out documents, and documents in them, by an expression that looks at each: it keeps one as it is, leaves it
// out, or goes on to what is in it.
type Redact struct {
	named
	decide  expression.Expression
	current expression.Slot // the document that is looked at
}

// What $redact's expression decides. The values are what its variables stand for, which nobody sees.
const descend, prune, keep = "descend", "prune", "keep"

func parseRedact(p *expression.Parser, n named) (Stage, error) {
	slot, undo := p.Let("CURRENT")
	defer undo()
	for name, decision := range map[string]string{"DESCEND": descend, "PRUNE": prune, "KEEP": keep} {
		defer p.Bind(name, value.String(decision))()
	}
	decide, err := expression.Parse(p, n.spec)
	return Redact{n, decide, slot}, err
}

func (s Redact) Stream(in value.Documents, r *Run) value.Documents {
	x := r.Evaluation()
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		out := s.redacted(x.Begin(doc), value.Document(doc))
		if err := x.Err(); err != nil {
			return yield(nil, err) && false
		}
		return out.Type == 0 || yield(out.Value, nil)
	})
}

// redacted is what is left of a document; missing: nothing.
func (s Redact) redacted(x *expression.Evaluation, doc bson.RawValue) bson.RawValue {
	x.Set(s.current, doc)
	decision := s.decide.Value(x)
	switch text, _ := value.Text(decision); {
	case x.Err() != nil || text == prune:
		return bson.RawValue{}
	case text == keep:
		return doc
	case text != descend:
		return x.Fail(wire.Errorf(located(17053), "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned %v", decision))
	}
	b := value.NewBuilder()
	for name, v := range keys.Elements(doc.Value) {
		b.Add(string(name), s.inside(x, v))
	}
	return b.Document()
}

// inside redacts the documents in a value.
func (s Redact) inside(x *expression.Evaluation, v bson.RawValue) bson.RawValue {
	switch {
	case value.IsDocument(v):
		return s.redacted(x, v)
	case !value.IsArray(v):
		return v
	}
	list := value.NewList()
	for _, element := range keys.Elements(v.Value) {
		if part := s.inside(x, element); part.Type != 0 {
			list.Add(part)
		}
	}
	return list.Array()
}

func (Redact) Needs(Needs) Needs { return everything }
