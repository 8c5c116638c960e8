// Package field says which arguments commands take and of which types they are.
package field

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Kind is the set of BSON types that an argument may have.
type Kind struct {
	names string // for messages
	types []bson.Type
}

// The kinds of arguments.
var (
	Any      = Kind{}
	String   = Kind{"string", []bson.Type{bson.TypeString}}
	Object   = Kind{"object", []bson.Type{bson.TypeEmbeddedDocument}}
	Array    = Kind{"array", []bson.Type{bson.TypeArray}}
	Bool     = Kind{"bool, long, int, decimal, double", []bson.Type{bson.TypeBoolean, bson.TypeInt64, bson.TypeInt32, bson.TypeDecimal128, bson.TypeDouble}}
	Binary   = Kind{"binData", []bson.Type{bson.TypeBinary}}
	Int      = Kind{"long, int, decimal, double", []bson.Type{bson.TypeInt64, bson.TypeInt32, bson.TypeDecimal128, bson.TypeDouble}}
	Long     = Kind{"long", []bson.Type{bson.TypeInt64}}
	Hint     = Kind{"string, object", []bson.Type{bson.TypeString, bson.TypeEmbeddedDocument}}
	Update   = Kind{"object, array", []bson.Type{bson.TypeEmbeddedDocument, bson.TypeArray}}
	Selector = Kind{"string, object, array", []bson.Type{bson.TypeString, bson.TypeEmbeddedDocument, bson.TypeArray}}
)

// Check refuses a value of another type. A null counts as absent, as it does in MongoDB.
func (k Kind) Check(where, name string, v bson.RawValue) error {
	if k.types == nil || v.Type == bson.TypeNull {
		return nil
	}
	for _, t := range k.types {
		if v.Type == t {
			return k.checkNumber(where, name, v)
		}
	}
	return k.Mismatch(where+"."+name, v)
}

// Mismatch is the error of a value of another type.
func (k Kind) Mismatch(where string, v bson.RawValue) error {
	return wire.Errorf(wire.TypeMismatch, "BSON field '%s' is the wrong type '%s', expected type '%s'", where, TypeName(v.Type), k.names)
}

// checkNumber refuses a number where an integer is wanted and the number is none.
func (k Kind) checkNumber(where, name string, v bson.RawValue) error {
	if k.names != Int.names {
		return nil
	}
	if _, ok := wire.Integer(v); !ok {
		return wire.Errorf(wire.FailedToParse, "BSON field '%s.%s' must be a whole number of 64 bits", where, name)
	}
	return nil
}

// TypeName is the name by which messages and $type call a BSON type.
func TypeName(t bson.Type) string {
	switch t {
	case bson.TypeEmbeddedDocument:
		return "object"
	case bson.TypeInt32:
		return "int"
	case bson.TypeInt64:
		return "long"
	case bson.TypeBoolean:
		return "bool"
	case bson.TypeDateTime:
		return "date"
	case bson.TypeBinary:
		return "binData"
	case bson.TypeObjectID:
		return "objectId"
	case bson.TypeDecimal128:
		return "decimal"
	case bson.TypeRegex:
		return "regex"
	case bson.TypeMinKey:
		return "minKey"
	case bson.TypeMaxKey:
		return "maxKey"
	}
	return strings.ToLower(t.String())
}
