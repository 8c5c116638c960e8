package api

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestPatch(t *testing.T) {
	type inner struct {
		A int `json:"a,omitempty"`
		B int `json:"b,omitempty"`
	}
	type shape struct {
		In   inner    `json:"in"`
		List []string `json:"list,omitempty"`
		Text *string  `json:"text,omitempty"`
		Yes  bool     `json:"yes"`
	}
	old := shape{In: inner{1, 2}, List: []string{"x", "y"}, Text: Ptr("old"), Yes: true}
	for body, want := range map[string]shape{
		`{}`:                       old,
		`{"yes":false}`:            {In: inner{1, 2}, List: []string{"x", "y"}, Text: Ptr("old")},
		`{"in":{"b":3}}`:           {In: inner{0, 3}, List: []string{"x", "y"}, Text: Ptr("old"), Yes: true},
		`{"list":[],"text":"new"}`: {In: inner{1, 2}, List: []string{}, Text: Ptr("new"), Yes: true},
	} {
		var p Patch[shape]
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatal(err)
		}
		got, err := p.Apply(old)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s makes %+v, %v; want %+v", body, got, err, want)
		}
		if p.Names("yes") != (body == `{"yes":false}`) {
			t.Errorf("%s names yes: %v", body, p.Names("yes"))
		}
	}
	if *old.Text != "old" || old.List[0] != "x" {
		t.Errorf("the old object has changed: %+v", old)
	}
}
