package stage

import (
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

const readings = `[{"_id": 1, "p": "a", "t": 1, "v": 10}, {"_id": 2, "p": "a", "t": 2, "v": 20}, {"_id": 3, "p": "a", "t": 4, "v": null}, {"_id": 4, "p": "a", "t": 5, "v": 50}, {"_id": 5, "p": "b", "t": 1, "v": 7}, {"_id": 6, "p": "b", "t": 1, "v": 9}]`

// TestWindowFunctions gives what field f is of readings, in parts by p and sorted by t; or the code of the error.
func TestWindowFunctions(t *testing.T) {
	for _, c := range []struct {
		function, want string
		code           int32
	}{
		{`{"$sum": "$v"}`, `[80, 80, 80, 80, 16, 16]`, 0},
		{`{"$sum": "$v", "window": {"documents": ["unbounded", "current"]}}`, `[10, 30, 30, 80, 7, 16]`, 0},
		{`{"$sum": "$v", "window": {"documents": [-1, 1]}}`, `[30, 30, 70, 50, 16, 16]`, 0},
		{`{"$sum": "$v", "window": {"documents": [1, 1]}}`, `[20, 0, 50, 0, 9, 0]`, 0},
		{`{"$push": "$t", "window": {"range": [-1, 1]}}`, `[[1, 2], [1, 2], [4, 5], [4, 5], [1, 1], [1, 1]]`, 0},
		{`{"$push": "$t", "window": {"range": ["unbounded", "current"]}}`, `[[1], [1, 2], [1, 2, 4], [1, 2, 4, 5], [1, 1], [1, 1]]`, 0},
		{`{"$push": "$t", "window": {"range": [1, "unbounded"]}}`, `[[2, 4, 5], [4, 5], [5], [], [], []]`, 0},
		{`{"$avg": "$v", "window": {"documents": ["current", "unbounded"]}}`, `[26.666666666666668, 35.0, 50.0, 50.0, 8.0, 9.0]`, 0},
		{`{"$count": {}, "window": {"documents": [-100, 0]}}`, `[1, 2, 3, 4, 1, 2]`, 0},
		{`{"$first": "$v", "window": {"documents": [-1, 0]}}`, `[10, 10, 20, null, 7, 7]`, 0},
		{`{"$topN": {"n": 1, "sortBy": {"v": -1}, "output": "$_id"}, "window": {"documents": ["unbounded", "current"]}}`, `[[1], [2], [2], [4], [5], [6]]`, 0},
		{`{"$max": "$v", "window": {"documents": ["unbounded", "current"]}}`, `[10, 20, 20, 50, 7, 9]`, 0}, {`{"$last": "$t", "window": {"documents": ["unbounded", "current"]}}`, `[1, 2, 4, 5, 1, 1]`, 0},
		{`{"$documentNumber": {}}`, `[1, 2, 3, 4, 1, 2]`, 0}, {`{"$rank": {}}`, `[1, 2, 3, 4, 1, 1]`, 0}, {`{"$denseRank": {}}`, `[1, 2, 3, 4, 1, 1]`, 0},
		{`{"$shift": {"output": "$v", "by": 1}}`, `[20, null, 50, null, 9, null]`, 0}, {`{"$shift": {"output": "$_id", "by": -1, "default": "none"}}`, `["none", 1, 2, 3, "none", 5]`, 0},
		{`{"$derivative": {"input": "$_id"}, "window": {"documents": [-1, 0]}}`, `[null, 1.0, 0.5, 1.0, null, null]`, 0},
		{`{"$integral": {"input": "$_id"}, "window": {"documents": ["unbounded", "current"]}}`, `[0, 1.5, 6.5, 10.0, 0, 0.0]`, 0},
		{`{"$expMovingAvg": {"input": "$_id", "N": 3}}`, `[1, 1.5, 2.25, 3.125, 5, 5.5]`, 0}, {`{"$expMovingAvg": {"input": "$v", "alpha": 0.5}}`, `[10, 15.0, 15.0, 32.5, 7, 8.0]`, 0},
		{`{"$covariancePop": ["$t", "$_id"]}`, `[1.75, 1.75, 1.75, 1.75, 0.0, 0.0]`, 0}, {`{"$covarianceSamp": ["$t", "$_id"], "window": {"documents": [-1, 0]}}`, `[null, 0.5, 1.0, 0.5, null, 0.0]`, 0},
		{`{"$locf": "$v"}`, `[10, 20, 20, 50, 7, 9]`, 0}, {`{"$median": {"input": "$_id", "method": "discrete"}, "window": {"documents": [-1, 1]}}`, `[1.0, 2.0, 3.0, 3.0, 5.0, 5.0]`, 0},

		{`{"$rank": {"x": 1}}`, ``, 5371601}, {`{"$rank": {}, "window": {}}`, ``, 5371601}, {`{"$nope": 1}`, ``, 9}, {`{"$sum": 1, "x": 1}`, ``, 9}, {`5`, ``, 9}, {`{"window": {}}`, ``, 9}, {`{"$sum": 1, "window": 1}`, ``, 9}, {`{"$sum": 1, "window": {"documents": [1, 0]}}`, ``, 5339900}, {`{"$sum": 1, "window": {"documents": [1]}}`, ``, 9},
		{`{"$sum": 1, "window": {"documents": ["x", 0]}}`, ``, 9}, {`{"$sum": 1, "window": {"documents": [0.5, 1]}}`, ``, 9}, {`{"$sum": 1, "window": {"documents": [0, 1], "range": [0, 1]}}`, ``, 9}, {`{"$sum": 1, "window": {"documents": [0, 1], "unit": "day"}}`, ``, 9}, {`{"$sum": 1, "window": {"range": [0, 1], "unit": "day"}}`, ``, 5429513},
		{`{"$shift": {"output": 1}}`, ``, 9}, {`{"$shift": {"output": 1, "by": "x"}}`, ``, 9}, {`{"$shift": {"output": 1, "by": 1, "default": "$v"}}`, ``, 9}, {`{"$derivative": {"input": "$t"}}`, ``, 9}, {`{"$derivative": {"input": "$v"}, "window": {"documents": [-1, 0]}}`, ``, 5624900}, {`{"$derivative": {"input": "$t", "unit": "month"}, "window": {"documents": [-1, 0]}}`, ``, 5490710},
		{`{"$derivative": {"input": "$t", "unit": "hour"}, "window": {"documents": [-1, 0]}}`, ``, 5624901}, {`{"$expMovingAvg": {"input": 1, "N": 0}}`, ``, 9}, {`{"$expMovingAvg": {"input": 1, "alpha": 1}}`, ``, 9}, {`{"$covariancePop": 1}`, ``, 5424100}, {`{"$linearFill": "$v"}`, ``, 6050106}, {`{"$locf": 1, "window": {}}`, ``, 9}, {`{"$accumulator": {}}`, ``, 31264},
	} {
		text := `[{"$setWindowFields": {"partitionBy": "$p", "sortBy": {"t": 1}, "output": {"f": ` + c.function + `}}}, {"$sort": {"_id": 1}}, {"$group": {"_id": null, "f": {"$push": "$f"}}}, {"$replaceWith": {"f": "$f"}}]`
		got, _, err := outcome(t, readings, text, true)
		if c.code != 0 {
			querytest.Fails(t, c.function, err, c.code, "")
		} else if want := querytest.Val(t, `[{"f": `+c.want+`}]`).String(); err != nil || got != want {
			t.Errorf("%s\ngot  %s, %v\nwant %s", c.function, got, err, want)
		}
	}
}

// TestFilling fills gaps in values and in sequences.
func TestFilling(t *testing.T) {
	day := func(d string) string { return `{"$date": "2024-01-` + d + `T00:00:00.000Z"}` }
	for _, c := range []struct {
		in, pipeline, want string
		code               int32
	}{
		{`[{"x": 0, "v": 1}, {"x": 1}, {"x": 3, "v": 4}, {"x": 4, "v": null}]`, `[{"$fill": {"sortBy": {"x": 1}, "output": {"v": {"method": "linear"}}}}]`, `[{"x": 0, "v": 1}, {"x": 1, "v": 2.0}, {"x": 3, "v": 4}, {"x": 4, "v": null}]`, 0},
		{`[{"x": 0, "v": 1}, {"x": 1}, {"x": 2, "v": null}]`, `[{"$fill": {"sortBy": {"x": 1}, "output": {"v": {"method": "locf"}, "w": {"value": {"$add": ["$x", 1]}}}}}]`, `[{"x": 0, "v": 1, "w": 1}, {"x": 1, "v": 1, "w": 2}, {"x": 2, "v": 1, "w": 3}]`, 0},
		{`[{"p": 1, "x": 0, "v": 1}, {"p": 2, "x": 1}]`, `[{"$fill": {"partitionByFields": ["p"], "sortBy": {"x": 1}, "output": {"v": {"method": "locf"}}}}]`, `[{"p": 1, "x": 0, "v": 1}, {"p": 2, "x": 1, "v": null}]`, 0},
		{`[{"v": null}, {}]`, `[{"$fill": {"output": {"v": {"value": 0}}}}]`, `[{"v": 0}, {"v": 0}]`, 0},
		{`[]`, `[{"$fill": 1}]`, ``, 9}, {`[]`, `[{"$fill": {"output": {}}}]`, ``, 40414}, {`[]`, `[{"$fill": {"output": {"v": 1}}}]`, ``, 6050204}, {`[]`, `[{"$fill": {"output": {"v": {"method": "x"}}}}]`, ``, 6050202}, {`[]`, `[{"$fill": {"output": {"v": {"method": "locf"}}}}]`, ``, 6050203}, {`[]`, `[{"$fill": {"x": 1, "output": {"v": {"value": 1}}}}]`, ``, 40415},

		{`[{"n": 0}, {"n": 3}, {"n": 5}]`, `[{"$densify": {"field": "n", "range": {"step": 2, "bounds": "full"}}}]`, `[{"n": 0}, {"n": 2}, {"n": 3}, {"n": 4}, {"n": 5}]`, 0},
		{`[{"p": "a", "n": 0}, {"p": "a", "n": 2}, {"p": "b", "n": 1}]`, `[{"$densify": {"field": "n", "partitionByFields": ["p"], "range": {"step": 1, "bounds": "full"}}}]`, `[{"p": "a", "n": 0}, {"p": "a", "n": 1}, {"p": "a", "n": 2}, {"p": "b", "n": 0}, {"p": "b", "n": 1}, {"p": "b", "n": 2}]`, 0},
		{`[{"p": "a", "n": 0}, {"p": "a", "n": 2}, {"p": "b", "n": 1}]`, `[{"$densify": {"field": "n", "partitionByFields": ["p"], "range": {"step": 1, "bounds": "partition"}}}]`, `[{"p": "a", "n": 0}, {"p": "a", "n": 1}, {"p": "a", "n": 2}, {"p": "b", "n": 1}]`, 0},
		{`[{"n": -5}, {"n": 1}, {"n": null}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": [0, 3]}}}]`, `[{"n": null}, {"n": -5}, {"n": 0}, {"n": 1}, {"n": 2}]`, 0},
		{`[{"n": ` + day("01") + `}, {"n": ` + day("03") + `}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "unit": "day", "bounds": "full"}}}]`, `[{"n": ` + day("01") + `}, {"n": ` + day("02") + `}, {"n": ` + day("03") + `}]`, 0},
		{`[{"n": "x"}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": "full"}}}]`, ``, 5733201}, {`[{"n": 1}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "unit": "day", "bounds": "full"}}}]`, ``, 6053600}, {`[]`, `[{"$densify": {"field": "n", "range": {"step": 0, "bounds": "full"}}}]`, ``, 5733401}, {`[]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": "x"}}}]`, ``, 5946802},
		{`[]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": [1]}}}]`, ``, 5733403}, {`[]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": [2, 1]}}}]`, ``, 5733405}, {`[]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": ["a", "b"]}}}]`, ``, 5733402}, {`[]`, `[{"$densify": {"field": "n", "range": {"step": 1.5, "unit": "day", "bounds": "full"}}}]`, ``, 6586400}, {`[]`, `[{"$densify": {"field": "n"}}]`, ``, 40414}, {`[]`, `[{"$densify": 1}]`, ``, 9},
		{`[{"n": 0}, {"n": 1000000000}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": "full"}}}, {"$count": "n"}]`, ``, 5897900},
	} {
		got, _, err := outcome(t, c.in, c.pipeline, true)
		if c.code != 0 {
			querytest.Fails(t, c.pipeline, err, c.code, "")
		} else if want := querytest.Val(t, c.want).String(); err != nil || got != want {
			t.Errorf("%s\ngot  %s, %v\nwant %s", c.pipeline, got, err, want)
		}
	}
}
