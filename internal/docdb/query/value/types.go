package value

import "go.mongodb.org/mongo-driver/v2/bson"

// TypeAliases are the names that $type takes. Source: MongoDB manual, "BSON Types".
var TypeAliases = map[string]bson.Type{
	"double": bson.TypeDouble, "string": bson.TypeString, "object": bson.TypeEmbeddedDocument, "array": bson.TypeArray,
	"binData": bson.TypeBinary, "undefined": bson.TypeUndefined, "objectId": bson.TypeObjectID, "bool": bson.TypeBoolean,
	"date": bson.TypeDateTime, "null": bson.TypeNull, "regex": bson.TypeRegex, "dbPointer": bson.TypeDBPointer,
	"javascript": bson.TypeJavaScript, "symbol": bson.TypeSymbol, "javascriptWithScope": bson.TypeCodeWithScope,
	"int": bson.TypeInt32, "timestamp": bson.TypeTimestamp, "long": bson.TypeInt64, "decimal": bson.TypeDecimal128,
	"minKey": bson.TypeMinKey, "maxKey": bson.TypeMaxKey,
}

// TypeNames are the aliases of types, and "missing" for no type.
var TypeNames = func() map[bson.Type]string {
	names := map[bson.Type]string{0: "missing"}
	for name, t := range TypeAliases {
		names[t] = name
	}
	return names
}()

// TypeName is the alias of v's type, for messages.
func TypeName(v bson.RawValue) string { return TypeNames[v.Type] }
