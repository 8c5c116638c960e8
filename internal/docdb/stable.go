package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// What the Stable API promises. Source: MongoDB manual, "Stable API".

var (
	apiVersionError = wire.Code{Number: 322, Name: "APIVersionError"}
	apiStrictError  = wire.Code{Number: 323, Name: "APIStrictError"}
)

// stableCommands are the commands of version 1.
var stableCommands = map[string]bool{"abortTransaction": true, "aggregate": true, "bulkWrite": true, "collMod": true, "commitTransaction": true, "count": true,
	"create": true, "createIndexes": true, "delete": true, "drop": true, "dropDatabase": true, "dropIndexes": true, "endSessions": true, "explain": true,
	"find": true, "findAndModify": true, "getMore": true, "hello": true, "insert": true, "killCursors": true, "listCollections": true, "listDatabases": true,
	"listIndexes": true, "ping": true, "refreshSessions": true, "update": true}

// unstableOptions are arguments of commands that version 1 does not have.
var unstableOptions = map[string][]string{
	"create": {"autoIndexId", "capped", "indexOptionDefaults", "max", "size", "storageEngine"},
	"find":   {"awaitData", "max", "min", "noCursorTimeout", "oplogReplay", "returnKey", "showRecordId", "tailable"},
}

// unstableIndexOptions are those of an index.
var unstableIndexOptions = []string{"background", "bucketSize", "sparse", "storageEngine"}

// unstableStages are the aggregation stages that version 1 does not have.
var unstableStages = []string{"$currentOp", "$indexStats", "$listLocalSessions", "$listSearchIndexes", "$listSessions", "$planCacheStats", "$search", "$searchMeta", "$vectorSearch"}

// checkAPI refuses a version that there is not, and in strict mode what the version does not promise. Nothing of version 1
// is deprecated.
func (c *call) checkAPI() error {
	if !c.has("apiVersion") {
		if c.has("apiStrict") || c.has("apiDeprecationErrors") {
			return wire.Errorf(wire.Code{Number: 4886600, Name: "Location4886600"}, "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion")
		}
		return nil
	}
	if c.string("apiVersion") != "1" {
		return wire.Errorf(apiVersionError, "API version must be \"1\"")
	}
	if !c.bool("apiStrict", false) {
		return nil
	}
	if !stableCommands[c.cmd.name] {
		return wire.Errorf(apiStrictError, "Provided apiStrict:true, but the command %s is not in API Version 1", c.cmd.name)
	}
	for _, name := range unstableOptions[c.cmd.name] {
		if c.has(name) {
			return wire.Errorf(apiStrictError, "BSON field '%s.%s' is not allowed with apiStrict:true.", c.cmd.name, name)
		}
	}
	switch c.cmd.name {
	case "aggregate":
		return strictPipeline(c.get("pipeline"))
	case "createIndexes":
		return c.strictIndexes()
	}
	return nil
}

func strictPipeline(pipeline bson.RawValue) error {
	array, _ := pipeline.ArrayOK()
	stages, _ := array.Values() // what is malformed is refused later
	for _, v := range stages {
		doc, _ := v.DocumentOK()
		for _, name := range unstableStages {
			if doc.Lookup(name).Type != 0 {
				return wire.Errorf(apiStrictError, "stage %s is not allowed with 'apiStrict: true' in API Version 1", name)
			}
		}
	}
	return nil
}

func (c *call) strictIndexes() error {
	docs, err := c.docs("indexes")
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if i := slices.IndexFunc(unstableIndexOptions, func(name string) bool { return doc.Lookup(name).Type != 0 }); i >= 0 {
			return wire.Errorf(apiStrictError, "BSON field 'createIndexes.indexes.%s' is not allowed with apiStrict:true.", unstableIndexOptions[i])
		}
	}
	return nil
}
