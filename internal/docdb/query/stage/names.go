package stage

import "github.com/telamon-db/telamon/internal/docdb/query/value"

// The names that pipelines know, sorted. They are made from the tables that parsing uses.
var (
	Stages       []value.Entry
	Accumulators []value.Entry // of $group
	// WindowFunctions are those of $setWindowFields that are no accumulators.
	WindowFunctions []value.Entry
)

// The tables are filled here, not where they are declared, because parsing reaches back into them.
func init() {
	accumulators = newAccumulators()
	Accumulators = accumulators.Entries()
	windowFunctions = newWindowFunctions()
	WindowFunctions = windowFunctions.Entries()
	stages = newStages()
	Stages = stages.Entries()
}
