package state

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// ReadsAllProjects reports whether the principal may read every project of the organization.
func ReadsAllProjects(who *authz.Principal, orgID model.ID) bool {
	return authz.Any(authz.GroupReadOnly).Admits(who.Grants, authz.Scope{OrgID: orgID})
}

// ReadableProjects returns the projects of an organization that the principal may read, by name.
func ReadableProjects(tx store.Tx, who *authz.Principal, orgID model.ID) ([]*model.Project, error) {
	if ReadsAllProjects(who, orgID) {
		return Projects.List(tx, ProjectsOf(orgID))
	}
	ids := []string{}
	for _, g := range who.Grants {
		if g.GroupID != "" && !slices.Contains(ids, g.GroupID) {
			ids = append(ids, g.GroupID)
		}
	}
	list, err := Projects.List(tx, store.Query{IDs: ids})
	list = slices.DeleteFunc(list, func(p *model.Project) bool { return p.OrgID != orgID })
	slices.SortFunc(list, func(a, b *model.Project) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}
