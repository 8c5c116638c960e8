package state

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// ProjectsOf selects an organization's projects, by name.
func ProjectsOf(orgID model.ID) store.Query {
	return store.Query{Index: "name", Prefix: []string{orgID}}
}
