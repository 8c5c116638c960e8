package aimodel

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	keyTag       = "AI Model API Keys"
	keyPath      = "/groups/{groupId}/aiModelApiKeys"
	orgKeyPath   = "/orgs/{orgId}/aiModelApiKeys"
	limitTag     = "AI Model Rate Limits"
	limitPath    = "/groups/{groupId}/aiModelApiRateLimits"
	orgLimitPath = "/orgs/{orgId}/aiModelApiRateLimits"
	modelGroup   = "/aiModelApiClouds/{cloud}/geographies/{geography}/modelGroupNames/{modelGroupName}/rateLimits"
)

// Operations are those on keys.
func (s *Keys) Operations() api.Operations {
	return api.Operations{{
		ID: "listGroupModelKeys", Aliases: []string{"listGroupAiModelApiKeys"}, Method: http.MethodGet, Path: keyPath, Tag: keyTag,
		Summary: "Return all keys to models of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.List)),
	}, {
		ID: "createGroupModelKey", Aliases: []string{"createGroupAiModelApiKey"}, Method: http.MethodPost, Path: keyPath, Tag: keyTag,
		Summary: "Create one key to models for one project", Description: "The answer has its secret, of which only the last characters are kept. There are no models.",
		Roles: authz.Any(authz.GroupModelOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{keysLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.create)),
	}, {
		ID: "getGroupModelKey", Aliases: []string{"getGroupAiModelApiKey"}, Method: http.MethodGet, Path: keyPath + "/{apiKeyId}", Tag: keyTag,
		Summary: "Return one key to models of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{keyNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateGroupModelKey", Aliases: []string{"updateGroupAiModelApiKey"}, Method: http.MethodPatch, Path: keyPath + "/{apiKeyId}", Tag: keyTag,
		Summary: "Rename one key to models of one project",
		Roles:   authz.Any(authz.GroupModelOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{keyNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteGroupModelKey", Aliases: []string{"deleteGroupAiModelApiKey"}, Method: http.MethodDelete, Path: keyPath + "/{apiKeyId}", Tag: keyTag,
		Summary: "Remove one key to models from one project",
		Roles:   authz.Any(authz.GroupModelOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{keyNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Delete)),
	}, {
		ID: "listOrgModelKeys", Aliases: []string{"listOrgAiModelApiKeys"}, Method: http.MethodGet, Path: orgKeyPath, Tag: keyTag,
		Summary: "Return all keys to models of the projects of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, inOrgPage(&s.Objects))),
	}, {
		ID: "getOrgModelKey", Aliases: []string{"getOrgAiModelApiKey"}, Method: http.MethodGet, Path: orgKeyPath + "/{apiKeyId}", Tag: keyTag,
		Summary: "Return one key to models of a project of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{keyNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.getInOrg)),
	}}
}

// Operations are those on limits.
func (s *Limits) Operations() api.Operations {
	return api.Operations{{
		ID: "getGroupRateLimits", Aliases: []string{"getGroupAiModelApiCloudGeographyModelGroupNameRateLimits"}, Method: http.MethodGet, Path: "/groups/{groupId}" + modelGroup, Tag: limitTag,
		Summary: "Return how often one project may call one group of models",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{limitNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateGroupRateLimits", Aliases: []string{"updateGroupAiModelApiCloudGeographyModelGroupNameRateLimits"}, Method: http.MethodPatch, Path: "/groups/{groupId}" + modelGroup, Tag: limitTag,
		Summary: "Set how often one project may call one group of models", Description: "The name of the group is not checked: there are no models.",
		Roles: authz.Any(authz.GroupModelOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{limitsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.update)),
	}, {
		ID: "resetGroupModelLimits", Aliases: []string{"resetGroupAiModelApiCloudGeographyModelGroupNameRateLimits"}, Method: http.MethodPost, Path: "/groups/{groupId}" + modelGroup + ":reset", Tag: limitTag,
		Summary: "Take away how often one project may call one group of models",
		Roles:   authz.Any(authz.GroupModelOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{limitNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.reset)),
	}, {
		ID: "getGroupModelLimits", Aliases: []string{"getGroupAiModelApiRateLimits"}, Method: http.MethodGet, Path: limitPath, Tag: limitTag,
		Summary: "Return how often one project may call models",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.List)),
	}, {
		ID: "resetGroupRateLimits", Aliases: []string{"resetGroupAiModelApiRateLimits"}, Method: http.MethodPost, Path: limitPath + ":reset", Tag: limitTag,
		Summary: "Take away how often one project may call models",
		Roles:   authz.Any(authz.GroupModelOwner), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.resetAll)),
	}, {
		ID: "getOrgRateLimits", Aliases: []string{"getOrgAiModelApiCloudGeographyModelGroupNameRateLimits"}, Method: http.MethodGet, Path: "/orgs/{orgId}" + modelGroup, Tag: limitTag,
		Summary: "Return how often projects of one organization may call one group of models",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{limitNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.getInOrg)),
	}, {
		ID: "getOrgModelLimits", Aliases: []string{"getOrgAiModelApiRateLimits"}, Method: http.MethodGet, Path: orgLimitPath, Tag: limitTag,
		Summary: "Return how often projects of one organization may call models",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, inOrgPage(&s.Objects))),
	}}
}
