package streams

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// processors are the operations on processors.
func (s *Service) processors() api.Operations {
	return api.Operations{{
		ID: "createStreamProcessor", Aliases: []string{"createGroupStreamProcessor"}, Method: http.MethodPost, Path: ofProcessor, Tag: tag,
		Summary: "Create one stream processor in one workspace", Description: "It goes through the service's states, and processes nothing.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{workspaceNotFound, processorExists, processorsLimit},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.createProcessor)),
	}, {
		ID: "getStreamProcessor", Aliases: []string{"getGroupStreamProcessor"}, Method: http.MethodGet, Path: ofProcessor + "/{processorName}", Tag: tag,
		Summary: "Return one stream processor of one workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{processorNotFound},
		Versions: api.Since("2024-05-30", store.Read(s.Store, s.Processors.Get)),
	}, {
		ID: "modifyStreamProcessor", Aliases: []string{"updateStreamProcessor", "updateGroupStreamProcessor"}, Method: http.MethodPatch, Path: ofProcessor + "/{processorName}", Tag: tag,
		Summary: "Change one stream processor that does not run",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{processorNotFound, processorExists, processorRuns},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.Processors.update)),
	}, {
		ID: "deleteStreamProcessor", Aliases: []string{"deleteGroupStreamProcessor"}, Method: http.MethodDelete, Path: ofProcessor + "/{processorName}", Tag: tag,
		Summary: "Remove one stream processor from one workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{processorNotFound},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.Processors.Delete)),
	}, {
		ID: "startStreamProcessor", Aliases: []string{"startGroupStreamProcessor"}, Method: http.MethodPost, Path: ofProcessor + "/{processorName}:start", Tag: tag,
		Summary: "Start one stream processor",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{processorNotFound},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.Processors.become(started))),
	}, {
		ID: "startStreamProcessorWith", Aliases: []string{"startGroupStreamProcessorWith"}, Method: http.MethodPost, Path: ofProcessor + "/{processorName}:startWith", Tag: tag,
		Summary: "Start one stream processor with options",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{processorNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Processors.startWith)),
	}, {
		ID: "stopStreamProcessor", Aliases: []string{"stopGroupStreamProcessor"}, Method: http.MethodPost, Path: ofProcessor + "/{processorName}:stop", Tag: tag,
		Summary: "Stop one stream processor",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{processorNotFound},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.Processors.become(stopped))),
	}, {
		ID: "listStreamProcessors", Aliases: []string{"getStreamProcessors", "getGroupStreamProcessors"}, Method: http.MethodGet, Path: ofProcessor + "s", Tag: tag,
		Summary: "Return all stream processors of one workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{workspaceNotFound},
		Versions: api.Since("2024-05-30", store.Read(s.Store, listOf(s, &s.Processors.Objects))),
	}}
}
