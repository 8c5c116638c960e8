package api

import (
	"reflect"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api/schema"
)

// InGroup is embedded in the In of operations on a project.
type InGroup struct {
	GroupID string `path:"groupId" api:"is=objectId" doc:"Id of the project. The API calls projects groups."`
}

// Project is the id of the project.
func (in InGroup) Project() string { return in.GroupID }

// InOrg is embedded in the In of operations on an organization.
type InOrg struct {
	OrgID string `path:"orgId" api:"is=objectId" doc:"Id of the organization."`
}

// InCluster is embedded in the In of operations on a cluster of a project.
type InCluster struct {
	InGroup
	ClusterName string `path:"clusterName" api:"is=clusterName,maxLen=64" doc:"Name of the cluster."`
}

// Paging is embedded in the In of operations that answer with a page of a list.
type Paging struct {
	PageNum      int  `query:"pageNum" api:"min=1,default=1,format=" doc:"Number of the page, from 1."`
	ItemsPerPage int  `query:"itemsPerPage" api:"min=1,max=500,default=100,format=" doc:"How many items a page has."`
	IncludeCount bool `query:"includeCount" api:"default=true" doc:"Whether the answer has the total number of items."`
}

// Offset is the number of items before the page.
func (p Paging) Offset() int { return (p.PageNum - 1) * p.ItemsPerPage }

// PageOf cuts the page out of a whole list.
func PageOf[T any](p Paging, all []T) Page[T] {
	from := min(p.Offset(), len(all))
	to := min(from+p.ItemsPerPage, len(all))
	return Page[T]{Results: slices.Clone(all[from:to]), TotalCount: Total(p, int64(len(all)))}
}

// PageAs is PageOf with show applied to every item of the page.
func PageAs[T, W any](p Paging, all []T, show func(T) W) Page[W] {
	cut := PageOf(p, all)
	page := Page[W]{TotalCount: cut.TotalCount}
	for _, v := range cut.Results {
		page.Results = append(page.Results, show(v))
	}
	return page
}

// Total is a page's total count: absent if the caller does not want it.
func Total(p Paging, n int64) *int {
	if !p.IncludeCount {
		return nil
	}
	count := int(min(n, 1<<31-1))
	return &count
}

// Page is one page of a list. The engine adds its links.
type Page[T any] struct {
	Links      []Link `json:"links,omitempty" api:"readonly" doc:"This page and its neighbours."`
	Results    []T    `json:"results" api:"required,readonly" doc:"The items of this page."`
	TotalCount *int   `json:"totalCount,omitempty" api:"readonly,min=0" doc:"How many items the whole list has, perhaps an estimate. Absent with includeCount=false."`
}

// Link is a reference to a resource.
type Link struct {
	Href string `json:"href,omitempty" doc:"Where the resource is."`
	Rel  string `json:"rel,omitempty" doc:"How the resource relates to this one."`
}

// Self is the links of an object whose only link is its own path below Prefix. The engine puts the server's address
// in front of paths.
func Self(path string) []Link { return []Link{{Href: Prefix + path, Rel: "self"}} }

// shared are the parameters that the engine adds to operations.
type shared struct {
	Envelope bool `query:"envelope" api:"default=false" doc:"Whether the answer is an envelope with its status in the body, for clients that cannot see the status line."`
	Pretty   bool `query:"pretty" api:"default=false" doc:"Whether the answer is indented for people."`
}

var sharedInputs = inputs(reflect.TypeFor[shared]())

// sharedBy returns the shared parameters that op has.
func sharedBy(op *Op) []input {
	if op.NoEnvelope {
		return sharedInputs[1:]
	}
	return sharedInputs
}

func hasWord(f reflect.StructField, word string) bool {
	return slices.Contains(strings.Split(f.Tag.Get("api"), ","), word)
}

// Param describes a parameter for the OpenAPI document.
type Param struct {
	In       string // path or query
	Name     string
	Required bool
	Schema   *schema.Node
}

// Params returns the path and query parameters of an operation's version, shared ones included.
func (op *Op) Params(v *Version) []Param {
	var out []Param
	for _, in := range slices.Concat(sharedBy(op), inputs(v.In)) {
		if in.in != "body" {
			out = append(out, Param{in.in, in.name, in.required, in.node})
		}
	}
	return out
}

// RequestBody is the schema of a version's body, or nil.
func (v *Version) RequestBody() (body *schema.Node, required bool) {
	for _, in := range inputs(v.In) {
		if in.in == "body" {
			return in.node, in.required
		}
	}
	return nil, false
}

// ResponseBody is the schema of a version's answer, or nil if it has no body or an empty object.
func (v *Version) ResponseBody() *schema.Node {
	if v.Out == reflect.TypeFor[None]() || v.Out == reflect.TypeFor[Empty]() {
		return nil
	}
	if v.Format != JSON {
		return binary[v.Format == Gzip]
	}
	return schema.Of(v.Out)
}

// binary are the schemas of answers that are not JSON.
var binary = map[bool]*schema.Node{true: {Type: "string", Format: "binary"}, false: {Type: "string"}}
