package stage

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/spill"
)

// placing sorts documents by the part to which they belong, and in it by a key.
type placing struct {
	*spill.Sorter
	key, record []byte // of the document that is added
}

// add takes a document with the keys of its part and of its place in there.
func (p *placing) add(part, key []byte, doc bson.Raw) error {
	p.key = append(append(p.key[:0], part...), key...)
	p.record = append(binary.AppendUvarint(p.record[:0], uint64(len(part))), doc...)
	return p.Add(p.key, p.record)
}

// placedRow is what add has taken.
func placedRow(row spill.Row) (part, key []byte, doc bson.Raw) {
	cut, n := binary.Uvarint(row.Value)
	return row.Key[:cut], row.Key[cut:], bson.Raw(row.Value[n:])
}
