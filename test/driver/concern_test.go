package driver

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// TestUnmetWriteConcern: the driver returns an error for a write concern that one member cannot meet. The document is
// inserted all the same.
func TestUnmetWriteConcern(t *testing.T) {
	plain, ctx := collection(t), t.Context()
	for i, test := range []struct {
		w    any
		code int
		name string
	}{
		{1, 0, ""}, {"majority", 0, ""}, {2, 100, "UnsatisfiableWriteConcern"}, {"nonsense", 79, "UnknownReplWriteConcern"},
	} {
		c := plain.Clone(options.Collection().SetWriteConcern(&writeconcern.WriteConcern{W: test.w}))
		_, err := c.InsertOne(ctx, d("_id", i))
		var failure mongo.WriteException
		switch {
		case test.code == 0:
			must(t, err)
		case !errors.As(err, &failure) || failure.WriteConcernError == nil || len(failure.WriteErrors) > 0:
			t.Errorf("w %v: %v", test.w, err)
		case failure.WriteConcernError.Code != test.code || failure.WriteConcernError.Name != test.name:
			t.Errorf("w %v: %v", test.w, failure.WriteConcernError)
		}
		n, err := plain.CountDocuments(ctx, d("_id", i))
		must(t, err)
		same(t, n, "1")
	}
}
