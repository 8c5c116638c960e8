package querytest

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Doc reads a document in Extended JSON, where a bare number is an int if it fits and a double if it has a point.
func Doc(t testing.TB, text string) bson.Raw {
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

// Val reads one value in Extended JSON.
func Val(t testing.TB, text string) bson.RawValue {
	t.Helper()
	return Doc(t, `{"v": `+text+`}`).Lookup("v")
}

// Same fails unless got is the document want, types and order of fields included.
func Same(t testing.TB, what string, got bson.Raw, want string) {
	t.Helper()
	if string(got) != string(Doc(t, want)) {
		t.Errorf("%s\ngot  %v\nwant %v", what, got, Doc(t, want))
	}
}

// Fails checks the code of an error and that its message has a text in it.
func Fails(t testing.TB, what string, err error, code int32, text string) {
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
