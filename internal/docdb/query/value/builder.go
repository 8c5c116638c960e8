package value

import (
	"encoding/binary"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Builder writes a document or an array field by field.
type Builder struct{ buf []byte }

// NewBuilder begins an empty document.
func NewBuilder() *Builder { return &Builder{buf: make([]byte, 4, 64)} }

// Add appends a field. A missing value adds nothing.
func (b *Builder) Add(name string, v bson.RawValue) {
	if v.Type == 0 {
		return
	}
	b.buf = append(b.buf, byte(v.Type))
	b.buf = append(append(b.buf, name...), 0)
	b.buf = append(b.buf, v.Value...)
}

// Bytes closes the document. The builder is not used after it.
func (b *Builder) Bytes() []byte {
	b.buf = append(b.buf, 0)
	binary.LittleEndian.PutUint32(b.buf, uint32(len(b.buf)))
	return b.buf
}

// Document closes the document as a value.
func (b *Builder) Document() bson.RawValue { return Document(b.Bytes()) }

// indexName is the field name of an array's i-th element.
func indexName(i int) string { return strconv.Itoa(i) }

// A List writes an array element by element.
type List struct {
	b Builder
	n int
}

// NewList begins an empty array.
func NewList() *List { return &List{b: *NewBuilder()} }

// Add appends an element; one that is missing is null.
func (l *List) Add(v bson.RawValue) {
	l.b.Add(indexName(l.n), OrNull(v))
	l.n++
}

// Size is how many bytes have been written.
func (l *List) Size() int { return len(l.b.buf) }

// Array closes the array. The list is not used after it.
func (l *List) Array() bson.RawValue {
	return bson.RawValue{Type: bson.TypeArray, Value: l.b.Bytes()}
}
