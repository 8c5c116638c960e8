package plane

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// Load puts documents, a few hundred at most, into a collection of a running cluster. Documents that are already there,
// by their _id, stay as they are.
func (p *Plane) Load(ctx context.Context, cluster model.ID, db, collection string, docs []bson.Raw) error {
	d, err := p.get(cluster)
	if err != nil {
		return err
	}
	s, err := d.slot.NewSession(ctx, wire.User{})
	if err != nil {
		return err
	}
	defer s.Close()
	body, err := bson.Marshal(bson.D{{Key: "insert", Value: collection}, {Key: "ordered", Value: false}, {Key: "$db", Value: db}})
	if err != nil {
		return fmt.Errorf("plane: load %s.%s: %w", db, collection, err)
	}
	reply := s.Run(nil, &wire.Msg{Body: body, Sequences: []wire.Sequence{{ID: "documents", Docs: docs}}})
	if err := refused(reply); err != nil {
		return fmt.Errorf("plane: load %s.%s: %w", db, collection, err)
	}
	return nil
}

// refused returns why an insert failed, in part or whole. Documents that were already there are no failure.
func refused(reply bson.Raw) error {
	var r struct {
		OK     float64 `bson:"ok"`
		Code   int32   `bson:"code"`
		ErrMsg string  `bson:"errmsg"`
		Errors []struct {
			Code   int32  `bson:"code"`
			ErrMsg string `bson:"errmsg"`
		} `bson:"writeErrors"`
	}
	if err := bson.Unmarshal(reply, &r); err != nil {
		return err
	}
	if r.OK != 1 {
		return fmt.Errorf("%s (%d)", r.ErrMsg, r.Code)
	}
	for _, e := range r.Errors {
		if e.Code != wire.DuplicateKey.Number {
			return fmt.Errorf("%s (%d)", e.ErrMsg, e.Code)
		}
	}
	return nil
}
