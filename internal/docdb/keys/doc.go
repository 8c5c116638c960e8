// Package keys holds the order of BSON values and the byte form of that order.
//
// MongoDB sorts values of all types together: first by the type's place in a fixed list, then by value, where the four
// numeric types count as one. Source: MongoDB manual, "Comparison/Sort Order".
//
// [Compare] is that order. [Append] writes a value so that bytes.Compare of two encodings gives what Compare gives of the
// two values. An encoding marks its own end, so several of them after one another form a compound key, and no encoding is
// a prefix of another. [Invert] turns a part around for a descending index.
//
// An encoding starts with the value's class byte (see [Class]), which is never 0x00 or 0xFF, so that both can bound a
// key space. Encodings are for ordering only: they do not decode.
//
// Input may be damaged below its first level; what cannot be read counts as the end of its document. Values nested
// deeper than a document may be are ordered by their bytes, so that depth never costs more than a bounded stack.
package keys
