package collections

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/plane"
)

// ErrPlan is why a job cannot be done, however often it is tried.
var ErrPlan = errors.New("collections")

// mostParts is how many collections a job restores at most.
const mostParts = 10_000

// Plan says which collections of a snapshot a job restores, and under which names. Those that the request names and the
// snapshot does not have are among them, and ErrPlan tells of them.
func (j *Job) Plan(from []plane.Content, there []plane.Namespace) (parts []Part, err error) {
	for _, n := range j.Databases {
		parts = append(parts, j.planDatabase(n, from, there)...)
	}
	for _, n := range j.Collections {
		parts = append(parts, j.planCollection(n, from, there))
	}
	return parts, checkParts(parts)
}

// planDatabase plans all collections of a database. Where nothing is to be overwritten, the database gets another name if
// the target has one of its name.
func (j *Job) planDatabase(n RestoreNamespace, from []plane.Content, there []plane.Namespace) (parts []Part) {
	asked := n.or(n.Source) + j.DatabaseSuffix
	db := j.free(asked, slices.ContainsFunc(there, func(t plane.Namespace) bool { return t.DB == asked }))
	for _, c := range from {
		if c.DB == n.Source {
			name := "." + c.Collection + j.CollectionSuffix
			parts = append(parts, Part{From: c.DB + "." + c.Collection, Asked: asked + name, To: db + name, State: NotStarted, Total: c.Documents})
		}
	}
	if parts == nil {
		parts = []Part{{From: n.Source, Asked: asked, State: NotFound}}
	}
	return parts
}

func (j *Job) planCollection(n RestoreNamespace, from []plane.Content, there []plane.Namespace) Part {
	db, coll, _ := strings.Cut(n.or(n.Source), ".")
	to := plane.Namespace{DB: db + j.DatabaseSuffix, Collection: coll + j.CollectionSuffix}
	asked := to.DB + "." + to.Collection
	part := Part{From: n.Source, Asked: asked, To: j.free(asked, slices.Contains(there, to)), State: NotFound}
	for _, c := range from {
		if c.DB+"."+c.Collection == n.Source {
			part.State, part.Total = NotStarted, c.Documents
		}
	}
	return part
}

// free is a name, or another that nothing has if that one is taken and must not be overwritten.
func (j *Job) free(name string, taken bool) string {
	if taken && j.Writes == createNew {
		name += "_" + j.ID
	}
	return name
}

func checkParts(parts []Part) error {
	if len(parts) > mostParts {
		return fmt.Errorf("%w: there are %d collections, and a job restores at most %d", ErrPlan, len(parts), mostParts)
	}
	seen := make(map[string]bool, len(parts))
	for _, p := range parts {
		db, _, _ := strings.Cut(p.To, ".")
		switch {
		case p.State == NotFound:
			return fmt.Errorf("%w: the snapshot has no %s", ErrPlan, p.From)
		case len(db) > longestDatabase || len(p.To) > longestNamespace:
			return fmt.Errorf("%w: the name %s is too long", ErrPlan, p.To)
		case seen[p.To]:
			return fmt.Errorf("%w: two collections would be restored as %s", ErrPlan, p.To)
		}
		seen[p.To] = true
	}
	return nil
}

// Keeps reports whether an index is restored.
func (j *Job) Keeps(index bson.Raw) bool {
	expires := index.Lookup("expireAfterSeconds").Type != 0
	return j.Indexes == allIndexes || j.Indexes == noExpiring && !expires
}

// Plane is the part as the data plane copies it.
func (p Part) Plane() plane.Part { return plane.Part{From: names(p.From), To: names(p.To)} }

func names(full string) plane.Namespace {
	db, coll, _ := strings.Cut(full, ".")
	return plane.Namespace{DB: db, Collection: coll}
}
