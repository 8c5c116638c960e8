package stage

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

// windowCase is what a function makes of readings, one value a document in the order of _id, or the code of its error.
type windowCase struct {
	stage string // without its output
	of    string // the argument, and perhaps a window
	want  string
	code  int32
}

const (
	inParts    = `"partitionBy": "$p", "sortBy": {"t": 1}`
	backwards  = `"partitionBy": "$p", "sortBy": {"t": -1}`
	byID       = `"sortBy": {"_id": 1}`
	byHour     = `"sortBy": {"d": 1}` // an hour between two
	upToHere   = `, "window": {"documents": ["unbounded", "current"]}`
	withLast   = `, "window": {"documents": [-1, 0]}`
	withNext   = `, "window": {"documents": [0, 1]}`
	allZero    = `[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]`
	allNull    = `[null, null, null, null, null, null]`
	allOne     = `[1, 1, 1, 1, 1, 1]`
	someValues = `{"$cond": [{"$lt": ["$_id", 3]}, "$_id", null]}`
)

// windowCases follow the manual's pages of the functions; mingo has few of them, and computes some in another way.
var windowCases = map[string][]windowCase{
	"$documentNumber": {
		{inParts, `{}`, `[1, 2, 3, 4, 1, 2]`, 0}, {backwards, `{}`, `[4, 3, 2, 1, 1, 2]`, 0}, {byID, `{}`, `[1, 2, 3, 4, 5, 6]`, 0}, {`"sortBy": {"_id": -1}`, `{}`, `[6, 5, 4, 3, 2, 1]`, 0},
		{`"sortBy": {"v": 1}`, `{}`, `[4, 5, 1, 6, 2, 3]`, 0}, {`"sortBy": {"p": -1, "t": 1}`, `{}`, `[3, 4, 5, 6, 1, 2]`, 0}, {`"partitionBy": {"$gt": ["$t", 1]}, ` + byID, `{}`, `[1, 1, 2, 3, 2, 3]`, 0}, {`"partitionBy": "$v", ` + byID, `{}`, allOne, 0},
		{`"partitionBy": "$p"`, `{}`, ``, 5371602}, {byID, `{"x": 1}`, ``, 5371601}, {byID, `{}` + withLast, ``, 5371601}, {`"partitionBy": ["$p"], ` + byID, `{}`, ``, 14},
	},
	"$rank": {
		{inParts, `{}`, `[1, 2, 3, 4, 1, 1]`, 0}, {`"sortBy": {"t": 1}`, `{}`, `[1, 4, 5, 6, 1, 1]`, 0}, {`"sortBy": {"p": 1}`, `{}`, `[1, 1, 1, 1, 5, 5]`, 0}, {`"sortBy": {"p": -1}`, `{}`, `[3, 3, 3, 3, 1, 1]`, 0},
		{`"sortBy": {"v": 1}`, `{}`, `[4, 5, 1, 6, 2, 3]`, 0}, {`"sortBy": {"v": -1}`, `{}`, `[3, 2, 6, 1, 5, 4]`, 0}, {`"sortBy": {"none": 1}`, `{}`, allOne, 0}, {`"partitionBy": "$t", "sortBy": {"p": 1}`, `{}`, `[1, 1, 1, 1, 2, 2]`, 0},
		{`"sortBy": {"p": 1, "t": 1}`, `{}`, ``, 5371602}, {`"partitionBy": "$p"`, `{}`, ``, 5371602}, {byID, `null`, ``, 5371601},
	},
	"$denseRank": {
		{inParts, `{}`, `[1, 2, 3, 4, 1, 1]`, 0}, {`"sortBy": {"t": 1}`, `{}`, `[1, 2, 3, 4, 1, 1]`, 0}, {`"sortBy": {"t": -1}`, `{}`, `[4, 3, 2, 1, 4, 4]`, 0}, {`"sortBy": {"p": 1}`, `{}`, `[1, 1, 1, 1, 2, 2]`, 0}, {`"sortBy": {"p": -1}`, `{}`, `[2, 2, 2, 2, 1, 1]`, 0},
		{`"sortBy": {"v": -1}`, `{}`, `[3, 2, 6, 1, 5, 4]`, 0}, {`"sortBy": {"none": 1}`, `{}`, allOne, 0}, {`"partitionBy": "$t", "sortBy": {"p": 1}`, `{}`, `[1, 1, 1, 1, 2, 2]`, 0},
		{`"sortBy": {"p": 1, "t": 1}`, `{}`, ``, 5371602}, {`"partitionBy": "$p"`, `{}`, ``, 5371602}, {byID, `5`, ``, 5371601},
	},
	"$shift": {
		{inParts, `{"output": "$v", "by": 1}`, `[20, null, 50, null, 9, null]`, 0}, {inParts, `{"output": "$v", "by": -1}`, `[null, 10, 20, null, null, 7]`, 0}, {inParts, `{"output": "$v", "by": 0}`, `[10, 20, null, 50, 7, 9]`, 0},
		{inParts, `{"output": "$v", "by": 2, "default": "x"}`, `[null, 50, "x", "x", "x", "x"]`, 0}, {inParts, `{"output": "$v", "by": -100}`, allNull, 0}, {byID, `{"output": "$_id", "by": 1}`, `[2, 3, 4, 5, 6, null]`, 0}, {byID, `{"output": "$none", "by": 1}`, allNull, 0},
		{inParts, `{"output": {"$add": ["$t", 1]}, "by": 1}`, `[3, 5, 6, null, 2, null]`, 0}, {inParts, `{"output": "$v", "by": {"$numberLong": "1"}}`, `[20, null, 50, null, 9, null]`, 0}, {byID, `{"output": "$v", "by": 10, "default": {"$add": [1, 1]}}`, `[2, 2, 2, 2, 2, 2]`, 0},
		{`"partitionBy": "$p"`, `{"output": "$v", "by": 1}`, ``, 9}, {byID, `{"output": "$v", "by": 1.5}`, ``, 9},
	},
	"$derivative": {
		{inParts, `{"input": "$t"}` + withLast, `[null, 1.0, 1.0, 1.0, null, null]`, 0}, {byID, `{"input": "$_id"}, "window": {"documents": ["unbounded", "unbounded"]}`, `[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]`, 0}, {byID, `{"input": "$t"}` + withLast, `[null, 1.0, 2.0, 1.0, -4.0, 0.0]`, 0},
		{byID, `{"input": "$t"}` + withNext, `[1.0, 2.0, 1.0, -4.0, 0.0, null]`, 0}, {byID, `{"input": "$t"}, "window": {"documents": [-2, 0]}`, `[null, 1.0, 1.5, 1.5, -1.5, -2.0]`, 0}, {byID, `{"input": "$t"}, "window": {"range": [-1, 0]}`, `[null, 1.0, 2.0, 1.0, -4.0, 0.0]`, 0},
		{byHour, `{"input": "$_id", "unit": "hour"}` + withLast, `[null, 1.0, 1.0, 1.0, 1.0, 1.0]`, 0}, {byHour, `{"input": {"$multiply": ["$_id", 60]}, "unit": "minute"}` + withLast, `[null, 1.0, 1.0, 1.0, 1.0, 1.0]`, 0},
		{byID, `{"input": "$p"}` + withLast, ``, 5624900}, {byHour, `{"input": "$t"}` + withLast, ``, 5624902}, {byID, `{"input": "$t"}`, ``, 9}, {byHour, `{"input": "$t", "unit": "month"}` + withLast, ``, 5490710}, {`"sortBy": {"_id": -1}`, `{"input": "$t"}` + withLast, ``, 9},
	},
	"$integral": {
		{inParts, `{"input": "$_id"}` + upToHere, `[0, 1.5, 6.5, 10.0, 0, 0.0]`, 0}, {inParts, `{"input": "$_id"}`, `[10.0, 10.0, 10.0, 10.0, 0.0, 0.0]`, 0}, {byID, `{"input": 1}` + upToHere, `[0, 1.0, 2.0, 3.0, 4.0, 5.0]`, 0}, {byID, `{"input": "$t"}` + withLast, `[0, 1.5, 3.0, 4.5, 3.0, 1.0]`, 0},
		{byID, `{"input": "$t"}` + withNext, `[1.5, 3.0, 4.5, 3.0, 1.0, 0]`, 0}, {byID, `{"input": "$t"}, "window": {"range": [-1, 0]}`, `[0, 1.5, 3.0, 4.5, 3.0, 1.0]`, 0}, {byID, `{"input": "$t"}, "window": {"documents": [5, 6]}`, `[0, 0, 0, 0, 0, 0]`, 0},
		{byHour, `{"input": 2, "unit": "hour"}` + upToHere, `[0, 2.0, 4.0, 6.0, 8.0, 10.0]`, 0}, {byID, `{"input": "$v"}`, ``, 5624900}, {`"sortBy": {"p": 1}`, `{"input": "$t"}`, ``, 5624903}, {`"sortBy": {"p": 1, "t": 1}`, `{"input": "$t"}`, ``, 9},
	},
	"$expMovingAvg": {
		{inParts, `{"input": "$_id", "N": 3}`, `[1, 1.5, 2.25, 3.125, 5, 5.5]`, 0}, {inParts, `{"input": "$v", "alpha": 0.5}`, `[10, 15.0, 15.0, 32.5, 7, 8.0]`, 0}, {inParts, `{"input": "$_id", "N": 1}`, `[1, 2.0, 3.0, 4.0, 5, 6.0]`, 0}, {byID, `{"input": "$t", "alpha": 0.5}`, `[1, 1.5, 2.75, 3.875, 2.4375, 1.71875]`, 0},
		{`"partitionBy": "$p", "sortBy": {"_id": -1}`, `{"input": "$_id", "alpha": 0.5}`, `[1.875, 2.75, 3.5, 4, 5.5, 6]`, 0}, {byID, `{"input": "$none", "N": 3}`, allNull, 0}, {byID, `{"input": "$p", "N": 3}`, allNull, 0}, {backwards, `{"input": "$v", "alpha": 0.5}`, `[22.5, 35.0, 50, 50, 7, 8.0]`, 0},
		{byID, `{"input": "$t", "N": 0}`, ``, 9}, {byID, `{"input": "$t", "alpha": 1}`, ``, 9}, {byID, `{"input": "$t", "alpha": 0.5, "N": 3}`, ``, 9}, {byID, `{"input": "$t", "N": 3}` + withLast, ``, 9}, {`"partitionBy": "$p"`, `{"input": "$t", "N": 3}`, ``, 9},
	},
	"$covariancePop": {
		{inParts, `["$_id", "$_id"]`, `[1.25, 1.25, 1.25, 1.25, 0.25, 0.25]`, 0}, {inParts, `["$_id", {"$multiply": ["$_id", -1]}]`, `[-1.25, -1.25, -1.25, -1.25, -0.25, -0.25]`, 0}, {inParts, `["$v", "$_id"], "window": {"documents": [0, 0]}`, `[0.0, 0.0, null, 0.0, 0.0, 0.0]`, 0}, {inParts, `["$none", "$t"]`, allNull, 0}, {inParts, `["$p", "$t"]`, allNull, 0},
		{inParts, `["$_id", "$_id"]` + withLast, `[0.0, 0.25, 0.25, 0.25, 0.0, 0.25]`, 0}, {inParts, `["$_id", "$_id"]` + withNext, `[0.25, 0.25, 0.25, 0.0, 0.25, 0.0]`, 0}, {inParts, `["$t", "$t"]` + withLast, `[0.0, 0.25, 1.0, 0.25, 0.0, 0.0]`, 0}, {byID, `[1, 1]`, allZero, 0},
		{byID, `["$t"]`, ``, 5424100}, {byID, `1`, ``, 5424100},
	},
	"$covarianceSamp": {
		{inParts, `["$_id", "$_id"]` + withLast, `[null, 0.5, 0.5, 0.5, null, 0.5]`, 0}, {inParts, `["$_id", "$_id"]` + withNext, `[0.5, 0.5, 0.5, null, 0.5, null]`, 0}, {inParts, `["$_id", "$_id"], "window": {"documents": [0, 0]}`, allNull, 0}, {inParts, `["$none", "$t"]`, allNull, 0}, {inParts, `["$t", "$t"]` + withLast, `[null, 0.5, 2.0, 0.5, null, 0.0]`, 0},
		{inParts, `["$_id", "$_id"]`, `[1.6666666666666667, 1.6666666666666667, 1.6666666666666667, 1.6666666666666667, 0.5, 0.5]`, 0}, {inParts, `["$_id", {"$multiply": ["$_id", -1]}]` + withLast, `[null, -0.5, -0.5, -0.5, null, -0.5]`, 0}, {byID, `[1, 1]`, allZero, 0}, {byID, `["$_id", "$_id"], "window": {"range": [-1, 0]}`, `[null, 0.5, 0.5, 0.5, 0.5, 0.5]`, 0},
		{byID, `["$t"]`, ``, 5424100}, {byID, `{}`, ``, 5424100},
	},
	"$locf": {
		{inParts, `"$v"`, `[10, 20, 20, 50, 7, 9]`, 0}, {backwards, `"$v"`, `[10, 20, 50, 50, 7, 9]`, 0}, {`"sortBy": {"v": 1}`, `"$v"`, `[10, 20, null, 50, 7, 9]`, 0}, {byID, `"$none"`, allNull, 0}, {byID, `"$v"`, `[10, 20, 20, 50, 7, 9]`, 0}, {byID, someValues, `[1, 2, 2, 2, 2, 2]`, 0}, {inParts, someValues, `[1, 2, 2, 2, null, null]`, 0},
		{byID, `["$t"]`, `[[1], [2], [4], [5], [1], [1]]`, 0}, {`"sortBy": {"none": 1}`, `"$v"`, `[10, 20, 20, 50, 7, 9]`, 0}, {byID, `"$v"` + withLast, ``, 9},
	},
	"$linearFill": {
		{byID, `"$v"`, `[10, 20, 35.0, 50, 7, 9]`, 0}, {`"partitionBy": "$p", ` + byID, `"$v"`, `[10, 20, 35.0, 50, 7, 9]`, 0}, {`"sortBy": {"_id": -1}`, `"$v"`, `[10, 20, 35.0, 50, 7, 9]`, 0}, {byID, `"$none"`, allNull, 0}, {byID, someValues, `[1, 2, null, null, null, null]`, 0}, {byID, `{"$cond": [{"$gte": ["$_id", 3]}, "$_id", null]}`, `[null, null, 3, 4, 5, 6]`, 0},
		{byID, `{"$switch": {"branches": [{"case": {"$eq": ["$_id", 1]}, "then": 0}, {"case": {"$eq": ["$_id", 6]}, "then": 10}], "default": null}}`, `[0, 2.0, 4.0, 6.0, 8.0, 10]`, 0}, {byHour, `"$v"`, `[10, 20, 35.0, 50, 7, 9]`, 0},
		{byID, `"$p"`, ``, 605002}, {`"sortBy": {"p": 1}`, `"$v"`, ``, 605001}, {`"sortBy": {"p": 1, "t": 1}`, `"$v"`, ``, 605001}, {inParts, `"$v"`, ``, 6050106}, {byID, `"$v"` + withLast, ``, 9},
	},
}

func TestWindowCases(t *testing.T) {
	const hours = `{"$set": {"d": {"$toDate": {"$multiply": ["$_id", {"$numberLong": "3600000"}]}}}}`
	for name := range windowFunctions {
		if n := len(windowCases[name]); n < 10 {
			t.Errorf("%s has %d cases", name, n)
		}
	}
	for name, cases := range windowCases {
		for _, c := range cases {
			text := strings.Join([]string{hours, `{"$setWindowFields": {` + c.stage + `, "output": {"f": {"` + name + `": ` + c.of + `}}}}`, `{"$sort": {"_id": 1}}`, `{"$group": {"_id": null, "f": {"$push": "$f"}}}`, `{"$replaceWith": {"f": "$f"}}`}, ",")
			got, _, err := outcome(t, readings, "["+text+"]", true)
			if c.code != 0 {
				querytest.Fails(t, text, err, c.code, "")
			} else if want := querytest.Val(t, `[{"f": `+c.want+`}]`).String(); err != nil || got != want {
				t.Errorf("%s\ngot  %s, %v\nwant %s", text, got, err, want)
			}
		}
	}
}
