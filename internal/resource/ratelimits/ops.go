// Package ratelimits is the family Rate Limiting: how often which endpoints may be called.
package ratelimits

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
)

// Service serves the family.
type Service struct {
	Limits    *ratelimit.Limits // nil if the server has no rate limits, and so no endpoint sets
	Endpoints func() api.Operations
	Scopes    api.Scopes
}

const (
	tag      = "Rate Limiting"
	previews = "2026-04-21" // when the preview ends
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listRateLimits", Method: http.MethodGet, Path: "/rateLimits", Tag: tag,
		Summary:     "Return all rate limits",
		Description: "Returns the endpoint sets with the size of their buckets. With an owner, such as a project, only the sets that have a bucket for such owners.",
		Roles:       authz.Authenticated, Status: http.StatusOK, Level: api.Real,
		Versions: []api.Version{api.At("2025-03-12", s.list), api.At(api.Preview, s.list).Until(previews)},
	}, {
		ID: "getRateLimit", Method: http.MethodGet, Path: "/rateLimits/{endpointSetId}", Tag: tag,
		Summary: "Return one rate limit", Description: "Returns an endpoint set with the size of its buckets.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ResourceNotFound},
		Versions: []api.Version{api.At("2025-03-12", s.get), api.At(api.Preview, s.get).Until(previews)},
	}}
}
