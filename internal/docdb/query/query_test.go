package query

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// doc reads a document in Extended JSON, where a bare number is an int if it fits and a double if it has a point.
func doc(t testing.TB, text string) bson.Raw {
	t.Helper()
	var d bson.D
	if err := bson.UnmarshalExtJSON([]byte(text), false, &d); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	raw, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// val reads one value in Extended JSON.
func val(t testing.TB, text string) bson.RawValue {
	t.Helper()
	return doc(t, `{"v": `+text+`}`).Lookup("v")
}

func filter(t testing.TB, text string) *Filter {
	t.Helper()
	f, err := ParseFilter(doc(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// same fails unless got is the document want, types and order of fields included.
func same(t testing.TB, what string, got bson.Raw, want string) {
	t.Helper()
	if string(got) != string(doc(t, want)) {
		t.Errorf("%s\ngot  %v\nwant %v", what, got, doc(t, want))
	}
}

// fails checks the code of an error and that its message has a text in it.
func fails(t testing.TB, what string, err error, code int32, text string) {
	t.Helper()
	var e *wire.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: got %v, want code %d", what, err, code)
		return
	}
	if e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("%s: got %v, want code %d and %q", what, e, code, text)
	}
}

func TestRegistries(t *testing.T) {
	for name, list := range map[string][]Entry{"Operators": Operators, "UpdateOperators": UpdateOperators, "Stages": Stages, "Accumulators": Accumulators, "Expressions": Expressions} {
		if len(list) == 0 {
			t.Errorf("%s is empty", name)
		}
		for i, e := range list {
			if !strings.HasPrefix(e.Name, "$") || !strings.HasSuffix(e.Summary, ".") {
				t.Errorf("%s: %+v", name, e)
			}
			if i > 0 && list[i-1].Name >= e.Name {
				t.Errorf("%s: %s is out of order", name, e.Name)
			}
		}
	}
}
