package wire

import (
	"math"
	"math/big"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What a command's flags, numbers and names mean is decided here alone. The gateway decides by them what a caller may do
// and the engine what it does: if they read one differently, a caller could do what it may not.

// Given reports whether a field has a value. A null counts as none, as it does in MongoDB's commands.
func Given(v bson.RawValue) bool { return v.Type != 0 && v.Type != bson.TypeNull }

// Flag reports whether a flag is set: a boolean that is true, or a number that is not zero. One that is not given is not
// set. It is not ok for values of other types, which no command takes for a flag.
func Flag(v bson.RawValue) (set, ok bool) {
	switch v.Type {
	case 0, bson.TypeNull:
		return false, true
	case bson.TypeBoolean:
		return v.Boolean(), true
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble:
		return v.AsFloat64() != 0, true
	case bson.TypeDecimal128:
		n, _, err := v.Decimal128().BigInt()
		return err != nil || n.Sign() != 0, true // NaN and the infinities are not zero
	}
	return false, false
}

var ten = big.NewInt(10)

// Integer returns a number that is whole and fits 64 bits.
func Integer(v bson.RawValue) (int64, bool) {
	switch v.Type {
	case bson.TypeInt32, bson.TypeInt64:
		return v.AsInt64OK()
	case bson.TypeDouble:
		f := v.Double()
		return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<63
	case bson.TypeDecimal128:
		d := v.Decimal128()
		n, exp, err := d.BigInt()
		if err != nil || exp > 18 || exp < 0 {
			return 0, false
		}
		for ; exp > 0; exp-- {
			n.Mul(n, ten)
		}
		return n.Int64(), n.IsInt64()
	}
	return 0, false
}

// CheckDatabase reports why a database cannot have the name, as an InvalidNamespace.
// Source: MongoDB manual, "Naming Restrictions".
func CheckDatabase(db string) error {
	if db == "" || len(db) > 63 || strings.ContainsAny(db, "/\\. \"$\x00") {
		return Errorf(InvalidNamespace, "Invalid database name: %q", db)
	}
	return nil
}

// CheckNamespace reports why a collection of the database cannot have the name, as an InvalidNamespace.
// Source: MongoDB manual, "Naming Restrictions".
func CheckNamespace(db, coll string) error {
	if err := CheckDatabase(db); err != nil {
		return err
	}
	switch {
	case coll == "", strings.ContainsAny(coll, "\x00$"), strings.HasPrefix(coll, "."), strings.HasSuffix(coll, "."):
		return Errorf(InvalidNamespace, "Invalid collection name: %q", coll)
	case len(db)+1+len(coll) > 255:
		return Errorf(InvalidNamespace, "Namespace is longer than 255 bytes")
	}
	return nil
}

// SplitNamespace splits the full name of a collection, "db.collection", at the first dot. It checks neither part.
func SplitNamespace(full string) (db, coll string) {
	db, coll, _ = strings.Cut(full, ".")
	return db, coll
}
