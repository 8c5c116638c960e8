package state

import (
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// ProjectsOf selects an organization's projects, by name.
func ProjectsOf(orgID model.ID) store.Query {
	return store.Query{Index: "name", Prefix: []string{orgID}}
}

// Project returns the project of that id, or fault.GroupNotFound. Every transaction that writes something of a project
// reads the project too: it may have been deleted since the caller's roles were checked.
func Project(tx store.Tx, id model.ID) (*model.Project, error) {
	p, err := Projects.Get(tx, id)
	return p, store.IfMissing(err, fault.GroupNotFound.With(id))
}

// Organization returns the organization of that id, or fault.OrgNotFound. Transactions read it for the same reason as
// Project.
func Organization(tx store.Tx, id model.ID) (*model.Organization, error) {
	o, err := Organizations.Get(tx, id)
	return o, store.IfMissing(err, fault.OrgNotFound.With(id))
}
