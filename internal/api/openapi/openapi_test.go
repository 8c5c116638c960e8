package openapi_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/openapi"
	"github.com/telamon-db/telamon/internal/authz"
)

type (
	// Tree is a shape with others inside.
	Tree struct {
		Branches []Wood `json:"branches,omitempty" doc:"What grows on it."`
		Trunk    *Wood  `json:"trunk,omitempty" api:"readonly" doc:"What it stands on."`
	}
	// Wood is what trees are made of.
	Wood struct {
		Kind string `json:"kind" api:"required,enum=OAK|FIR" doc:"Which wood."`
		Use  string `json:"use,omitempty" api:"enum=FIRE|HOUSE,open" doc:"What it is for."`
	}
	// Forest is the second version of a shape.
	Forest struct {
		Trees []Tree `json:"trees" doc:"Its trees."`
	}
	first struct {
		Name string `path:"name" doc:"The tree's name."`
		Old  string `query:"old" doc:"Something old."`
		Kept string `query:"kept" doc:"As it was."`
		Body Tree
	}
	second struct {
		Name string `path:"name" doc:"The tree's name."`
		Kept string `query:"kept" api:"required" doc:"As it is."`
		Body Forest `api:"optional"`
	}
)

func answer[In, Out any](context.Context, In) (out Out, err error) { return out, err }

// load makes a document of one operation and reads it back.
func load(t *testing.T, op api.Op) *openapi3.Operation {
	t.Helper()
	raw, err := json.Marshal(openapi.Document(api.Operations{op}, "1"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc.Paths.Value(api.Prefix + op.Path).GetOperation(op.Method)
}

func trees() api.Op {
	return api.Op{
		ID: "plant", Method: "POST", Path: "/trees/{name}", Tag: "Trees", Summary: "Plant one tree", Roles: authz.Any(authz.OrgOwner), Status: 201, Level: api.Declared,
		Versions: []api.Version{api.At("2023-01-01", answer[first, Tree]), api.At("2024-08-05", answer[second, api.None])},
	}
}

// An operation stands in the document with the parameters of all its versions, each as its newest version has it.
func TestVersions(t *testing.T) {
	op := load(t, trees())
	var names []string
	for _, p := range op.Parameters {
		names = append(names, p.Value.Name)
		if p.Value.Name == "kept" && (p.Value.Description != "As it is." || !p.Value.Required) {
			t.Errorf("the parameter of both versions: %+v", p.Value)
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"envelope", "kept", "name", "old", "pretty"}) {
		t.Errorf("parameters %v", names)
	}
	created := op.Responses.Value("201").Value.Content
	one, two := created["application/vnd.atlas.2023-01-01+json"], created["application/vnd.atlas.2024-08-05+json"]
	if len(created) != 2 || one.Schema.Ref != "#/components/schemas/Tree" || two == nil || two.Schema != nil {
		t.Errorf("answers %v", created)
	}
	body := op.RequestBody.Value
	if body.Required || body.Content["application/vnd.atlas.2024-08-05+json"].Schema.Ref != "#/components/schemas/Forest" {
		t.Errorf("body %+v", body)
	}
	tree := one.Schema.Value
	if tree.Properties["branches"].Value.Items.Ref != "#/components/schemas/Wood" || !tree.Properties["trunk"].Value.ReadOnly {
		t.Errorf("a shape with others inside: %+v", tree)
	}
	if op.Description != "Plant one tree. Roles, any of: ORG_OWNER." || op.Deprecated || op.Security != nil {
		t.Errorf("described as %q", op.Description)
	}
}

func TestDeprecatedAndPublic(t *testing.T) {
	op := trees()
	op.Deprecated, op.Roles, op.NoEnvelope, op.Description = "2024-08-05", authz.Public, true, "Plants."
	got := load(t, op)
	if !got.Deprecated || got.Security == nil || len(*got.Security) != 0 || got.Description != "Plants." {
		t.Errorf("deprecated %v, security %v, description %q", got.Deprecated, got.Security, got.Description)
	}
	if got.Parameters.GetByInAndName("query", "envelope") != nil {
		t.Error("an operation without envelope has the parameter")
	}
}

// Of an open enumeration the document shows the values and allows others.
func TestAnswersThatMayBeEmpty(t *testing.T) {
	op := trees()
	op.MayBeEmpty = true
	got := load(t, op).Responses
	if empty := got.Value("204"); empty == nil || len(empty.Value.Content) != 2 || empty.Value.Content["application/vnd.atlas.2023-01-01+json"].Schema != nil {
		t.Errorf("the empty answer is %v", empty)
	}
	if load(t, trees()).Responses.Value("204") != nil {
		t.Error("an answer that is never empty may be")
	}
}

func TestOpenEnumeration(t *testing.T) {
	wood := load(t, trees()).RequestBody.Value.Content["application/vnd.atlas.2023-01-01+json"].Schema.Value.Properties["branches"].Value.Items.Value
	use := wood.Properties["use"].Value
	for value, ok := range map[any]bool{"FIRE": true, "boats": true, 5.0: false} {
		if err := use.VisitJSON(value); (err == nil) != ok {
			t.Errorf("%v: %v", value, err)
		}
	}
	if known := use.AnyOf[0].Value.Enum; len(known) != 2 || wood.Properties["kind"].Value.VisitJSON("boats") == nil {
		t.Errorf("known values %v", known)
	}
}

// Two shapes cannot have one name: the first would be shown in place of the second.
func TestOneNameForTwoShapes(t *testing.T) {
	type Wood struct {
		Age int `json:"age" doc:"In years."`
	}
	if reflect.TypeFor[Wood]().Name() != "Wood" {
		t.Fatal("the shapes have two names")
	}
	op := trees()
	op.Versions = append(op.Versions, api.At("2025-03-12", answer[second, Wood]))
	defer func() {
		if recover() == nil {
			t.Error("the document has one name for two shapes")
		}
	}()
	openapi.Document(api.Operations{op}, "1")
}

func TestAnswersThatAreNoJSON(t *testing.T) {
	op := load(t, api.Op{
		ID: "getReport", Method: "GET", Path: "/reports", Tag: "Reports", Summary: "Get", Roles: authz.Public, Status: 200, Level: api.Real,
		Versions: []api.Version{
			api.Streamed("2023-01-01", api.Gzip, answer[struct{}, api.Stream]), api.Streamed("2023-02-01", api.CSV, answer[struct{}, api.Stream]),
		},
	})
	content := op.Responses.Value("200").Value.Content
	for media, format := range map[string]string{"application/vnd.atlas.2023-01-01+gzip": "binary", "application/vnd.atlas.2023-02-01+csv": ""} {
		m := content[media]
		if m == nil || !m.Schema.Value.Type.Is("string") || m.Schema.Value.Format != format {
			t.Errorf("%s is %+v", media, m)
		}
	}
}
