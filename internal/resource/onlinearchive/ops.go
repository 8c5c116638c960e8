package onlinearchive

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag  = "Online Archive"
	path = "/groups/{groupId}/clusters/{clusterName}/onlineArchives"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		{
			ID: "listOnlineArchives", Aliases: []string{"listGroupClusterOnlineArchives"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all online archives of one cluster",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.List))},
		},
		{
			ID: "getOnlineArchive", Aliases: []string{"getGroupClusterOnlineArchive"}, Method: http.MethodGet, Path: path + "/{archiveId}", Tag: tag,
			Summary: "Return one online archive of one cluster",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Get))},
		},
		{
			ID: "createOnlineArchive", Aliases: []string{"createGroupClusterOnlineArchive"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary:     "Create one online archive for one cluster",
			Description: "The archive goes through the states of the service; no document is moved.",
			Roles:       authz.Any(authz.GroupDataAccessAdmin), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, fault.TenantUnsupported, archiveExists, archivesLimit},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.create))},
		},
		{
			ID: "updateOnlineArchive", Aliases: []string{"updateGroupClusterOnlineArchive"}, Method: http.MethodPatch, Path: path + "/{archiveId}", Tag: tag,
			Summary: "Update one online archive of one cluster",
			Roles:   authz.Any(authz.GroupDataAccessAdmin), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{notActive, cannotModify},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.update))},
		},
		{
			ID: "deleteOnlineArchive", Aliases: []string{"deleteGroupClusterOnlineArchive"}, Method: http.MethodDelete, Path: path + "/{archiveId}", Tag: tag,
			Summary: "Remove one online archive from one cluster",
			Roles:   authz.Any(authz.GroupDataAccessAdmin), Status: http.StatusNoContent, Level: api.Simulated,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.Delete))},
		},
	}
}
