package order

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
)

// Stream sorts a stream by a sorter that open opens. It is stable. What a document holds is given back when the document has
// gone on.
func (s Sort) Stream(in value.Documents, open func() *spill.Sorter) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		all := open()
		defer all.Close()
		var key []byte
		for doc, err := range in {
			if err == nil {
				key, err = s.appendKey(key[:0], doc)
			}
			if err == nil {
				err = all.Add(key, doc)
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		for row, err := range all.Sorted() {
			if !yield(row.Value, err) {
				return
			}
		}
	}
}
