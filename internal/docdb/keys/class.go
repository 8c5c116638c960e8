package keys

import "go.mongodb.org/mongo-driver/v2/bson"

// The classes, in MongoDB's order. Undefined sorts below null because it stands for the empty array in an index, and
// MongoDB's manual puts an empty array below null.
const (
	classMinKey byte = 0x10 + 4*iota
	classUndefined
	classNull
	classNumber
	classString
	classObject
	classArray
	classBinary
	classObjectID
	classBool
	classDate
	classTimestamp
	classRegex
	classDBPointer
	classCode
	classCodeWithScope
	classMaxKey
)

var classes = map[bson.Type]byte{
	bson.TypeMinKey:           classMinKey,
	bson.TypeUndefined:        classUndefined,
	0:                         classNull,
	bson.TypeNull:             classNull,
	bson.TypeInt32:            classNumber,
	bson.TypeInt64:            classNumber,
	bson.TypeDouble:           classNumber,
	bson.TypeDecimal128:       classNumber,
	bson.TypeString:           classString,
	bson.TypeSymbol:           classString,
	bson.TypeEmbeddedDocument: classObject,
	bson.TypeArray:            classArray,
	bson.TypeBinary:           classBinary,
	bson.TypeObjectID:         classObjectID,
	bson.TypeBoolean:          classBool,
	bson.TypeDateTime:         classDate,
	bson.TypeTimestamp:        classTimestamp,
	bson.TypeRegex:            classRegex,
	bson.TypeDBPointer:        classDBPointer,
	bson.TypeJavaScript:       classCode,
	bson.TypeCodeWithScope:    classCodeWithScope,
	bson.TypeMaxKey:           classMaxKey,
}

// classOf is classes as an array, for speed.
var classOf = func() (table [256]byte) {
	for i := range table {
		table[i] = classNull // an unknown type cannot occur in a validated document
	}
	for t, c := range classes {
		table[t] = c
	}
	return table
}()

// Class returns the class that v sorts in: the first byte of its encoding. Two values have the same class when MongoDB
// compares them by value; range operators match only within a class ("type bracketing"). The zero RawValue, a missing
// field, is in the class of null.
func Class(v bson.RawValue) byte { return classOf[v.Type] }

// Bounds returns the half-open range of encodings [lo, hi) that holds every value of v's class.
func Bounds(v bson.RawValue) (lo, hi []byte) {
	c := Class(v)
	return []byte{c}, []byte{c + 1}
}
