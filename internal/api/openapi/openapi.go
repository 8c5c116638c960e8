// Package openapi writes the OpenAPI 3.0 document of a set of operations from their declarations.
package openapi

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
)

// object is a JSON object of the document; encoding/json sorts its members.
type object = map[string]any

// Document returns the document of ops. version is Telamon's own. It panics if two types share a component's name:
// declarations are checked at start-up.
func Document(ops api.Operations, version string) map[string]any {
	d := &document{schemas: object{}, paths: object{}, owners: map[string]reflect.Type{}}
	d.schema(schema.Of(reflect.TypeFor[api.Error]()))
	for i := range ops {
		d.add(&ops[i])
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": "Telamon", "version": version,
			"description": "A self-hosted control plane that speaks the MongoDB Atlas Administration API v2. Not affiliated with MongoDB, Inc.",
			"license":     object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"servers":  []any{object{"url": "/"}},
		"paths":    d.paths,
		"security": []any{object{"digest": []any{}}, object{"token": []any{}}},
		"components": object{
			"schemas": d.schemas,
			"securitySchemes": object{
				"digest": object{"type": "http", "scheme": "digest", "description": "A programmatic API key: public key and private key."},
				"token":  object{"type": "http", "scheme": "bearer", "description": "An access token of a service account, from /api/oauth/token."},
			},
		},
	}
}

type document struct {
	schemas object
	paths   object
	owners  map[string]reflect.Type // of component names
}

func (d *document) add(op *api.Op) {
	path := api.Prefix + op.Path
	item, ok := d.paths[path].(object)
	if !ok {
		item = object{}
		d.paths[path] = item
	}
	o := object{
		"operationId": op.ID,
		"tags":        []string{op.Tag},
		"summary":     op.Summary,
		"description": describe(op),
		"parameters":  d.parameters(op),
		"responses":   d.responses(op),
		"x-level":     op.Level, // what the operation does to the world: real, simulated or declared
	}
	if body := d.requestBody(op); body != nil {
		o["requestBody"] = body
	}
	if op.Deprecated != "" {
		o["deprecated"] = true
	}
	if op.Roles.IsPublic() {
		o["security"] = []any{}
	}
	item[strings.ToLower(op.Method)] = o
}

// describe returns the description, and who may call the operation.
func describe(op *api.Op) string {
	text := op.Description
	if text == "" {
		text = op.Summary + "."
	}
	if len(op.Roles.Roles) == 0 {
		return text
	}
	names := make([]string, len(op.Roles.Roles))
	for i, r := range op.Roles.Roles {
		names[i] = string(r)
	}
	return text + " Roles, any of: " + strings.Join(names, ", ") + "."
}

// parameters returns those of all versions. A later version's schema replaces an earlier one's.
func (d *document) parameters(op *api.Op) []any {
	var order []string
	byName := map[string]object{}
	for i := range op.Versions {
		for _, p := range op.Params(&op.Versions[i]) {
			key := p.In + " " + p.Name
			if byName[key] == nil {
				order = append(order, key)
			}
			doc := *p.Schema
			doc.Doc = ""
			o := object{"in": p.In, "name": p.Name, "description": p.Schema.Doc, "schema": d.schema(&doc)}
			if p.Required {
				o["required"] = true
			}
			byName[key] = o
		}
	}
	out := make([]any, len(order))
	for i, key := range order {
		out[i] = byName[key]
	}
	return out
}

func (d *document) requestBody(op *api.Op) object {
	content := object{}
	required := false
	for i := range op.Versions {
		v := &op.Versions[i]
		if body, must := v.RequestBody(); body != nil {
			content[v.Date.MediaType()] = object{"schema": d.schema(body)}
			required = must
		}
	}
	if len(content) == 0 {
		return nil
	}
	return object{"required": required, "content": content}
}

func (d *document) responses(op *api.Op) object {
	success := object{"description": "Success."}
	content, empty := object{}, object{}
	for i := range op.Versions {
		v := &op.Versions[i]
		media := object{}
		if body := v.ResponseBody(); body != nil {
			media["schema"] = d.schema(body)
		}
		content[v.MediaType()], empty[v.MediaType()] = media, object{}
	}
	success["content"] = content
	out := object{strconv.Itoa(op.Status): success}
	if op.MayBeEmpty {
		out["204"] = object{"description": "Success, with nothing to say.", "content": empty}
	}
	for _, class := range classes(op) {
		out[strconv.Itoa(api.Status(class))] = object{
			"description": fmt.Sprintf("%s.", strings.Join(codes(op, class), ", ")),
			"content":     object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}}},
		}
	}
	return out
}

// classes returns the classes of errors that op may answer with.
func classes(op *api.Op) []fault.Class {
	var out []fault.Class
	seen := map[fault.Class]bool{}
	for _, k := range op.Kinds() {
		if !seen[k.Class] {
			seen[k.Class] = true
			out = append(out, k.Class)
		}
	}
	return out
}

func codes(op *api.Op, c fault.Class) []string {
	var out []string
	for _, k := range op.Kinds() {
		if k.Class == c {
			out = append(out, k.Code)
		}
	}
	return out
}
