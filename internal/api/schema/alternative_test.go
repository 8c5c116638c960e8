package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/fault"
)

type vehicle struct {
	Doors  int    `json:"doors,omitempty" api:"required,min=1,when=kind=CAR|VAN"`
	ID     string `json:"id,omitempty" api:"readonly,when=kind=CAR"`
	Kind   string `json:"kind,omitempty" api:"enum=CAR|VAN|BIKE|SKATES,default=CAR"`
	Name   string `json:"name,omitempty"`
	Saddle string `json:"saddle,omitempty" api:"default=LEATHER,when=kind=BIKE"`
}

func fields(found []fault.Violation) string {
	var names []string
	for _, f := range found {
		names = append(names, f.Field)
	}
	return strings.Join(names, " ")
}

func TestAlternatives(t *testing.T) {
	for _, c := range []struct {
		body    string
		partial bool
		want    string // the fields that are refused, or the body as it is taken
	}{
		{`{"doors":2}`, false, `{"doors":2,"kind":"CAR"}`},
		{`{}`, false, "doors"},
		{`{"kind":"VAN","doors":0}`, false, "doors"},
		{`{"kind":"BIKE"}`, false, `{"kind":"BIKE","saddle":"LEATHER"}`},
		{`{"kind":"BIKE","doors":2,"name":"x"}`, false, "doors"},
		{`{"kind":"BIKE","doors":null,"id":"read-only"}`, false, `{"kind":"BIKE","saddle":"LEATHER"}`},
		{`{"kind":"SKATES","doors":2,"saddle":"WOOD"}`, false, "doors saddle"},
		{`{"kind":"BOAT","doors":2}`, false, "kind"},
		{`{"doors":2}`, true, `{"doors":2}`},
		{`{"kind":"BIKE","doors":2}`, true, "doors"},
	} {
		v, err := Decode([]byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		clean, found := Of(reflect.TypeFor[vehicle]()).Check(v, c.partial)
		got := fields(found)
		if got == "" {
			raw, err := json.Marshal(clean)
			if err != nil {
				t.Fatal(err)
			}
			got = string(raw)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.body, got, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct{ merged, named, want string }{
		{`{"kind":"CAR","doors":2}`, "doors", `{"doors":2,"kind":"CAR"}`},
		{`{"kind":"BIKE","doors":2}`, "doors", "doors"},
		{`{"kind":"BIKE","doors":2}`, "kind", `{"kind":"BIKE"}`},
		{`{"kind":"CAR","saddle":"WOOD"}`, "kind", "doors"},
		{`{"doors":2,"saddle":"WOOD"}`, "doors", `{"doors":2,"saddle":"WOOD"}`},
	} {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(c.merged), &m); err != nil {
			t.Fatal(err)
		}
		got := fields(Of(reflect.TypeFor[vehicle]()).Merge(m, func(name string) bool { return name == c.named }))
		if got == "" {
			raw, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			got = string(raw)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.merged, got, c.want)
		}
	}
}

func TestTheShapesOfAnObject(t *testing.T) {
	var got []string
	for _, a := range Of(reflect.TypeFor[vehicle]()).Alternatives() {
		var names []string
		for _, p := range a.Props {
			names = append(names, p.Name)
		}
		got = append(got, fmt.Sprint(a.Values, names))
	}
	want := "[CAR] [doors id kind name]; [VAN] [doors kind name]; [BIKE] [kind name saddle]; [SKATES] [kind name]"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("%s, want %s", text, want)
	}
}

func TestAlternativesThatNothingTellsApart(t *testing.T) {
	for _, x := range []any{
		struct {
			A string `json:"a" api:"when=b=X"`
		}{},
		struct {
			A string `json:"a" api:"when=b=X"`
			B string `json:"b" api:"enum=Y"`
		}{},
		struct {
			A string `json:"a" api:"when=b"`
			B string `json:"b" api:"enum=Y"`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T was taken", x)
				}
			}()
			Of(reflect.TypeOf(x))
		}()
	}
}
