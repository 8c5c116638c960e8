package stage

import "github.com/telamon-db/telamon/internal/docdb/query/value"

// The names that pipelines know, sorted. They are made from the tables that parsing uses.
var (
	Stages       []value.Entry
	Accumulators []value.Entry // of $group
)

// The tables are filled here, not where they are declared, because parsing reaches back into them.
func init() {
	accumulators = newAccumulators()
	Accumulators = accumulators.Entries()
	stages = newStages()
	Stages = stages.Entries()
}
