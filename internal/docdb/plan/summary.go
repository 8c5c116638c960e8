package plan

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// ByID is the plan that reads the document of one _id.
var ByID = &Plan{Access: accessIDHack, Sorted: true}

// String is the plan as logs and profiles show it. Source: MongoDB manual, "Database Profiler Output", planSummary.
func (p *Plan) String() string {
	switch p.Access {
	case accessIndex:
		return summary(p.ix)
	case accessOr:
		var all []string
		for _, b := range p.branches {
			all = append(all, summary(b.ix))
		}
		return strings.Join(all, ", ")
	}
	return string(p.Access)
}

func summary(ix storage.Index) string {
	pattern, err := bson.MarshalExtJSON(ix.Pattern(), false, false)
	if err != nil {
		return string(accessIndex)
	}
	return string(accessIndex) + " " + string(pattern)
}
