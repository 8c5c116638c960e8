// Package events is the family Events: what happened in a project or organization, newest first.
package events

import (
	"log/slog"
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store store.Store
	Log   *slog.Logger // logs events that cannot be read
	// BaseURL is where clients reach the API.
	BaseURL func() string
}

const tag = "Events"

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listProjectEvents", Aliases: []string{"listGroupEvents"}, Method: http.MethodGet, Path: "/groups/{groupId}/events", Tag: tag,
		Summary: "Return events of one project", Description: "Returns what happened in the project, newest first.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listOfProject)),
	}, {
		ID: "getProjectEvent", Aliases: []string{"getGroupEvent"}, Method: http.MethodGet, Path: "/groups/{groupId}/events/{eventId}", Tag: tag,
		Summary: "Return one event of a project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.getOfProject)),
	}, {
		ID: "listOrganizationEvents", Aliases: []string{"listOrgEvents"}, Method: http.MethodGet, Path: "/orgs/{orgId}/events", Tag: tag,
		Summary:     "Return events of one organization",
		Description: "Returns what happened in the organization itself, and those events of its projects that concern it too, newest first.",
		Roles:       authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listOfOrganization)),
	}, {
		ID: "getOrganizationEvent", Aliases: []string{"getOrgEvent"}, Method: http.MethodGet, Path: "/orgs/{orgId}/events/{eventId}", Tag: tag,
		Summary: "Return one event of an organization",
		Roles:   authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.getOfOrganization)),
	}, {
		ID: "listEventTypes", Method: http.MethodGet, Path: "/eventTypes", Tag: tag,
		Summary: "Return all event types", Description: "Returns the names that events can have, by name.",
		Roles: authz.Any(authz.OrgMember, authz.GroupReadOnly).Anywhere(), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", types),
	}, {
		ID: "getGroupActivityFeed", Method: http.MethodGet, Path: "/groups/{groupId}/activityFeed", Tag: "Activity Feed",
		Summary: "Return a link to the activity of one project", Description: "The link leads to the events of the project that the filters select.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, NoEnvelope: true,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.activityOfProject)),
	}, {
		ID: "getOrgActivityFeed", Method: http.MethodGet, Path: "/orgs/{orgId}/activityFeed", Tag: "Activity Feed",
		Summary: "Return a link to the activity of one organization", Description: "The link leads to the events of the organization that the filters select.",
		Roles: authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, NoEnvelope: true,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.activityOfOrganization)),
	}}
}
