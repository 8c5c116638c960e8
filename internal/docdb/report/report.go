// Package report answers the commands that only tell: of the server and its counters, of the sizes of databases and
// collections, and of what is in them.
package report

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// On is what a report is on, and what was asked with it.
type On struct {
	field.Args
	Ctx   context.Context
	Store *storage.Store
	NS    storage.Namespace // the collection is "" for a database or the server
	Self  bson.RawValue     // the value of the command's own field
}
