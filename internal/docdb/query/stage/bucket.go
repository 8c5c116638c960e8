package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Bucket groups documents by the interval in which a value lies: a group and a sort.
type Bucket struct {
	named
	group, sort Stage
}

func parseBucket(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(located(40201), "Argument to $bucket stage must be an object, but found type: %s.", value.TypeName(n.spec))
	}
	if err := knownFields("$bucket", located(40197), doc, "groupBy", "boundaries", "default", "output"); err != nil {
		return nil, err
	}
	by, given := keys.Lookup(doc, "groupBy"), keys.Lookup(doc, "boundaries")
	if by.Type == 0 || given.Type == 0 {
		return nil, wire.Errorf(located(40198), "$bucket requires 'groupBy' and 'boundaries' to be specified.")
	}
	if err := groupable(by, "$bucket", 40202); err != nil {
		return nil, err
	}
	bounds, err := boundaries(p, given)
	if err != nil {
		return nil, err
	}
	other, err := otherBucket(p, keys.Lookup(doc, "default"), bounds)
	if err != nil {
		return nil, err
	}
	output, err := bucketOutput(keys.Lookup(doc, "output"), 40196)
	if err != nil {
		return nil, err
	}
	group := value.NewBuilder()
	group.Add("_id", intervalOf(by, bounds, other))
	for name, v := range keys.Elements(output.Value) {
		group.Add(string(name), v)
	}
	b := Bucket{named: n}
	if b.group, err = parseGroup(p, named{"$group", group.Document()}); err != nil {
		return nil, err
	}
	b.sort, err = parseSort(p, named{"$sort", one("_id", value.Int32(1))})
	return b, err
}

func (b Bucket) Stream(in value.Documents, r *Run) value.Documents {
	return b.sort.Stream(b.group.Stream(in, r), r)
}

func (b Bucket) Needs(out Needs) Needs { return b.group.Needs(out) }

// one is a document of one field.
func one(name string, v bson.RawValue) bson.RawValue {
	b := value.NewBuilder()
	b.Add(name, v)
	return b.Document()
}

// groupable refuses what documents are not grouped by: a string that is no path, and a document that is no expression.
func groupable(by bson.RawValue, of string, code int32) error {
	text, _ := value.Text(by)
	first, _ := value.FirstName(by)
	if !strings.HasPrefix(text, "$") && !strings.HasPrefix(first, "$") {
		return wire.Errorf(located(code), "The %s 'groupBy' field must be defined as a $-prefixed path or an expression object, but found: %v", of, by)
	}
	return nil
}

// boundaries reads constants that ascend.
func boundaries(p *expression.Parser, given bson.RawValue) (list []bson.RawValue, err error) {
	if !value.IsArray(given) {
		return nil, wire.Errorf(located(40200), "The $bucket 'boundaries' field must be an array, but found type: %s.", value.TypeName(given))
	}
	for _, v := range value.Elements(given) {
		bound, err := constantOf(p, v, 40191, "$bucket 'boundaries'")
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 {
			before := list[n-1]
			switch {
			case before.Type != bound.Type && !(before.IsNumber() && bound.IsNumber()):
				return nil, wire.Errorf(located(40193), "All values in the 'boundaries' option to $bucket must have the same type. Found conflicting types %s and %s.", value.TypeName(before), value.TypeName(bound))
			case p.Collation.Compare(before, bound) >= 0:
				return nil, wire.Errorf(located(40194), "The 'boundaries' option to $bucket must be sorted, but elements %d and %d are not in order.", n-1, n)
			}
		}
		list = append(list, bound)
	}
	if len(list) < 2 {
		return nil, wire.Errorf(located(40192), "The $bucket 'boundaries' field must have at least 2 values, but found %d value(s).", len(list))
	}
	return list, nil
}

func constantOf(p *expression.Parser, v bson.RawValue, code int32, what string) (bson.RawValue, error) {
	e, err := expression.Parse(p, v)
	if err != nil {
		return v, err
	}
	is, ok := expression.Constant(e)
	if !ok {
		return v, wire.Errorf(located(code), "The %s must be constant, but found: %v", what, v)
	}
	return is, nil
}

// otherBucket is where documents go that lie in no interval; missing: they are an error.
func otherBucket(p *expression.Parser, v bson.RawValue, bounds []bson.RawValue) (bson.RawValue, error) {
	if v.Type == 0 {
		return v, nil
	}
	other, err := constantOf(p, v, 40195, "$bucket 'default'")
	if err != nil {
		return v, err
	}
	if p.Collation.Compare(other, bounds[0]) >= 0 && p.Collation.Compare(other, bounds[len(bounds)-1]) < 0 {
		return v, wire.Errorf(located(40199), "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.")
	}
	return other, nil
}

// bucketOutput are the fields of buckets: a count, if nothing else is said.
func bucketOutput(output bson.RawValue, code int32) (bson.RawValue, error) {
	switch {
	case output.Type == 0:
		return one("count", one("$sum", value.Int32(1))), nil
	case !value.IsDocument(output):
		return output, wire.Errorf(located(code), "The 'output' field must be an object, but found type: %s.", value.TypeName(output))
	}
	return output, nil
}

// intervalOf is the expression that gives the lower bound of the interval in which a value lies.
func intervalOf(by bson.RawValue, bounds []bson.RawValue, other bson.RawValue) bson.RawValue {
	literal := func(v bson.RawValue) bson.RawValue { return one("$literal", v) }
	pair := func(op string, v bson.RawValue) bson.RawValue {
		return one(op, value.Array([]bson.RawValue{by, literal(v)}))
	}
	var branches []bson.RawValue
	for i, low := range bounds[:len(bounds)-1] {
		b := value.NewBuilder()
		b.Add("case", one("$and", value.Array([]bson.RawValue{pair("$gte", low), pair("$lt", bounds[i+1])})))
		b.Add("then", literal(low))
		branches = append(branches, b.Document())
	}
	b := value.NewBuilder()
	b.Add("branches", value.Array(branches))
	if other.Type != 0 {
		b.Add("default", literal(other))
	}
	return one("$switch", b.Document())
}
