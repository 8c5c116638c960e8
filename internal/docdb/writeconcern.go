package docdb

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/concern"
	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxMembers is how many members a replica set may have. Source: MongoDB manual, "MongoDB Limits and Thresholds".
const maxMembers = 50

// checkWriteConcern refuses a writeConcern that has no meaning for any replica set.
func (c *call) checkWriteConcern() error {
	switch w := c.Doc("writeConcern").Lookup("w"); w.Type {
	case 0, bson.TypeNull, bson.TypeUndefined, bson.TypeString:
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128:
		if n, ok := wire.Integer(w); !ok || n < 0 || n > maxMembers {
			return wire.Errorf(wire.FailedToParse, "w has to be a non-negative number and not greater than %d", maxMembers)
		}
	case bson.TypeEmbeddedDocument:
		if !field.Asks(w) {
			return wire.Errorf(wire.FailedToParse, "tagged write concern requires tags")
		}
	default:
		return wire.Errorf(wire.FailedToParse, "w has to be a number, string, or object; found: %s", field.TypeName(w.Type))
	}
	return nil
}

// withConcern adds to a write command's reply what its write concern asks for and the members cannot give. The write has
// been done all the same, and is durable, whatever was asked for.
func (c *call) withConcern(reply bson.D) bson.D {
	asked := c.Doc("writeConcern")
	wtimeout := args{{Name: "wtimeout", Value: asked.Lookup("wtimeout")}}.Int("wtimeout", 0)
	err := c.e.members.Meet(c.ctx, asked.Lookup("w"), wtimeout)
	var known *wire.Error
	if err == nil || !errors.As(c.e.clientError(c.cmd.name, err), &known) {
		return reply
	}
	return append(reply, bson.E{Key: "writeConcernError", Value: concern.Document(known, asked.Lookup("w"), wtimeout)})
}
