package plan

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// ByID is the plan that reads the document of one _id.
var ByID = &Plan{Stage: stageIDHack, Sorted: true}

// String is the plan as logs and profiles show it. Source: MongoDB manual, "Database Profiler Output", planSummary.
func (p *Plan) String() string {
	switch p.Stage {
	case stageIndex:
		return summary(p.ix)
	case stageOr:
		var all []string
		for _, b := range p.branches {
			all = append(all, summary(b.ix))
		}
		return strings.Join(all, ", ")
	}
	return string(p.Stage)
}

func summary(ix storage.Index) string {
	pattern, err := bson.MarshalExtJSON(ix.Pattern(), false, false)
	if err != nil {
		return string(stageIndex)
	}
	return string(stageIndex) + " " + string(pattern)
}
