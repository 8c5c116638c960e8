package wire

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// MaxDepth is how deep documents and arrays of a message may nest, as in MongoDB's server. A document that is to be stored
// may nest less deep, so that there is room for what a message wraps around it.
const MaxDepth = 200

// document takes one validated BSON document off the cursor.
func (c *cursor) document() bson.Raw {
	if c.err != nil {
		return nil
	}
	n, err := checkDocument(c.rest, MaxDepth)
	if err != nil {
		c.err, c.rest = err, nil
		return nil
	}
	return bson.Raw(c.bytes(n))
}

// Validate checks that raw is exactly one well-formed BSON document, all the way down and no deeper than so many levels.
// bson.Raw.Validate looks at the outermost document only. Failures are Overflow for the depth and else InvalidBSON.
func Validate(raw bson.Raw, levels int) error {
	n, err := checkDocument(raw, levels)
	if err == nil && n != len(raw) {
		err = Errorf(InvalidBSON, "%d bytes follow the document", len(raw)-n)
	}
	return err
}

// checkDocument checks the document at the front of b and returns its length. It goes no deeper than levels itself, so that
// hostile input cannot exhaust the stack.
func checkDocument(b []byte, levels int) (int, error) {
	if levels <= 0 {
		return 0, Errorf(Overflow, "BSON document is nested too deeply")
	}
	n, ok := length(b, 5)
	if !ok || b[n-1] != 0 {
		return 0, Errorf(InvalidBSON, "a document's length is wrong")
	}
	for rest := b[4 : n-1]; len(rest) > 0; {
		name := bytes.IndexByte(rest[1:], 0)
		if name < 0 {
			return 0, Errorf(InvalidBSON, "a field name does not end")
		}
		value := rest[name+2:]
		size, err := checkValue(bson.Type(rest[0]), value, levels)
		if err != nil {
			return 0, err
		}
		rest = value[size:]
	}
	return n, nil
}

// FixedSize is the length in bytes of the values of t, if all have one.
func FixedSize(t bson.Type) (n int, ok bool) {
	switch t {
	case bson.TypeUndefined, bson.TypeNull, bson.TypeMinKey, bson.TypeMaxKey:
		return 0, true
	case bson.TypeBoolean:
		return 1, true
	case bson.TypeInt32:
		return 4, true
	case bson.TypeDouble, bson.TypeDateTime, bson.TypeTimestamp, bson.TypeInt64:
		return 8, true
	case bson.TypeObjectID:
		return 12, true
	case bson.TypeDecimal128:
		return 16, true
	}
	return 0, false
}

// checkValue checks the value of type t at the front of b and returns its length.
func checkValue(t bson.Type, b []byte, levels int) (int, error) {
	n, ok := 0, false
	switch t {
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return checkDocument(b, levels-1)
	case bson.TypeCodeWithScope:
		return checkCodeWithScope(b, levels)
	case bson.TypeString, bson.TypeJavaScript, bson.TypeSymbol:
		n, ok = text(b)
	case bson.TypeDBPointer:
		n, ok = text(b)
		n += 12
	case bson.TypeBinary:
		n, ok = length(b, 0)
		n += 5
		ok = ok && checkBinary(b, n)
	case bson.TypeBoolean:
		n, ok = 1, len(b) > 0 && b[0] <= 1
	case bson.TypeRegex:
		pattern := bytes.IndexByte(b, 0) + 1
		options := bytes.IndexByte(b[pattern:], 0) + 1
		n, ok = pattern+options, pattern > 0 && options > 0
	default:
		n, ok = FixedSize(t)
	}
	if !ok || n > len(b) {
		return 0, Errorf(InvalidBSON, "a value of type 0x%02x is malformed", byte(t))
	}
	return n, nil
}

// checkBinary knows the old generic subtype 2, which repeats its length inside.
func checkBinary(b []byte, n int) bool {
	if n > len(b) {
		return false
	}
	if b[4] != bson.TypeBinaryBinaryOld {
		return true
	}
	return n >= 9 && int(int32(binary.LittleEndian.Uint32(b[5:]))) == n-9
}

func checkCodeWithScope(b []byte, levels int) (int, error) {
	n, ok := length(b, 4)
	if !ok {
		return 0, Errorf(InvalidBSON, "a code with scope is malformed")
	}
	code, ok := text(b[4:n])
	if !ok {
		return 0, Errorf(InvalidBSON, "a code with scope is malformed")
	}
	scope, err := checkDocument(b[4+code:n], levels-1)
	if err == nil && 4+code+scope != n {
		err = Errorf(InvalidBSON, "a code with scope is malformed")
	}
	return n, err
}

// length reads the int32 at the front of b. It is false if it is below least or reaches beyond b.
func length(b []byte, least int) (int, bool) {
	if len(b) < 4 {
		return 0, false
	}
	n := int(int32(binary.LittleEndian.Uint32(b)))
	return n, n >= least && n <= len(b)
}

// text returns the length of the string at the front of b: its own length field, bytes and closing zero.
func text(b []byte) (int, bool) {
	n, ok := length(b, 1)
	if !ok || 4+n > len(b) || b[4+n-1] != 0 {
		return 0, false
	}
	return 4 + n, true
}
