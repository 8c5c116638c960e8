package update

import (
	"bytes"
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Codes of update errors. Source: MongoDB's error code reference.
var (
	dollarPrefixed = wire.Code{Number: 52, Name: "DollarPrefixedFieldName"}
	invalidIDField = wire.Code{Number: 53, Name: "InvalidIdField"}
	emptyFieldName = wire.Code{Number: 56, Name: "EmptyFieldName"}
)

// Update says what becomes of a document: a replacement, a pipeline that it goes through, or a list of changes.
type Update struct {
	replacement bson.Raw        // nil for others
	pipeline    *stage.Pipeline // nil for others
	changes     *node
	positional  bool // a path of a change has the element that the filter has found
}

// ApplyOptions are what an update needs to know besides the document.
type ApplyOptions struct {
	Now    time.Time     // for $currentDate
	Insert bool          // the document is about to be inserted: $setOnInsert acts
	Found  *match.Filter // by which the document was found: the positional operator $ asks where; nil: by none
	Run    *stage.Run    // in which pipelines run and conditions are judged; nil: one without variables or an end

	in *expression.Evaluation // of the run
}

// change is one operator at one path.
type change struct {
	path  []string
	apply changer
}

// A changer changes the document root at path, which lasts for the call.
type changer func(root *value.Tree, path []string, o ApplyOptions) error

// Parse reads an update: a pipeline if it is an array, operators if its first name starts with a dollar sign, else a
// replacement. The filters, an array of documents or nothing, choose the elements of arrays that operators change.
// It answers FailedToParse, BadValue, TypeMismatch or ConflictingUpdateOperators for what is no update. The update keeps
// parts of v and of filters, which may not change afterwards.
func Parse(p *expression.Parser, v, filters bson.RawValue) (*Update, error) {
	first, _ := value.FirstName(v)
	switch {
	case value.IsDocument(v) && strings.HasPrefix(first, "$"):
		return parseChanges(p.OrNew(), v, filters)
	case len(value.Elements(filters)) > 0:
		return nil, wire.Errorf(wire.FailedToParse, "arrayFilters may only be specified for updates with operators")
	case value.IsArray(v):
		return parsePipeline(p.OrNew(), v)
	case !value.IsDocument(v):
		return nil, wire.Errorf(wire.FailedToParse, "an update must be a document or an array")
	}
	for name := range keys.Elements(v.Value) {
		if bytes.HasPrefix(name, []byte("$")) {
			return nil, wire.Errorf(dollarPrefixed, "The dollar ($) prefixed field '%s' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.", name)
		}
	}
	return &Update{replacement: v.Value}, nil
}

// IsReplacement reports whether the update is a whole document, which multi-document updates may not be.
func (u *Update) IsReplacement() bool { return u.replacement != nil }

// Apply returns what the update makes of doc and whether that differs. The _id may not change: ImmutableField.
func (u *Update) Apply(doc bson.Raw, o ApplyOptions) (out bson.Raw, changed bool, err error) {
	if o.Run == nil {
		o.Run = &stage.Run{Ctx: context.Background()}
	}
	switch {
	case u.replacement != nil:
		out, err = replace(doc, u.replacement)
	case u.pipeline != nil:
		out, err = u.flow(doc, o.Run)
	default:
		o.in = o.Run.Evaluation()
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
