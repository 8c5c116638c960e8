package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// SortByCount counts the documents by a key, the most frequent first: a group and a sort.
type SortByCount struct {
	named
	group, sort Stage
}

func parseSortByCount(p *expression.Parser, n named) (Stage, error) {
	text, isText := value.Text(n.spec)
	if name, _ := value.FirstName(n.spec); isText && !strings.HasPrefix(text, "$") {
		return nil, wire.Errorf(wire.Code{Number: 40148, Name: "Location40148"}, "the sortByCount field must be defined as a $-prefixed path or an expression inside an object")
	} else if !isText && !strings.HasPrefix(name, "$") {
		return nil, wire.Errorf(wire.Code{Number: 40147, Name: "Location40147"}, "the sortByCount field must be defined as a $-prefixed path or an expression inside an object")
	}
	group, err := parseGroup(p, named{"$group", counting(n.spec)})
	if err != nil {
		return nil, err
	}
	order := value.NewBuilder()
	order.Add("count", value.Int32(-1))
	sort, err := parseSort(p, named{"$sort", order.Document()})
	return SortByCount{n, group, sort}, err
}

// counting is the $group of {_id: key, count: {$sum: 1}}.
func counting(key bson.RawValue) bson.RawValue {
	one, group := value.NewBuilder(), value.NewBuilder()
	one.Add("$sum", value.Int32(1))
	group.Add("_id", key)
	group.Add("count", one.Document())
	return group.Document()
}

func (s SortByCount) Stream(in value.Documents, r *Run) value.Documents {
	return s.sort.Stream(s.group.Stream(in, r), r)
}

func (s SortByCount) Needs(out Needs) Needs { return s.group.Needs(out) }
