package resourcepolicy

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag  = "Resource Policies"
	path = "/orgs/{orgId}/resourcePolicies"
	one  = path + "/{resourcePolicyId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listOrgResourcePolicies", Aliases: []string{"getAtlasResourcePolicies"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all resource policies of one organization",
		Roles:   authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Versions: []api.Version{api.Read("2024-08-05", s.Store, list)},
	}, {
		ID: "getOrgResourcePolicy", Aliases: []string{"getAtlasResourcePolicy"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one resource policy of one organization",
		Roles:   authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{notFound},
		Versions: []api.Version{api.Read("2024-08-05", s.Store, get)},
	}, {
		ID: "createOrgResourcePolicy", Aliases: []string{"createAtlasResourcePolicy"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one resource policy for one organization",
		Description: "A policy has statements in Cedar that forbid what clusters, access lists, maintenance windows and connections of the organization's projects may be. " +
			"They hold for every change from then on. What exists stays as it is; what does not comply is listed by getResourcesNonCompliant.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusCreated, Level: api.Real, Errors: append(fault.Kinds{nameTaken, tooMany}, policy.Kinds...),
		Versions: api.Since("2024-08-05", store.Write(s.Store, create)),
	}, {
		ID: "updateOrgResourcePolicy", Aliases: []string{"updateAtlasResourcePolicy"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Change one resource policy of one organization", Description: "Statements are replaced together. An empty description takes it away.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{notFound, nameTaken}, policy.Kinds...),
		Versions: api.Since("2024-08-05", store.Write(s.Store, update)),
	}, {
		ID: "deleteOrgResourcePolicy", Aliases: []string{"deleteAtlasResourcePolicy"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one resource policy from one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{notFound},
		Versions: api.Since("2024-08-05", store.Write(s.Store, remove)),
	}, {
		ID: "validateAtlasResourcePolicy", Aliases: []string{"validateResourcePolicies", "validateOrgResourcePolicies"}, Method: http.MethodPost, Path: path + ":validate", Tag: tag,
		Summary: "Tell whether one resource policy could be created", Description: "Answers with what is wrong with each statement, or with the policy as it would be. Nothing is stored.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: policy.Kinds,
		Versions: api.Since("2024-08-05", store.Write(s.Store, validate)),
	}, {
		ID: "getResourcesNonCompliant", Aliases: []string{"getNonCompliantResources", "getOrgNonCompliantResources"}, Method: http.MethodGet, Path: "/orgs/{orgId}/nonCompliantResources", Tag: tag,
		Summary: "Return what does not comply with the resource policies of one organization", Description: "Lists projects and clusters that the caller can read.",
		Roles: authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2024-08-05", store.Read(s.Store, s.nonCompliant)),
	}}
}
