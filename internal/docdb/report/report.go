// Package report answers commands that only report: on the server and its counters, and on the sizes and contents of
// databases and collections.
package report

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// On is the subject of a report, and the command that asks for it.
type On struct {
	field.Args
	Ctx   context.Context
	Store *storage.Store
	NS    storage.Namespace // the collection is "" for a database or the server
	Self  bson.RawValue     // the value of the command's own field
}
