package projection

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// ParseAddFields reads the fields that $addFields adds to documents, or replaces in them.
func ParseAddFields(p *expression.Parser, raw bson.Raw) (*Projection, error) {
	root := newShape()
	if err := root.addFields(p.OrNew(), nil, raw); err != nil {
		return nil, err
	}
	return &Projection{mode: addFields, root: root}, nil
}

// addFields reads the fields of $addFields. A document in it goes down into the field, as in a
func (s *shape) addFields(p *expression.Parser, path []string, raw []byte) error {
	if err := p.Enter("specification"); err != nil {
		return err
	}
	defer p.Leave()
	for name, v := range keys.Elements(raw) {
		parts, err := value.FieldPath(string(name))
		if err != nil {
			return err
		}
		full := append(path[:len(path):len(path)], parts...)
		if len(full) > value.MaxPath {
			return wire.Errorf(wire.BadValue, "a path has at most %d components", value.MaxPath)
		}
		if first, nonEmpty := value.FirstName(v); nonEmpty && !strings.HasPrefix(first, "$") {
			err = s.addFields(p, full, v.Value)
		} else {
			leaf := &shape{leaf: true}
			if leaf.compute, err = expression.Parse(p, v); err == nil {
				err = s.insert(full, leaf)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
