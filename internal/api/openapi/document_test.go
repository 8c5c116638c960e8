package openapi_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/server"
)

// document is the whole server's, as a client loads it.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	raw, err := json.Marshal(server.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestItIsValid(t *testing.T) {
	// The addresses' pattern uses look-ahead, which Go's regexp does not have.
	if err := document(t).Validate(t.Context(), openapi3.DisableSchemaPatternValidation()); err != nil {
		t.Error(err)
	}
}

// Every operation answers with one success, in each of its versions, and with the errors that every operation has. One may
// also succeed with 204, and then without a body.
func TestAnswers(t *testing.T) {
	each(document(t), func(id, method, path string, op *openapi3.Operation) {
		successes := 0
		for status, res := range op.Responses.Map() {
			if !strings.HasPrefix(status, "2") {
				if res.Value.Content["application/json"] == nil {
					t.Errorf("%s: %s is no error as the API writes them", id, status)
				}
				continue
			}
			if status != "204" || !others(op, status) {
				successes++
			}
			for media := range res.Value.Content {
				date, _, _ := strings.Cut(media, "+") // the format is behind it
				if !slices.ContainsFunc(append(slices.Clone(api.KnownDates), api.Preview), func(d api.Date) bool { return d.MediaType() == date+"+json" }) {
					t.Errorf("%s: %s answers as %s, which is no version", id, status, media)
				}
			}
			if len(res.Value.Content) == 0 {
				t.Errorf("%s: %s has no version", id, status)
			}
			if body := op.RequestBody; body != nil && len(body.Value.Content) != len(res.Value.Content) {
				t.Errorf("%s: %d versions of its body, %d of its answer", id, len(body.Value.Content), len(res.Value.Content))
			}
		}
		if successes != 1 {
			t.Errorf("%s: %d successes", id, successes)
		}
		for _, status := range []int{401, 406, 500} {
			if op.Responses.Value(strconv.Itoa(status)) == nil {
				t.Errorf("%s: no %d", id, status)
			}
		}
	})
}

// others reports whether an operation has another success than the status.
func others(op *openapi3.Operation, status string) bool {
	for other := range op.Responses.Map() {
		if strings.HasPrefix(other, "2") && other != status {
			return true
		}
	}
	return false
}

// A parameter of the path is declared and required; a body goes with the methods that have one.
func TestRequests(t *testing.T) {
	each(document(t), func(id, method, path string, op *openapi3.Operation) {
		inPath := 0
		for _, p := range op.Parameters {
			if p.Value.In != openapi3.ParameterInPath {
				continue
			}
			inPath++
			if !p.Value.Required || !strings.Contains(path, "{"+p.Value.Name+"}") {
				t.Errorf("%s: parameter %s", id, p.Value.Name)
			}
		}
		if want := strings.Count(path, "{"); inPath != want {
			t.Errorf("%s: %d parameters of %s", id, inPath, path)
		}
		if op.RequestBody != nil && (method == "GET" || method == "DELETE") {
			t.Errorf("%s: %s has a body", id, method)
		}
		if len(op.Tags) != 1 {
			t.Errorf("%s: tags %v", id, op.Tags)
		}
	})
}

// Everything is described: whoever forgets a doc tag is told where.
func TestEverythingIsDescribed(t *testing.T) {
	doc := document(t)
	each(doc, func(id, _, _ string, op *openapi3.Operation) {
		if op.Summary == "" || op.Description == "" {
			t.Errorf("%s: no summary or description", id)
		}
		for _, p := range op.Parameters {
			if p.Value.Description == "" {
				t.Errorf("%s: parameter %s has no description", id, p.Value.Name)
			}
		}
		for status, res := range op.Responses.Map() {
			if res.Value.Description == nil || *res.Value.Description == "" {
				t.Errorf("%s: %s has no description", id, status)
			}
		}
	})
	for name, s := range doc.Components.Schemas {
		properties(name, s.Value, func(at string, p *openapi3.SchemaRef) {
			if p.Value.Description == "" {
				t.Errorf("%s has no description", at)
			}
		})
	}
}

// A description is a sentence: it begins with a capital letter and ends with a full stop.
func TestDescriptionsAreSentences(t *testing.T) {
	sentence := func(at, text string) {
		if text != "" && (!strings.HasSuffix(text, ".") || text[0] >= 'a' && text[0] <= 'z' && !strings.Contains(strings.Fields(text)[0], "_")) {
			t.Errorf("%s: %q", at, text)
		}
	}
	doc := document(t)
	each(doc, func(id, _, _ string, op *openapi3.Operation) {
		sentence(id, op.Description)
		for _, p := range op.Parameters {
			sentence(id+" "+p.Value.Name, p.Value.Description)
		}
		if strings.HasSuffix(op.Summary, ".") {
			t.Errorf("%s: the summary is no headline: %q", id, op.Summary)
		}
	})
	for name, s := range doc.Components.Schemas {
		properties(name, s.Value, func(at string, p *openapi3.SchemaRef) { sentence(at, p.Value.Description) })
	}
}

// each calls fn for every operation.
func each(doc *openapi3.T, fn func(id, method, path string, op *openapi3.Operation)) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			fn(op.OperationID, method, path, op)
		}
	}
}

// properties calls fn for every property of a schema that is not a component of its own, at any depth.
func properties(at string, s *openapi3.Schema, fn func(at string, p *openapi3.SchemaRef)) {
	for name, p := range s.Properties {
		here := at + "." + name
		fn(here, p)
		if p.Ref == "" {
			properties(here, p.Value, fn)
		}
	}
	if s.Items != nil && s.Items.Ref == "" {
		properties(at+"[]", s.Items.Value, fn)
	}
}
