package standby

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag    = "Standby Links"
	path   = "/groups/{groupId}/standbyLinks"
	single = path + "/{standbyLinkId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listGroupStandbyLinks", Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all standby links of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated,
		Versions: api.Since(api.Preview, store.Read(s.Store, s.List)),
	}, {
		ID: "createGroupStandbyLink", Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one standby link between two clusters of one project", Description: "The link goes through states in time; no data is copied.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{linkExists, linksLimit},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.Create)),
	}, {
		ID: "getGroupStandbyLink", Method: http.MethodGet, Path: single, Tag: tag,
		Summary: "Return one standby link of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound},
		Versions: api.Since(api.Preview, store.Read(s.Store, s.Get)),
	}, {
		ID: "deleteGroupStandbyLink", Method: http.MethodDelete, Path: single, Tag: tag,
		Summary: "Remove one standby link from one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{linkNotFound},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.Delete)),
	}, {
		ID: "listStandbyLinkFailovers", Aliases: []string{"listGroupStandbyLinkFailovers"}, Method: http.MethodGet, Path: single + "/failovers", Tag: tag,
		Summary: "Return all failovers of one standby link",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound},
		Versions: api.Since(api.Preview, store.Read(s.Store, s.listFailovers)),
	}, {
		ID: "createStandbyLinkFailover", Aliases: []string{"createGroupStandbyLinkFailover"}, Method: http.MethodPost, Path: single + "/failovers", Tag: tag,
		Summary: "Begin one failover of one standby link", Description: "The clusters change places in the link; neither gets the other's data.",
		Roles: authz.Any(authz.GroupClusterManager), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{linkNotFound, linkNotReady, linksLimit},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.fail)),
	}, {
		ID: "getStandbyLinkFailover", Aliases: []string{"getGroupStandbyLinkFailover"}, Method: http.MethodGet, Path: single + "/failovers/{failoverId}", Tag: tag,
		Summary: "Return one failover of one standby link",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound, failoverNotFound},
		Versions: api.Since(api.Preview, store.Read(s.Store, s.Failovers.Get)),
	}, {
		ID: "inspectFailoverReadiness", Aliases: []string{"inspectGroupStandbyLinkFailoverReadiness"}, Method: http.MethodGet, Path: single + ":inspectFailoverReadiness", Tag: tag,
		Summary: "Return what a failover of one standby link would cost",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound},
		Versions: api.Since(api.Preview, store.Read(s.Store, s.inspect)),
	}}
}
