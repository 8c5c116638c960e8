package accumulate

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Merged makes one document of several; of two fields of a name the later holds.
func Merged() Accumulator { return &merged{} }

type merged struct{ fields value.Fields }

func (m *merged) Add(v *bson.RawValue) int {
	if !value.IsDocument(*v) {
		return 0
	}
	m.fields.Merge(value.Clone(*v).Value)
	return size(*v)
}

func (m *merged) Result() bson.RawValue { return m.fields.Document() }

func (m *merged) Save(dst []byte) []byte {
	fields := m.fields.Document()
	return AppendValue(dst, &fields)
}

func (m *merged) Load(from *Saved) { m.fields.Merge(value.Clone(from.Value()).Value) }
