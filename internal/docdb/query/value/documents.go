package value

import (
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Documents is a stream of documents that ends with the first error.
type Documents = iter.Seq2[bson.Raw, error]
