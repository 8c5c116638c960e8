package report

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// Validate answers validate: it checks that the collection's documents, indexes and sizes agree.
func Validate(on On) (bson.D, error) {
	v := on.Store.View(on.NS)
	defer v.Close()
	if v.Coll == nil {
		return nil, storage.NoNamespace(on.NS)
	}
	found, err := storage.Inspect(on.Ctx, v.R, v.Coll)
	if err != nil {
		return nil, err
	}
	var perIndex bson.D
	for i, ix := range v.Coll.AllIndexes() {
		perIndex = append(perIndex, bson.E{Key: ix.Name, Value: found.Entries[i]})
	}
	return bson.D{{Key: "ns", Value: on.NS.String()}, {Key: "nrecords", Value: found.Docs}, {Key: "nIndexes", Value: int32(len(perIndex))},
		{Key: "keysPerIndex", Value: perIndex}, {Key: "valid", Value: len(found.Faults) == 0}, {Key: "repaired", Value: false},
		{Key: "warnings", Value: bson.A{}}, {Key: "errors", Value: found.Faults}}, nil
}
