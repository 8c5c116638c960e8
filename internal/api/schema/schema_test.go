package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Key   string `json:"key" api:"required,minLen=1,maxLen=3"`
	Count int    `json:"count,omitempty" api:"min=1,max=5"`
}

type outer struct {
	Big  int64             `json:"big,omitempty"`
	Free map[string]string `json:"free,omitempty"`
	ID   string            `json:"id,omitempty" api:"readonly,is=objectId"`
	Kind string            `json:"kind,omitempty" api:"enum=A|B,default=A"`
	List []inner           `json:"list,omitempty" api:"maxItems=2"`
	Mood string            `json:"mood,omitempty" api:"enum=GOOD|BAD,open,maxLen=4"`
	Name string            `json:"name" api:"required,is=clusterName"`
	One  *inner            `json:"one,omitempty" api:"listed"`
	On   *bool             `json:"on,omitempty" api:"default=true"`
	When time.Time         `json:"when,omitzero"`
}

func check(t *testing.T, body string, partial bool) (clean any, fields []string) {
	t.Helper()
	v, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	clean, found := Of(reflect.TypeFor[outer]()).Check(v, partial)
	for _, f := range found {
		fields = append(fields, f.Field)
	}
	return clean, fields
}

func TestEveryViolationIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		`{"name":"a"}`:                         "",
		`{}`:                                   "name",
		`{"name":null}`:                        "name",
		`{"name":5}`:                           "name",
		`{"name":"-a","kind":"C","x":1}`:       "x kind name",
		`{"name":"a","list":[{}]}`:             "list[0].key",
		`{"name":"a","list":[{"key":"long"}]}`: "list[0].key",
		`{"name":"a","list":[null]}`:           "list[0]",
		`{"name":"a","list":[{"key":"k","count":0}]}`:               "list[0].count",
		`{"name":"a","list":{}}`:                                    "list",
		`{"name":"a","list":[{"key":"a"},{"key":"b"},{"key":"c"}]}`: "list",
		`{"name":"a","one":[{"key":"k"}]}`:                          "",
		`{"name":"a","one":[{"key":"long"}]}`:                       "one.key",
		`{"name":"a","one":[]}`:                                     "one",
		`{"name":"a","one":[{"key":"k"},{"key":"k"}]}`:              "one",
		`{"name":"a","one":[[{"key":"k"}]]}`:                        "one",
		`{"name":"a","on":"true"}`:                                  "on",
		`{"name":"a","on":null,"kind":null}`:                        "",
		`{"name":"a\u0000"}`:                                        "name",
		`{"name":"a","free":{"a\u0000":"b"}}`:                       "free",
		`{"name":"a","free":{"x":"a\u0000"}}`:                       "free.x",
		`{"name":"a","when":"yesterday"}`:                           "when",
		`{"name":"a","when":"2025-05-04T09:42:00+02:00"}`:           "",
		`{"name":"a","free":{"x":1}}`:                               "free.x",
		`{"name":"a","big":1.5}`:                                    "big",
		`{"name":"a","big":1e3}`:                                    "",
		`{"name":"a","big":1e300}`:                                  "big",
		`{"name":"a","id":"ignored"}`:                               "",
		`{"name":"a","mood":"so"}`:                                  "",
		`{"name":"a","mood":"splendid"}`:                            "mood",
		`[]`:                                                        "body",
		`null`:                                                      "body",
		`"x"`:                                                       "body",
	} {
		_, fields := check(t, body, false)
		slices.Sort(fields)
		names := strings.Fields(want)
		slices.Sort(names)
		if !slices.Equal(fields, names) {
			t.Errorf("%s: %v, want %v", body, fields, names)
		}
	}
}

func TestAChangeMayLeaveFieldsOut(t *testing.T) {
	clean, fields := check(t, `{"list":[{"count":1}]}`, true)
	if !slices.Equal(fields, []string{"list[0].key"}) {
		t.Errorf("a nested required field may not be left out: %v", fields)
	}
	if m := clean.(map[string]any); len(m) != 1 {
		t.Errorf("a change must not grow defaults: %v", m)
	}
}

func TestWhatIsCleaned(t *testing.T) {
	clean, _ := check(t, `{"name":"a","id":"theirs","kind":null,"big":1e3}`, false)
	got, err := json.Marshal(clean)
	if err != nil || string(got) != `{"big":1000,"kind":"A","name":"a","on":true}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAViolationNeverTellsTheValue(t *testing.T) {
	v, err := Decode([]byte(`{"name":"my secret!","kind":"my secret!","list":[{"key":"my secret!"}],"when":"my secret!"}`))
	if err != nil {
		t.Fatal(err)
	}
	_, found := Of(reflect.TypeFor[outer]()).Check(v, false)
	if text := fmt.Sprint(found); len(found) != 4 || strings.Contains(text, "secret") {
		t.Error(text)
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		rule, value string
		ok          bool
	}{
		{"objectId", "32b6e34b3d91647abb20e7b8", true}, {"objectId", "32B6e34b3d91647abb20e7b8", false}, {"objectId", "32b6e34b3d91647abb20e7b", false},
		{"projectName", "a project", true}, {"projectName", " a", false}, {"projectName", "a/b", false}, {"projectName", "é'&(1)", true},
		{"projectName", strings.Repeat("x", 65), false}, {"projectName", "", false},
		{"ip", "1.2.3.4", true}, {"ip", "01.2.3.4", false}, {"ip", "::1", true}, {"ip", "fe80::1%eth0", false}, {"ip", "1.2.3.4/32", false},
		{"cidr", "10.0.0.0/8", true}, {"cidr", "10.0.0.0/33", false}, {"cidr", "2001:db8::/32", true}, {"cidr", "10.0.0.1", false},
		{"email", "hello@example.com", true}, {"email", "hello", false}, {"email", "A <a@b.c>", false}, {"email", "a@b.c\r\nBcc: x@y.z", false},
		{"mobile", "2125550179", true}, {"mobile", "+1 212-555-0179", true}, {"mobile", "12", false},
		{"country", "DE", true}, {"country", "de", false}, {"country", "DEU", false},
	} {
		if got := rules[c.rule].OK(c.value); got != c.ok {
			t.Errorf("%s %q: %v", c.rule, c.value, got)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, body := range []string{
		"", "{", `{"a":1,}`, `{"a":1}{}`, `{"a":1,"a":2}`, "\"\xff\"", strings.Repeat("[", 10000), strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2),
		"{\"a\x00\":1}", "nul", "01", "[" + strings.Repeat("{},", MaxValues) + "{}]",
	} {
		if _, err := Decode([]byte(body)); err == nil {
			t.Errorf("accepted %.40q", body)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"name":"a","list":[{"key":"k"}]}`, `{"name":null}`, `[[[[`, `{"free":{"a":"b"},"big":1e999}`, `{"when":"2025-05-04T09:42:00Z"}`} {
		f.Add([]byte(s))
	}
	node := Of(reflect.TypeFor[outer]())
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := Decode(body)
		if err != nil {
			return
		}
		clean, found := node.Check(v, false)
		if len(found) > 0 {
			return
		}
		raw, err := json.Marshal(clean)
		if err != nil {
			t.Fatalf("a checked body has no JSON form: %v", err)
		}
		var o outer
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatalf("a checked body does not fit its type: %v\n%s", err, raw)
		}
	})
}
