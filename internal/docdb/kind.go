package docdb

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// kind is the set of BSON types that an argument may have.
type kind struct {
	names string // for messages
	types []bson.Type
}

var (
	isAny      = kind{}
	isString   = kind{"string", []bson.Type{bson.TypeString}}
	isObject   = kind{"object", []bson.Type{bson.TypeEmbeddedDocument}}
	isArray    = kind{"array", []bson.Type{bson.TypeArray}}
	isBool     = kind{"bool, long, int, decimal, double", []bson.Type{bson.TypeBoolean, bson.TypeInt64, bson.TypeInt32, bson.TypeDecimal128, bson.TypeDouble}}
	isBinary   = kind{"binData", []bson.Type{bson.TypeBinary}}
	isInt      = kind{"long, int, decimal, double", []bson.Type{bson.TypeInt64, bson.TypeInt32, bson.TypeDecimal128, bson.TypeDouble}}
	isLong     = kind{"long", []bson.Type{bson.TypeInt64}}
	isHint     = kind{"string, object", []bson.Type{bson.TypeString, bson.TypeEmbeddedDocument}}
	isUpdate   = kind{"object, array", []bson.Type{bson.TypeEmbeddedDocument, bson.TypeArray}}
	isSelector = kind{"string, object, array", []bson.Type{bson.TypeString, bson.TypeEmbeddedDocument, bson.TypeArray}}
)

// check refuses a value of another type. A null counts as absent, as it does in MongoDB.
func (k kind) check(where, name string, v bson.RawValue) error {
	if k.types == nil || v.Type == bson.TypeNull {
		return nil
	}
	for _, t := range k.types {
		if v.Type == t {
			return k.checkNumber(where, name, v)
		}
	}
	return k.mismatch(where+"."+name, v)
}

func (k kind) mismatch(where string, v bson.RawValue) error {
	return wire.Errorf(wire.TypeMismatch, "BSON field '%s' is the wrong type '%s', expected type '%s'", where, typeName(v.Type), k.names)
}

// checkNumber refuses a number where an integer is wanted and the number is none.
func (k kind) checkNumber(where, name string, v bson.RawValue) error {
	if k.names != isInt.names {
		return nil
	}
	if _, ok := wire.Integer(v); !ok {
		return wire.Errorf(wire.FailedToParse, "BSON field '%s.%s' must be a whole number of 64 bits", where, name)
	}
	return nil
}

// typeName is the name by which messages and $type call a BSON type.
func typeName(t bson.Type) string {
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
