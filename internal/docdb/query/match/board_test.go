package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

// someValue is one of a few values of several types.
func someValue(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf(`"%c"`, 'a'+r.IntN(5))
	case 1:
		return fmt.Sprintf(`%d.5`, r.IntN(20))
	case 2:
		return `{"$numberDouble": "NaN"}`
	case 3:
		return fmt.Sprintf(`{"c": %d}`, r.IntN(20))
	}
	return fmt.Sprint(r.IntN(20))
}

// someBranch asks a for a value or for a range, and sometimes b too.
func someBranch(r *rand.Rand) string {
	path := []string{"a", "a", "a", "a.c"}[r.IntN(4)]
	asked := someValue(r)
	switch r.IntN(4) {
	case 0:
		asked = fmt.Sprintf(`{"$gte": %s, "$lt": %s}`, someValue(r), someValue(r))
	case 1:
		low := r.IntN(20)
		asked = fmt.Sprintf(`{"$gt": %d, "$lte": %d}`, low, low+r.IntN(3))
	case 2:
		asked = fmt.Sprintf(`{"$%s": %s}`, []string{"gt", "gte", "lt", "lte"}[r.IntN(4)], someValue(r))
	}
	if r.IntN(2) == 0 {
		return fmt.Sprintf(`{"%s": %s}`, path, asked)
	}
	return fmt.Sprintf(`{"%s": %s, "b": %d}`, path, asked, r.IntN(3))
}

// someDocument has a value at a, or several, and one at b.
func someDocument(r *rand.Rand) string {
	value := someValue(r)
	switch r.IntN(4) {
	case 0:
		value = fmt.Sprintf(`[%s, %s]`, someValue(r), someValue(r))
	case 1:
		value = fmt.Sprintf(`[{"c": %s}, [%s]]`, someValue(r), someValue(r))
	}
	return fmt.Sprintf(`{"a": %s, "b": %d}`, value, r.IntN(3))
}

// TestBoards compares what a disjunction finds by a board with what its branches say one by one.
func TestBoards(t *testing.T) {
	boards, matched, other := 0, 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		var list []string
		for range boardBranches + r.IntN(10) {
			list = append(list, someBranch(r))
		}
		if r.IntN(2) == 0 { // a path that all of them bound
			for i := range list {
				list[i] = strings.Replace(list[i], "a.c", "a", 1)
			}
		}
		text := `{"$or": [` + strings.Join(list, ",") + `]}`
		f := filterOf(t, text)
		d := f.root[0].(disjunction)
		if d.board != nil {
			boards++
		}
		for range 40 {
			doc := querytest.Doc(t, someDocument(r))
			got, want := f.Match(doc), anyOf(d.branches, &expression.Evaluation{}, doc)
			if got != want {
				t.Fatalf("seed %d: %s of %s is %t", seed, text, doc, got)
			}
			if want {
				matched++
			} else {
				other++
			}
		}
	}
	if boards < 100 || matched < 1000 || other < 1000 {
		t.Errorf("%d boards, %d matches, %d others", boards, matched, other)
	}
}

func filterOf(t testing.TB, filter string) *Filter {
	t.Helper()
	f, err := Parse(nil, querytest.Doc(t, filter))
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return f
}

// TestBoardsLeaveFewBranches counts the branches that are looked at for a document.
func TestBoardsLeaveFewBranches(t *testing.T) {
	for name, branch := range map[string]func(i int) string{
		"values": func(i int) string { return fmt.Sprintf(`{"a": %d}`, i) },
		"ranges": func(i int) string { return fmt.Sprintf(`{"a": {"$gte": %d, "$lt": %d}}`, i, i+1) },
		"ranges beside half": func(i int) string {
			return fmt.Sprintf(`{"b": {"$gte": %d}, "a": {"$gte": %d, "$lt": %d}}`, -i, i, i+1)
		},
		"one wide range": func(i int) string {
			if i == 7 {
				return `{"a": {"$gte": -1}, "b": 1}`
			}
			return fmt.Sprintf(`{"a": {"$gt": %d, "$lte": %d}}`, i-1, i)
		},
	} {
		var list []string
		for i := range 1000 {
			list = append(list, branch(i))
		}
		d := filterOf(t, `{"$or": [`+strings.Join(list, ",")+`]}`).root[0].(disjunction)
		if d.board == nil {
			t.Errorf("%s: there is no board", name)
			continue
		}
		looked := 0
		for i := range 1000 {
			key := d.board.collate.Append(nil, bson.RawValue{Type: bson.TypeInt32, Value: []byte{byte(i), byte(i >> 8), 0, 0}})
			d.board.marks.holding(key, func(int) bool { looked++; return false })
		}
		if looked < 1000 || looked > 2000 {
			t.Errorf("%s: %d branches are looked at for 1000 values", name, looked)
		}
	}
}
