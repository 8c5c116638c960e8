package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxMembers is how many members a replica set may have. Source: MongoDB manual, "MongoDB Limits and Thresholds".
const maxMembers = 50

// checkWriteConcern refuses a writeConcern that has no meaning for any replica set.
func (c *call) checkWriteConcern() error {
	switch w := c.doc("writeConcern").Lookup("w"); w.Type {
	case 0, bson.TypeNull, bson.TypeUndefined, bson.TypeString:
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128:
		if n, ok := wire.Integer(w); !ok || n < 0 || n > maxMembers {
			return wire.Errorf(wire.FailedToParse, "w has to be a non-negative number and not greater than %d", maxMembers)
		}
	case bson.TypeEmbeddedDocument:
		if !plan.AsksForSomething(w) {
			return wire.Errorf(wire.FailedToParse, "tagged write concern requires tags")
		}
	default:
		return wire.Errorf(wire.FailedToParse, "w has to be a number, string, or object; found: %s", field.TypeName(w.Type))
	}
	return nil
}

// unmet is what the write concern asks for and the engine cannot give, or nil. The write has been done all the same, and is
// durable, whatever was asked for. Source: MongoDB manual, "Write Concern".
func (c *call) unmet() *wire.Error {
	w := c.doc("writeConcern").Lookup("w")
	if mode, ok := w.StringValueOK(); ok && mode != "majority" {
		return wire.Errorf(wire.UnknownReplWriteConcern, "No write concern mode named '%s' found in replica set configuration", mode)
	}
	if n, _ := wire.Integer(w); n > max(c.e.members.Load(), 1) || w.Type == bson.TypeEmbeddedDocument { // of whose tags no member has one
		return wire.Errorf(wire.UnsatisfiableWriteConcern, "Not enough data-bearing nodes")
	}
	return nil
}

// withConcern adds to a write command's reply that its write concern is not met.
func (c *call) withConcern(reply bson.D) bson.D {
	err := c.unmet()
	if err == nil {
		return reply
	}
	asked := c.doc("writeConcern")
	concern := bson.D{{Key: "w", Value: asked.Lookup("w")}, {Key: "wtimeout", Value: args{{"wtimeout", asked.Lookup("wtimeout")}}.int("wtimeout", 0)},
		{Key: "provenance", Value: "clientSupplied"}}
	return append(reply, bson.E{Key: "writeConcernError", Value: bson.D{{Key: "code", Value: err.Code}, {Key: "codeName", Value: err.Name},
		{Key: "errmsg", Value: err.Message}, {Key: "errInfo", Value: bson.D{{Key: "writeConcern", Value: concern}}}}})
}
