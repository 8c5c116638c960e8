package audit

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// change is something that a command does to databases, collections or indexes.
type change struct {
	kind  string
	param bson.D
}

// changes has the commands that create, rename or drop databases, collections and indexes, and what each does.
var changes = map[string]func(m *wire.Msg, code int32) []change{
	"create":           named("createCollection"),
	"drop":             named("dropCollection"),
	"dropDatabase":     named("dropDatabase"),
	"renameCollection": renamed,
	"createIndexes":    indexesMade,
	"dropIndexes":      indexesDropped,
	"deleteIndexes":    indexesDropped,
}

func named(kind string) func(*wire.Msg, int32) []change {
	return func(m *wire.Msg, _ int32) []change { return []change{{kind, bson.D{{Key: "ns", Value: namespace(m)}}}} }
}

func renamed(m *wire.Msg, _ int32) []change {
	from, _ := m.Body.Lookup("renameCollection").StringValueOK()
	to, _ := m.Body.Lookup("to").StringValueOK()
	return []change{{"renameCollection", bson.D{{Key: "old", Value: from}, {Key: "new", Value: to}}}}
}

func indexesMade(m *wire.Msg, code int32) (all []change) {
	ended := "IndexBuildSucceeded"
	if code != 0 {
		ended = "IndexBuildAborted"
	}
	for _, index := range documents(m, "indexes") {
		name, _ := index.Lookup("name").StringValueOK()
		all = append(all, change{"createIndex", bson.D{
			{Key: "ns", Value: namespace(m)}, {Key: "indexName", Value: name}, {Key: "indexSpec", Value: index}, {Key: "indexBuildState", Value: ended},
		}})
	}
	return all
}

func indexesDropped(m *wire.Msg, _ int32) (all []change) {
	value := m.Body.Lookup("index")
	names := []bson.RawValue{value}
	if array, ok := value.ArrayOK(); ok {
		names, _ = array.Values()
	}
	for _, name := range names {
		all = append(all, change{"dropIndex", bson.D{{Key: "ns", Value: namespace(m)}, {Key: "indexName", Value: name}}})
	}
	return all
}

// documents are the documents of an array of a command, in its body or in a document sequence.
func documents(m *wire.Msg, field string) (all []bson.Raw) {
	for _, s := range m.Sequences {
		if s.ID == field {
			return s.Docs
		}
	}
	array, _ := m.Body.Lookup(field).ArrayOK()
	values, _ := array.Values()
	for _, v := range values {
		if doc, ok := v.DocumentOK(); ok {
			all = append(all, doc)
		}
	}
	return all
}

// namespace is the collection that a command names, with its database, or the database.
func namespace(m *wire.Msg) string {
	if coll := m.Collection(); coll != "" {
		return m.DB() + "." + coll
	}
	return m.DB()
}

// maxArguments is how many bytes of a command a record has.
const maxArguments = 64 << 10

// arguments are a command as records have it: with its document sequences as arrays. For a large command, or one that may
// have a password, they are only its name, collection and database.
func arguments(m *wire.Msg) any {
	size := len(m.Body)
	for _, s := range m.Sequences {
		for _, doc := range s.Docs {
			size += len(doc)
		}
	}
	if size > maxArguments || m.Secret() {
		return bson.D{{Key: m.Name(), Value: m.Collection()}, {Key: "$db", Value: m.DB()}, {Key: "truncated", Value: true}}
	}
	if len(m.Sequences) == 0 {
		return m.Body
	}
	var all bson.D
	if bson.Unmarshal(m.Body, &all) != nil {
		return m.Body
	}
	for _, s := range m.Sequences {
		all = append(all, bson.E{Key: s.ID, Value: s.Docs})
	}
	return all
}
