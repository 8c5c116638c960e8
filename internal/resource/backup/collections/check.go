package collections

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
)

// OfTheServer are the databases that no restore of collections touches.
var OfTheServer = []string{"admin", "config", "local"}

// Check holds what a request names against the rules that need no other object.
func (w *CollectionRestoreJobRequest) Check(bad *fault.Problems) {
	if len(w.Collections)+len(w.Databases) == 0 {
		bad.Add("collections", "is required, or databases")
	}
	seen := map[string]bool{}
	for i, n := range w.Databases {
		field := fmt.Sprintf("databases[%d].", i)
		checkName(bad, field+"sourceNamespace", n.Source, ofDatabase)
		if n.Target != "" || w.DatabaseSuffix != "" {
			checkName(bad, field+"targetNamespace", n.or(n.Source)+w.DatabaseSuffix, ofDatabase)
		}
		w.twice(bad, seen, field+"sourceNamespace", n.Source)
	}
	for i, n := range w.Collections {
		field := fmt.Sprintf("collections[%d].", i)
		checkName(bad, field+"sourceNamespace", n.Source, ofCollection)
		db, coll, _ := strings.Cut(n.or(n.Source), ".")
		checkName(bad, field+"targetNamespace", db+w.DatabaseSuffix+"."+coll+w.CollectionSuffix, ofCollection)
		w.twice(bad, seen, field+"sourceNamespace", n.Source)
	}
}

// twice refuses what is named before, or is in a database that is.
func (w *CollectionRestoreJobRequest) twice(bad *fault.Problems, seen map[string]bool, field, name string) {
	db, _, _ := strings.Cut(name, ".")
	if seen[name] || seen[db] {
		bad.Add(field, "is named before")
	}
	seen[name] = true
}

// or is the name to restore under, or another if there is none.
func (n RestoreNamespace) or(name string) string {
	if n.Target != "" {
		return n.Target
	}
	return name
}

// kind is what a name is of.
type kind int

const (
	ofDatabase kind = iota
	ofCollection
)

// checkName holds a name against MongoDB's rules for names, and refuses the server's own databases.
func checkName(bad *fault.Problems, field, name string, of kind) {
	db, coll, both := strings.Cut(name, ".")
	switch {
	case of == ofCollection && (!both || coll == ""):
		bad.Add(field, "must be a database and a collection with a dot between them")
	case of == ofDatabase && both:
		bad.Add(field, "must be the name of a database")
	case db == "" || len(db) > longestDatabase || strings.ContainsAny(db, "/\\ \"$*<>:|?\x00"):
		bad.Add(field, "has no valid name of a database")
	case slices.Contains(OfTheServer, db):
		bad.Add(field, "is of the server's own databases")
	case strings.ContainsAny(coll, "$\x00") || strings.HasPrefix(coll, "system.") || len(name) > longestNamespace:
		bad.Add(field, "has no valid name of a collection")
	}
}

// MongoDB's bounds of names, in bytes.
const (
	longestDatabase  = 63
	longestNamespace = 255
)
