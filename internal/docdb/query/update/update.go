package update

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Codes of update errors. Source: MongoDB's error code reference.
var (
	dollarPrefixed = wire.Code{Number: 52, Name: "DollarPrefixedFieldName"}
	invalidIDField = wire.Code{Number: 53, Name: "InvalidIdField"}
	emptyFieldName = wire.Code{Number: 56, Name: "EmptyFieldName"}
)

// Update says what becomes of a document: a replacement or a list of changes.
type Update struct {
	replacement bson.Raw // nil for changes
	changes     []change
}

// ApplyOptions are what an update needs to know besides the document.
type ApplyOptions struct {
	Now    time.Time              // for $currentDate
	Insert bool                   // the document is about to be inserted: $setOnInsert acts
	In     *expression.Evaluation // in which conditions of $pull are judged; nil: one without variables or an end
}

// change is one operator at one path.
type change struct {
	path  []string
	apply changer
}

// A changer changes the document root at path.
type changer func(root *value.Tree, path []string, o ApplyOptions) error

// Parse reads an update document: operators if its first name starts with a dollar sign, else a replacement.
// It answers FailedToParse, BadValue, TypeMismatch or ConflictingUpdateOperators for what is no update. The update keeps
// parts of v, which may not change afterwards.
func Parse(p *expression.Parser, v bson.RawValue) (*Update, error) {
	if value.IsArray(v) {
		return nil, wire.Errorf(wire.NotImplemented, "updates with an aggregation pipeline are not supported")
	}
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.FailedToParse, "an update must be a document")
	}
	if name, _ := value.FirstName(v); strings.HasPrefix(name, "$") {
		return parseChanges(p.OrNew(), v.Value)
	}
	for name := range keys.Elements(v.Value) {
		if bytes.HasPrefix(name, []byte("$")) {
			return nil, wire.Errorf(dollarPrefixed, "The dollar ($) prefixed field '%s' is not allowed in a replacement document", name)
		}
	}
	return &Update{replacement: v.Value}, nil
}

// IsReplacement reports whether the update is a whole document, which multi-document updates may not be.
func (u *Update) IsReplacement() bool { return u.replacement != nil }

func parseChanges(p *expression.Parser, raw []byte) (*Update, error) {
	u := &Update{}
	for name, args := range keys.Elements(raw) {
		op, ok := updateOperators[string(name)]
		if !ok {
			return nil, wire.Errorf(wire.FailedToParse, "Unknown modifier: %s. Expected a valid update modifier or a document without operators", name)
		}
		if !value.IsDocument(args) {
			return nil, wire.Errorf(wire.FailedToParse, "Modifiers operate on fields but we found type %s instead", value.TypeName(args))
		}
		for path, arg := range keys.Elements(args.Value) {
			list, err := op.Parse(p, string(path), arg)
			if err != nil {
				return nil, err
			}
			u.changes = append(u.changes, list...)
		}
	}
	return u, u.order()
}

// order sorts the changes by path, as MongoDB applies them, and refuses two that touch one another.
func (u *Update) order() error {
	slices.SortStableFunc(u.changes, func(a, b change) int { return slices.CompareFunc(a.path, b.path, compareParts) })
	for i := 1; i < len(u.changes); i++ {
		shorter, longer := u.changes[i-1].path, u.changes[i].path
		if len(shorter) <= len(longer) && slices.Equal(shorter, longer[:len(shorter)]) {
			return wire.Errorf(wire.ConflictingUpdateOperators, "Updating the path '%s' would create a conflict at '%s'",
				strings.Join(longer, "."), strings.Join(shorter, "."))
		}
	}
	return nil
}

// compareParts orders path components: positions by number, all others as text behind them.
func compareParts(a, b string) int {
	i, aNumber := value.Position(a)
	j, bNumber := value.Position(b)
	switch {
	case aNumber && bNumber:
		return i - j
	case aNumber:
		return -1
	case bNumber:
		return 1
	}
	return strings.Compare(a, b)
}

// Apply returns what the update makes of doc and whether that differs. The _id may not change: ImmutableField.
func (u *Update) Apply(doc bson.Raw, o ApplyOptions) (out bson.Raw, changed bool, err error) {
	if u.replacement != nil {
		out, err = replace(doc, u.replacement)
	} else {
		out, err = u.change(doc, o)
	}
	if err != nil {
		return nil, false, err
	}
	if err := checkID(doc, out); err != nil {
		return nil, false, err
	}
	return out, !bytes.Equal(doc, out), nil
}

func (u *Update) change(doc []byte, o ApplyOptions) (bson.Raw, error) {
	root := value.NewTree(value.Document(doc))
	if o.In == nil {
		o.In = &expression.Evaluation{}
	}
	for _, c := range u.changes {
		if err := c.apply(root, c.path, o); err != nil {
			return nil, err
		}
		if o.In.Step(1); o.In.Err() != nil {
			return nil, o.In.Err()
		}
	}
	return root.Value().Value, nil
}

// replace puts the old document's _id in front of the new one.
func replace(doc, replacement []byte) (bson.Raw, error) {
	id := keys.Lookup(doc, "_id")
	given := keys.Lookup(replacement, "_id")
	if id.Type == 0 {
		id = given
	} else if given.Type != 0 && !keys.Equal(id, given) {
		return nil, wire.Errorf(wire.ImmutableField, "the replacement would change the immutable field '_id'")
	}
	return idFirst(replacement, id), nil
}

// idFirst returns doc with id, unless it is missing, as its first field.
func idFirst(doc []byte, id bson.RawValue) bson.Raw {
	b := value.NewBuilder()
	b.Add("_id", id)
	for name, v := range keys.Elements(doc) {
		if string(name) != "_id" {
			b.Add(string(name), v)
		}
	}
	return b.Bytes()
}

func checkID(before, after []byte) error {
	old, now := keys.Lookup(before, "_id"), keys.Lookup(after, "_id")
	if old.Type != 0 && (now.Type == 0 || !keys.Equal(old, now)) {
		return wire.Errorf(wire.ImmutableField, "Performing an update on the path '_id' would modify the immutable field '_id'")
	}
	if value.IsArray(now) || now.Type == bson.TypeRegex || now.Type == bson.TypeUndefined {
		return wire.Errorf(invalidIDField, "The '_id' value cannot be of type %s", value.TypeName(now))
	}
	return nil
}
