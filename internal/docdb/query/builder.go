package query

import (
	"encoding/binary"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// builder writes a document or an array field by field.
type builder struct{ buf []byte }

func newBuilder() *builder { return &builder{buf: make([]byte, 4, 64)} }

// add appends a field. A missing value adds nothing.
func (b *builder) add(name string, v bson.RawValue) {
	if v.Type == 0 {
		return
	}
	b.buf = append(b.buf, byte(v.Type))
	b.buf = append(append(b.buf, name...), 0)
	b.buf = append(b.buf, v.Value...)
}

// bytes closes the document. The builder is not used after it.
func (b *builder) bytes() []byte {
	b.buf = append(b.buf, 0)
	binary.LittleEndian.PutUint32(b.buf, uint32(len(b.buf)))
	return b.buf
}

func (b *builder) document() bson.RawValue { return documentValue(b.bytes()) }

// indexName is the field name of an array's i-th element.
func indexName(i int) string { return strconv.Itoa(i) }
