package search

import (
	"encoding/json"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// check checks an index against the rules.
func check(_ store.Tx, _, i *index) error {
	var bad fault.Problems
	w, d := &i.Value, i.Value.LatestDefinition
	if !shape.DatabaseName(w.Database) {
		bad.Add("database", "must be the name of a database")
	}
	if !shape.CollectionName(w.CollectionName) {
		bad.Add("collectionName", "must be the name of a collection")
	}
	if w.Type == "" {
		w.Type = "search"
	}
	for _, m := range []struct {
		field, begins string
		value         json.RawMessage
	}{
		{"analyzers", "[", d.Analyzers}, {"fields", "[", d.Fields}, {"mappings", "{", d.Mappings}, {"synonyms", "[", d.Synonyms}, {"typeSets", "[", d.TypeSets},
		{"storedSource", "{tf", d.StoredSource}, {"sort", "{", d.Sort},
	} {
		if len(m.value) > 0 && !strings.ContainsRune(m.begins, rune(m.value[0])) {
			bad.Add("definition."+m.field, "must be %s", map[string]string{"[": "an array", "{": "an object", "{tf": "an object, true or false"}[m.begins])
		}
	}
	switch {
	case w.Type == "search" && len(d.Mappings) == 0:
		bad.Add("definition.mappings", "is required for an index of the type search")
	case w.Type == "search" && len(d.Fields) > 0:
		bad.Add("definition.fields", "is only for an index of the type vectorSearch")
	case w.Type == "vectorSearch" && len(d.Fields) == 0:
		bad.Add("definition.fields", "is required for an index of the type vectorSearch")
	}
	return bad.Err()
}
