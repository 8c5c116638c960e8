package query_test

import (
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// differences are the kinds of cases in which mingo answers otherwise than MongoDB, each with MongoDB's rule, which the
// tests of this package hold to on their own.
var differences = []struct {
	rule  string
	holds func(c *difference) bool
}{
	{"an update that cannot act on the value that is there fails (manual, update operators); mingo leaves the document as it is",
		func(c *difference) bool {
			return c.kind == "update" && c.failed() && keys.Equal(c.theirs.Lookup("is"), c.raw.Lookup("doc"))
		}},
	{"an update makes no field in null or in all documents of an array (PathNotViable)",
		func(c *difference) bool {
			return c.kind == "update" && strings.Contains(c.ours.Lookup("error").String(), "PathNotViable")
		}},
	{"an update of which one element is refused changes none (manual, atomicity); mingo changes the others",
		func(c *difference) bool { return c.kind == "update" && c.failed() && strings.Contains(c.asked, "$[") }},
	{"$bit takes ints and longs only, of up to 64 bits (manual, $bit); JavaScript cannot tell them from doubles, and has 32 bits",
		func(c *difference) bool {
			return c.kind == "update" && strings.Contains(c.asked, "$bit") && (c.failed() || strings.Contains(show(c.raw), "1099511627776"))
		}},
	{"a field that is missing in an element equals null (manual, query for null); for mingo it does not where the element is no document",
		func(c *difference) bool {
			return c.kind == "update" && strings.Contains(c.raw.Lookup("filters").String(), "null")
		}},
	{"$addToSet appends a value that no element equals (manual, $addToSet); mingo takes a date for an empty array",
		func(c *difference) bool {
			return c.kind == "update" && strings.Contains(c.asked, "$addToSet") && strings.Contains(c.asked, "$date")
		}},
	{"a path of a filter goes through arrays of documents, and an array in an array has none of its names (manual, query an array of documents)",
		func(c *difference) bool { return c.kind == "update" && c.nested && strings.Contains(c.asked, "$[x]") }},
	{"$min and $max compare values of all types in BSON order (manual, $min and $max)",
		func(c *difference) bool { return c.kind == "update" && !c.failed() && leastOrMost.MatchString(c.asked) }},
	{"an exclusion reaches into arrays in arrays",
		func(c *difference) bool {
			return c.nested && (c.kind == "project" && strings.Contains(c.asked, ":0") || c.kind == "flow" && strings.Contains(c.raw.String(), "$unset"))
		}},
	{"a field of which no element meets $elemMatch is left out (manual, $elemMatch projection); for mingo it is undefined",
		func(c *difference) bool {
			return c.kind == "project" && strings.Contains(c.asked, "$elemMatch") && c.theirs.Lookup("is", "a").Type == bson.TypeNull
		}},
	{"mingo fails where an exclusion meets null in an array",
		func(c *difference) bool {
			return c.kind == "project" && strings.Contains(c.theirs.Lookup("error").String(), "properties of null")
		}},
	{"NaN is the least number in orders, and comparisons hold between NaN and itself only (manual, comparison order)",
		func(c *difference) bool {
			return (c.kind == "match" || c.kind == "sort") && strings.Contains(c.asked+c.sorted, "NaN")
		}},
	{"$gte and $lte with null hold for a missing field as for null (manual, query for null)",
		func(c *difference) bool { return c.kind == "match" && nullBound.MatchString(c.asked) }},
	{"arrays in comparisons are compared as wholes with arrays, element by element (manual, comparison order)",
		func(c *difference) bool { return c.kind == "match" && arrayBound.MatchString(c.asked) }},
	{"a path that goes through an array reaches into its documents one by one, not into arrays in it, and what it reaches is no array (manual, query an array of documents)",
		func(c *difference) bool { return c.kind == "match" && c.throughArray() }},
	{"$elemMatch asks each element itself; an array among them does not stand for its own elements (manual, $elemMatch)",
		func(c *difference) bool {
			return c.kind == "match" && strings.Contains(c.asked, "$elemMatch") && c.nested
		}},
	{"an array sorts by its least or greatest value; where a path ends in an array without such documents it is null (manual, sort by array)",
		func(c *difference) bool { return c.kind == "sort" && c.arrays }},
	{"embedded documents compare field by field: by type, then name, then value (manual, comparison order)",
		func(c *difference) bool { return c.kind == "sort" && c.documents }},
	{"an operator with an operand of a type that it does not take fails (manual, the page of each); mingo gives null or goes on",
		func(c *difference) bool { return c.kind == "expression" && c.failed() }},
	{"in expressions a missing value is not equal to null (manual, comparison order); for mingo it is",
		func(c *difference) bool { return c.kind == "expression" && equality.MatchString(c.asked) }},
	{"NaN is true (manual, $and); for mingo it is false",
		func(c *difference) bool { return c.kind == "expression" && strings.Contains(c.raw.String(), "NaN") }},
	{"a path of an expression goes through arrays of documents and passes over arrays in them; mingo goes into these",
		func(c *difference) bool { return c.kind == "expression" && c.nested }},
	{"in an array that an expression makes, what is missing becomes null (manual, aggregation expressions); for mingo it stays missing",
		func(c *difference) bool { return c.kind == "expression" && strings.Contains(c.asked, "$arrayElemAt") }},
}

var (
	equality    = regexp.MustCompile(`"\$(eq|ne|in)"`)
	nullBound   = regexp.MustCompile(`"\$[gl]te":null`)
	leastOrMost = regexp.MustCompile(`"\$(min|max)"`)
	arrayBound  = regexp.MustCompile(`"\$[gl]te?":\[`)
)

// difference is a case with both answers and what the rules ask of it.
type difference struct {
	raw, ours, theirs bson.Raw
	kind              string
	asked, sorted     string // what is asked of the document, and the documents to sort
	nested            bool   // an array stands in an array
	arrays, documents bool   // a document to sort has one inside
}

// excuse names the rule by which MongoDB decides a case in which mingo differs.
func excuse(raw, ours, theirs bson.Raw) string {
	c := &difference{raw: raw, ours: ours, theirs: theirs, kind: raw.Lookup("kind").StringValue()}
	for _, part := range []string{"query", "update", "projection", "expression"} {
		if asked, ok := raw.Lookup(part).DocumentOK(); ok {
			c.asked = show(asked)
		}
	}
	if c.kind == "sort" {
		c.sorted = show(raw)
		for _, doc := range value.Elements(raw.Lookup("docs")) {
			for _, v := range value.Elements(doc) {
				c.arrays, c.documents = c.arrays || strings.Contains(v.String(), "["), c.documents || value.IsDocument(v)
			}
		}
	} else {
		c.nested = arrayInArray(raw.Lookup("doc"))
	}
	for _, d := range differences {
		if d.holds(c) {
			return d.rule
		}
	}
	return ""
}

func (c *difference) failed() bool { return c.ours.Lookup("error").Type != 0 }

func arrayInArray(v bson.RawValue) bool {
	if !value.IsArray(v) && !value.IsDocument(v) {
		return false
	}
	for _, part := range value.Elements(v) {
		if value.IsArray(v) && value.IsArray(part) || arrayInArray(part) {
			return true
		}
	}
	return false
}

var dottedPath = regexp.MustCompile(`"([a-z0-9]+(?:\.[a-z0-9]+)+)":`)

// throughArray reports whether a path of the query goes on behind an array of the document.
func (c *difference) throughArray() bool {
	for _, found := range dottedPath.FindAllStringSubmatch(c.asked, -1) {
		v := c.raw.Lookup("doc")
		for _, name := range strings.Split(found[1], ".") {
			if value.IsArray(v) {
				return true
			}
			if v = keys.Lookup(v.Value, name); !value.IsDocument(v) && !value.IsArray(v) {
				break
			}
		}
	}
	return false
}
