package update

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
)

// Upsert returns the document to insert when no document matches f: the values that f requires fields to equal, changed
// by the update; of a replacement only f's _id counts. The _id, if it is known, comes first; if neither f nor the update
// gives one, there is none and the caller makes it.
func (u *Update) Upsert(f *match.Filter, o ApplyOptions) (bson.Raw, error) {
	o.Insert = true
	base, err := f.Equalities(u.replacement != nil)
	if err != nil {
		return nil, err
	}
	doc, _, err := u.Apply(base, o)
	if err != nil {
		return nil, err
	}
	return idFirst(doc, keys.Lookup(doc, "_id")), nil
}
