package gateway

import (
	"maps"
	"slices"
)

// OwnCommands are the names of the commands that a gateway answers itself, sorted.
func OwnCommands() []string {
	own := slices.AppendSeq([]string{"usersInfo"}, maps.Keys(openCommands))
	own = slices.AppendSeq(own, maps.Keys(setCommands))
	return slices.Sorted(slices.Values(slices.AppendSeq(own, maps.Keys(greetings))))
}

// EngineCommands are the names of the commands that may be passed to the engine, sorted. An engine may not have them all.
func EngineCommands() []string { return slices.Sorted(maps.Keys(commands)) }

// EngineStages are the names of the aggregation stages that may be passed to the engine, sorted.
func EngineStages() []string { return slices.Sorted(maps.Keys(stages)) }
