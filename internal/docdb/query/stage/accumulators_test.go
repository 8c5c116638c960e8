package stage

import (
	"context"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

const scores = `[{"_id": 1, "g": "x", "s": 3, "o": {"a": 1}}, {"_id": 2, "g": "x", "s": 1, "o": {"b": 2}}, {"_id": 3, "g": "y", "s": 2}, {"_id": 4, "g": "x", "o": {"a": 9}}]`

// TestAccumulators groups scores; want is what the field n of each group is, or a code.
func TestAccumulators(t *testing.T) {
	for _, c := range []struct {
		accumulator string
		want        string
		code        int32
	}{
		{`{"$mergeObjects": "$o"}`, `[{"a": 9, "b": 2}, {}]`, 0}, {`{"$stdDevPop": "$s"}`, `[1.0, 0.0]`, 0}, {`{"$stdDevSamp": "$s"}`, `[1.4142135623730951, null]`, 0},
		{`{"$firstN": {"n": 2, "input": "$s"}}`, `[[3, 1], [2]]`, 0}, {`{"$lastN": {"n": 2, "input": "$s"}}`, `[[1, null], [2]]`, 0}, {`{"$minN": {"n": 1, "input": "$s"}}`, `[[1], [2]]`, 0}, {`{"$maxN": {"n": {"$add": [1, 1]}, "input": "$s"}}`, `[[3, 1], [2]]`, 0},
		{`{"$top": {"sortBy": {"s": -1}, "output": "$_id"}}`, `[1, 3]`, 0}, {`{"$topN": {"n": 2, "sortBy": {"s": 1}, "output": ["$_id", "$s"]}}`, `[[[4, null], [2, 1]], [[3, 2]]]`, 0}, {`{"$bottom": {"sortBy": {"s": 1}, "output": "$_id"}}`, `[1, 3]`, 0}, {`{"$bottomN": {"n": 2, "sortBy": {"s": 1}, "output": "$_id"}}`, `[[2, 1], [3]]`, 0},
		{`{"$median": {"input": "$s", "method": "approximate"}}`, `[1.0, 2.0]`, 0}, {`{"$percentile": {"input": "$s", "p": [0.5, 1], "method": "discrete"}}`, `[[1.0, 3.0], [2.0, 2.0]]`, 0}, {`{"$sum": ["$s"]}`, `[4, 2]`, 0},
		{`{"$sum": ["$s", 1]}`, ``, 40237}, {`{"$firstN": 1}`, ``, 5788001}, {`{"$firstN": {"n": 0, "input": 1}}`, ``, 5787908}, {`{"$firstN": {"input": 1}}`, ``, 5787906}, {`{"$firstN": {"n": 1}}`, ``, 5787907}, {`{"$firstN": {"n": 1, "input": 1, "x": 1}}`, ``, 5788002}, {`{"$firstN": {"n": "$s", "input": 1}}`, ``, 238},
		{`{"$top": {"output": 1}}`, ``, 5788005}, {`{"$top": {"sortBy": {"a": 1}}}`, ``, 5788004}, {`{"$top": {"sortBy": 1, "output": 1}}`, ``, 5788604}, {`{"$mergeObjects": "$s"}`, ``, 40400}, {`{"$median": {"input": 1, "method": "x"}}`, ``, 2}, {`{"$accumulator": {}}`, ``, 31264},
	} {
		text := `[{"$group": {"_id": "$g", "n": ` + c.accumulator + `}}, {"$group": {"_id": null, "all": {"$push": "$n"}}}, {"$replaceWith": {"v": "$all"}}]`
		p, err := Parse(nil, querytest.Val(t, text))
		var read int
		if err == nil {
			got, failed := collect(p.Run(running(context.Background()), lent(stream(t, scores, &read))))
			if err = failed; err == nil && c.code == 0 {
				if want := querytest.Val(t, `[{"v": `+c.want+`}]`); !got.Equal(want) {
					t.Errorf("%s\ngot  %v\nwant %v", c.accumulator, got, want)
				}
			}
		}
		if c.code != 0 {
			querytest.Fails(t, c.accumulator, err, c.code, "")
		} else if err != nil {
			t.Errorf("%s: %v", c.accumulator, err)
		}
	}
}
