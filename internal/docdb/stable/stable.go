// Package stable has the commands, options and stages of the Stable API. Source: MongoDB manual, "Stable API".
package stable

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Codes of refusals.
var (
	VersionError = wire.Code{Number: 322, Name: "APIVersionError"}
	StrictError  = wire.Code{Number: 323, Name: "APIStrictError"}
)

// Commands are the commands of version 1.
var Commands = map[string]bool{"abortTransaction": true, "aggregate": true, "bulkWrite": true, "collMod": true, "commitTransaction": true, "count": true,
	"create": true, "createIndexes": true, "delete": true, "drop": true, "dropDatabase": true, "dropIndexes": true, "endSessions": true, "explain": true,
	"find": true, "findAndModify": true, "getMore": true, "hello": true, "insert": true, "killCursors": true, "listCollections": true, "listDatabases": true,
	"listIndexes": true, "ping": true, "refreshSessions": true, "update": true}

// options are arguments of commands that version 1 does not have.
var options = map[string][]string{
	"create": {"autoIndexId", "capped", "indexOptionDefaults", "max", "size", "storageEngine"},
	"find":   {"awaitData", "max", "min", "noCursorTimeout", "oplogReplay", "returnKey", "showRecordId", "tailable"},
}

// indexOptions are options of indexes that version 1 does not have.
var indexOptions = []string{"background", "bucketSize", "sparse", "storageEngine"}

// stages are the aggregation stages that version 1 does not have.
var stages = []string{"$currentOp", "$indexStats", "$listLocalSessions", "$listSearchIndexes", "$listSessions", "$planCacheStats", "$search", "$searchMeta", "$vectorSearch"}

// Check refuses a command that is not in version 1. get returns its arguments, and indexes are those that it creates.
func Check(command string, get func(name string) bson.RawValue, indexes []bson.Raw) error {
	if !Commands[command] {
		return wire.Errorf(StrictError, "Provided apiStrict:true, but the command %s is not in API Version 1", command)
	}
	for _, name := range options[command] {
		if wire.Given(get(name)) {
			return wire.Errorf(StrictError, "BSON field '%s.%s' is not allowed with apiStrict:true.", command, name)
		}
	}
	for _, doc := range indexes {
		if i := slices.IndexFunc(indexOptions, func(name string) bool { return doc.Lookup(name).Type != 0 }); i >= 0 {
			return wire.Errorf(StrictError, "BSON field 'createIndexes.indexes.%s' is not allowed with apiStrict:true.", indexOptions[i])
		}
	}
	if command == "aggregate" {
		return checkPipeline(get("pipeline"))
	}
	return nil
}

func checkPipeline(pipeline bson.RawValue) error {
	array, _ := pipeline.ArrayOK()
	list, _ := array.Values() // what is malformed is refused later
	for _, v := range list {
		doc, _ := v.DocumentOK()
		for _, name := range stages {
			if doc.Lookup(name).Type != 0 {
				return wire.Errorf(StrictError, "stage %s is not allowed with 'apiStrict: true' in API Version 1", name)
			}
		}
		sizes, _ := doc.Lookup("$collStats").DocumentOK()
		elements, _ := sizes.Elements()
		if slices.ContainsFunc(elements, func(e bson.RawElement) bool { return e.Key() != "count" }) {
			return wire.Errorf(StrictError, "only the 'count' of $collStats is allowed with 'apiStrict: true' in API Version 1")
		}
	}
	return nil
}
