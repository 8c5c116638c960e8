package expression

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// kase is an operator with its operand and what it makes of subject: a value, "" for missing, or "!" and the code of an
// error. @time@ is a date, #1.5# a decimal and ~5~ a long.
type kase struct{ operator, operand, want string }

// of are the cases of an operator: operands, each with what it gives.
func of(operator string, pairs ...string) (list []kase) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, kase{operator, pairs[i], pairs[i+1]})
	}
	return list
}

var shorthands = []struct {
	form *regexp.Regexp
	full string
}{
	{regexp.MustCompile(`@([^@]*)@`), `{"$$date": "$1"}`},
	{regexp.MustCompile(`#([^#]*)#`), `{"$$numberDecimal": "$1"}`},
	{regexp.MustCompile(`~([^~]*)~`), `{"$$numberLong": "$1"}`},
}

func expand(text string) string {
	for _, s := range shorthands {
		text = s.form.ReplaceAllString(text, s.full)
	}
	return text
}

// computed is what an expression gives, or why it does not.
func computed(t *testing.T, text string) (bson.RawValue, error) {
	t.Helper()
	p := NewParser(t.Context(), nil, time.UnixMilli(1e12))
	p.ClusterTime = bson.Timestamp{T: 5, I: 6}
	e, err := Parse(p, querytest.Val(t, text))
	if err != nil {
		return bson.RawValue{}, err
	}
	var x Evaluation
	return value.Clone(e.Value(x.Begin(querytest.Doc(t, subject)))), x.Err()
}

func (c kase) check(t *testing.T) {
	t.Helper()
	text := `{"` + c.operator + `": ` + expand(c.operand) + `}`
	got, err := computed(t, text)
	if code, fails := cutCode(c.want); fails {
		known := (*wire.Error)(nil)
		if !errors.As(err, &known) || known.Code != code {
			t.Errorf("%s: got %v, %v, want code %d", text, got, err, code)
		}
		return
	}
	want := bson.RawValue{}
	if c.want != "" {
		want = querytest.Val(t, expand(c.want))
	}
	if err != nil || got.Type != want.Type || string(got.Value) != string(want.Value) {
		t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
	}
}

func cutCode(want string) (code int32, ok bool) {
	if want == "" || want[0] != '!' {
		return 0, false
	}
	for _, digit := range want[1:] {
		code = code*10 + digit - '0'
	}
	return code, true
}

func checkAll(t *testing.T, families ...[]kase) {
	t.Helper()
	for _, family := range families {
		for _, c := range family {
			c.check(t)
		}
	}
}

// families are the cases of all families.
func families() []kase {
	return slices.Concat(slices.Concat(numberCases, arrayCases, textCases, dateCases, convertCases)...)
}

// TestTenCases counts the cases of expressions that mingo, with which the others are compared too, does not know well enough.
func TestTenCases(t *testing.T) {
	cases := map[string]int{}
	for _, c := range slices.Concat(slices.Concat(dateCases, convertCases)...) {
		cases[c.operator]++
	}
	for _, table := range []value.Table[parsing]{dateParts, newDates(), newConversions()} {
		for name := range table {
			if cases[name] < 10 {
				t.Errorf("%s has %d cases", name, cases[name])
			}
		}
	}
}
