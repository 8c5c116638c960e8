package keys

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// end closes a document or array: it is below every class byte, so what ends first is less.
const end byte = 0x00

// Append appends v's encoding to dst.
func Append(dst []byte, v bson.RawValue) []byte { return appendValue(dst, &v, 0) }

// Invert turns the encoding b around in place, so that greater values sort first, and returns it. It undoes itself.
func Invert(b []byte) []byte {
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}

func appendValue(dst []byte, v *bson.RawValue, depth int) []byte {
	class := classOf[v.Type]
	dst = append(dst, class)
	switch class {
	case classNumber:
		return appendNumber(dst, v)
	case classString, classCode:
		return appendText(dst, text(*v))
	case classObject, classArray:
		if depth >= maxDepth {
			return appendText(dst, v.Value)
		}
		return appendDocument(dst, v.Value, class == classObject, depth+1)
	case classMinKey, classUndefined, classNull, classMaxKey:
		return dst
	}
	return appendRest(dst, class, v, depth)
}

// appendRest appends a value of one of the less common classes.
func appendRest(dst []byte, class byte, v *bson.RawValue, depth int) []byte {
	switch class {
	case classDate:
		ms, _ := v.DateTimeOK()
		return binary.BigEndian.AppendUint64(dst, uint64(ms)^1<<63)
	case classTimestamp:
		t, i, _ := v.TimestampOK()
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(dst, t), i)
	case classBinary:
		subtype, data, _ := v.BinaryOK()
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(data)))
		return append(append(dst, subtype), data...)
	case classRegex:
		pattern, options, _ := v.RegexOK()
		return appendText(appendText(dst, []byte(pattern)), []byte(options))
	case classDBPointer:
		namespace, id, _ := v.DBPointerOK()
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(namespace)))
		return append(append(dst, namespace...), id[:]...)
	case classCodeWithScope:
		code, scope, _ := codeAndScope(*v)
		dst = appendText(dst, []byte(code))
		if depth >= maxDepth {
			return appendText(dst, scope)
		}
		return appendDocument(dst, scope, true, depth+1)
	}
	return append(dst, v.Value...) // ObjectID and bool, which have one size
}

// appendDocument writes each field as class, name (for documents) and value, then end.
func appendDocument(dst, doc []byte, names bool, depth int) []byte {
	for name, v := range Elements(doc) {
		if names {
			dst = append(dst, Class(v))
			dst = append(append(dst, name...), 0) // a BSON name holds no zero byte
		}
		dst = appendValue(dst, &v, depth)
	}
	return append(dst, end)
}

// Prefix returns the half-open range of encodings [lo, hi) that holds every string that begins with s, which must not be
// empty.
func Prefix(s string) (lo, hi []byte) {
	lo = appendText([]byte{classString}, []byte(s))
	lo = lo[:len(lo)-2] // without the mark of the end
	hi = bytes.TrimRight(lo, "\xff")
	hi = bytes.Clone(hi)
	hi[len(hi)-1]++
	return lo, hi
}

// appendText writes s with 0x00 as 0x00 0xFF, and 0x00 0x01 behind it.
func appendText(dst, s []byte) []byte {
	for {
		zero := bytes.IndexByte(s, 0)
		if zero < 0 {
			return append(append(dst, s...), 0x00, 0x01)
		}
		dst = append(append(dst, s[:zero]...), 0x00, 0xFF)
		s = s[zero+1:]
	}
}
