package stage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// randomStage is a stage that rules look at, or one that is in their way.
func randomStage(r *rand.Rand) string {
	return []string{
		fmt.Sprintf(`{"$match": {"a": {"$gte": %d}}}`, r.IntN(4)), fmt.Sprintf(`{"$match": {"b": {"$ne": %d}}}`, r.IntN(3)),
		`{"$sort": {"a": 1}}`, `{"$sort": {"b": -1, "a": 1}}`, fmt.Sprintf(`{"$skip": %d}`, r.IntN(3)), fmt.Sprintf(`{"$limit": %d}`, 1+r.IntN(6)),
		`{"$project": {"a": 1, "b": "$_id"}}`, `{"$set": {"b": "$_id"}}`, `{"$unset": "b"}`, `{"$unwind": "$a"}`, `{"$count": "n"}`,
		`{"$group": {"_id": "$a", "a": {"$sum": "$b"}}}`,
	}[r.IntN(12)]
}

// TestOptimizing gives random pipelines random documents: as they are written, rewritten by the rules, and led by what
// somebody else does for them, they give the same.
func TestOptimizing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var list, docs []string
		for range 1 + r.IntN(6) {
			list = append(list, randomStage(r))
		}
		for i := range r.IntN(12) {
			docs = append(docs, fmt.Sprintf(`{"_id": %d, "a": %s, "b": %d}`, i, []string{"0", "1", "2", "3", "[1, 2]", "null"}[r.IntN(6)], r.IntN(3)))
		}
		text, in := "["+strings.Join(list, ", ")+"]", "["+strings.Join(docs, ", ")+"]"
		p := pipeline(t, text)
		want := all(t, p, in)
		if got := all(t, p.Optimize(), in); !got.Equal(want) {
			t.Errorf("%s of %s\ngot  %v\nwant %v", text, in, got, want)
		}
		l, rest := p.Optimize().Lead()
		if got := all(t, Of(append(led(l), rest.stages...)...), in); !got.Equal(want) {
			t.Errorf("led: %s of %s\ngot  %v\nwant %v", text, in, got, want)
		}
		if got := all(t, Of(append(append(led(l), only{l.Needs}), rest.stages...)...), in); !got.Equal(want) {
			t.Errorf("with what it needs: %s of %s\ngot  %v\nwant %v", text, in, got, want)
		}
	}
}

// led are the stages that a lead stands for.
func led(l Lead) (list []Stage) {
	list = append(list, Match{Filter: l.Filter})
	if l.Sort != nil {
		list = append(list, Sort{Order: l.Order})
	}
	if list = append(list, Skip{N: l.Skip}); l.Limit > 0 {
		list = append(list, Limit{N: l.Limit})
	}
	return list
}

// only takes from documents what is not needed.
type only struct{ needs Needs }

func (o only) Show() (string, bson.RawValue) { return "", bson.RawValue{} }
func (o only) Needs(Needs) Needs             { return o.needs }
func (o only) Stream(in value.Documents, _ *Run) value.Documents {
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		if o.needs.Whole {
			return yield(doc, nil)
		}
		b := value.NewBuilder()
		for _, name := range []string{"_id", "a", "b"} {
			for _, path := range o.needs.Paths {
				if first, _, _ := strings.Cut(path, "."); first == name {
					if v, err := doc.LookupErr(name); err == nil {
						b.Add(name, v)
					}
					break
				}
			}
		}
		return yield(b.Bytes(), nil)
	})
}

func all(t *testing.T, p *Pipeline, in string) bson.RawValue {
	t.Helper()
	var read int
	got, err := collect(p.Run(running(context.Background()), lent(stream(t, in, &read))))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestRules states what becomes of stages.
func TestRules(t *testing.T) {
	for in, want := range map[string]string{
		`[{"$sort": {"a": 1}}, {"$limit": 3}]`:                                                    `sort 3, limit 3`,
		`[{"$sort": {"a": 1}}, {"$skip": 2}, {"$limit": 3}]`:                                      `sort 5, skip 2, limit 3`,
		`[{"$sort": {"a": 1}}, {"$project": {"a": 1}}, {"$limit": 3}]`:                            `sort 3, limit 3, project`,
		`[{"$sort": {"a": 1}}, {"$match": {"a": 1}}, {"$limit": 3}]`:                              `match, sort 3, limit 3`,
		`[{"$sort": {"a": 1}}, {"$limit": 3}, {"$match": {"a": 1}}]`:                              `sort 3, limit 3, match`,
		`[{"$match": {"a": 1}}, {"$sort": {"a": 1}}, {"$match": {"b": 1}}]`:                       `match, sort 0`,
		`[{"$limit": 3}, {"$limit": 9}, {"$limit": 5}]`:                                           `limit 3`,
		`[{"$skip": 3}, {"$skip": 0}, {"$skip": 4}, {"$limit": 1}]`:                               `skip 7, limit 1`,
		`[{"$skip": {"$numberLong": "9223372036854775807"}}, {"$skip": 1}, {"$limit": 1}]`:        `skip 9223372036854775807, skip 1, limit 1`,
		`[{"$sort": {"a": 1}}, {"$skip": 1}, {"$limit": {"$numberLong": "9223372036854775807"}}]`: `sort 0, skip 1, limit 9223372036854775807`,
	} {
		if got := tell(pipeline(t, in).Optimize()); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

func tell(p *Pipeline) string {
	var told []string
	for _, s := range p.stages {
		switch s := s.(type) {
		case Sort:
			told = append(told, fmt.Sprint("sort ", s.Keep))
		case Skip:
			told = append(told, fmt.Sprint("skip ", s.N))
		case Limit:
			told = append(told, fmt.Sprint("limit ", s.N))
		case Match:
			told = append(told, "match")
		case Project:
			told = append(told, "project")
		}
	}
	return strings.Join(told, ", ")
}

func TestLead(t *testing.T) {
	l, rest := pipeline(t, `[{"$match": {"_id": 5}}, {"$sort": {"a": 1}}, {"$skip": 1}, {"$limit": 2}, {"$group": {"_id": "$x.y"}}]`).Lead()
	if _, ok := l.Filter.EqID(); !ok || len(l.Order) != 1 || l.Skip != 1 || l.Limit != 2 || len(rest.stages) != 1 {
		t.Errorf("%+v, %d stages", l, len(rest.stages))
	}
	if fmt.Sprint(l.Needs) != `{false [x.y]}` {
		t.Error(l.Needs)
	}
	querytest.Same(t, "sort", l.Sort, `{"a": 1}`)
	if l, rest := pipeline(t, `[{"$limit": 1}, {"$match": {"_id": 5}}]`).Lead(); l.Filter != nil || l.Limit != 1 || !l.Needs.Whole || len(rest.stages) != 1 {
		t.Errorf("%+v", l)
	}
	if l, _ := pipeline(t, `[{"$match": {"a": 1}}, {"$count": "n"}]`).Lead(); l.Needs.Whole || len(l.Needs.Paths) != 0 {
		t.Errorf("%+v", l)
	}
}
