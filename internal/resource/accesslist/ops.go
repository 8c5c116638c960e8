// Package accesslist is the family Project IP Access List: the addresses from which drivers may log in to a project's
// clusters. Every gateway calls Admits before a login.
package accesslist

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag   = "Project IP Access List"
	list  = "/groups/{groupId}/accessList"
	entry = list + "/{entryValue}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	read := authz.Any(authz.GroupReadOnly)
	manage := authz.Any(authz.GroupOwner, authz.GroupNetworkAccessManager)
	missing := fault.Kinds{networkEntryMissing}
	return api.Operations{{
		ID: "listProjectIpAccessLists", Aliases: []string{"listGroupAccessListEntries"}, Method: http.MethodGet, Path: list, Tag: tag,
		Summary: "Return the access list of one project", Description: "Returns the entries in the order in which they were added.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: []api.Version{api.Read("2023-01-01", s.Store, s.List)},
	}, {
		ID: "createProjectIpAccessList", Aliases: []string{"createGroupAccessListEntry"}, Method: http.MethodPost, Path: list, Tag: tag,
		Summary: "Add entries to the access list of one project",
		Description: "Adds each entry of the body; an entry for a network that is listed already replaces the older one. " +
			"Either all entries are added or none. Answers with the whole list.",
		Roles: authz.Any(authz.GroupOwner, authz.GroupNetworkAccessManager, authz.GroupChartsAdmin), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{networkEntriesLimit}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getProjectIpList", Aliases: []string{"getGroupAccessListEntry"}, Method: http.MethodGet, Path: entry, Tag: tag,
		Summary: "Return one entry of a project's access list",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.Read("2023-01-01", s.Store, s.Get)},
	}, {
		ID: "deleteProjectIpAccessList", Aliases: []string{"deleteGroupAccessListEntry"}, Method: http.MethodDelete, Path: entry, Tag: tag,
		Summary: "Remove one entry from a project's access list",
		Roles:   manage, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}, {
		ID: "getProjectIpAccessListStatus", Aliases: []string{"getGroupAccessListStatus"}, Method: http.MethodGet, Path: entry + "/status", Tag: tag,
		Summary: "Return the status of one entry of a project's access list", Description: "An entry takes effect as soon as it is listed, so its status is ACTIVE.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Read(s.Store, s.status)),
	}}
}
