package ratelimits

import (
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
)

func (s *Service) list(ctx context.Context, in listIn) (api.Page[RateLimitEndpointSet], error) {
	wanted, err := s.wanted(ctx, in.owner)
	if err != nil {
		return api.Page[RateLimitEndpointSet]{}, err
	}
	all := []RateLimitEndpointSet{}
	for _, set := range s.Limits.Sets() {
		w := s.toWire(set)
		here := func(e RateLimitEndpoint) bool { return e.Path == in.EndpointPath }
		if len(w.Endpoints) > 0 && wanted(set) && (in.Name == "" || in.Name == set.Name) && (in.EndpointPath == "" || slices.ContainsFunc(w.Endpoints, here)) {
			all = append(all, w)
		}
	}
	return api.PageOf(api.Paging{PageNum: in.PageNum, ItemsPerPage: in.ItemsPerPage, IncludeCount: true}, all), nil
}

func (s *Service) get(ctx context.Context, in getIn) (RateLimitEndpointSet, error) {
	wanted, err := s.wanted(ctx, in.owner)
	if err != nil {
		return RateLimitEndpointSet{}, err
	}
	for _, set := range s.Limits.Sets() {
		if w := s.toWire(set); set.ID == in.EndpointSetID && len(w.Endpoints) > 0 && wanted(set) {
			return w, nil
		}
	}
	return RateLimitEndpointSet{}, fault.ResourceNotFound.With(in.EndpointSetID)
}

// wanted says which sets are asked for: those with buckets for the owners that are named, or all. A project and an
// organization must be there, and show themselves to the caller; of keys and accounts each may ask for itself.
func (s *Service) wanted(ctx context.Context, o owner) (func(*ratelimit.Set) bool, error) {
	var scopes []ratelimit.Scope
	if o.GroupID != "" {
		org, err := s.Scopes.Project(ctx, o.GroupID)
		if err == nil {
			err = api.Require(ctx, authz.Any(authz.GroupReadOnly), authz.Scope{OrgID: org, GroupID: o.GroupID})
		}
		if err != nil {
			return nil, err
		}
		scopes = append(scopes, ratelimit.Project)
	}
	if o.OrgID != "" {
		err := s.Scopes.Organization(ctx, o.OrgID)
		if err == nil {
			err = api.Require(ctx, authz.Any(authz.OrgMember), authz.Scope{OrgID: o.OrgID})
		}
		if err != nil {
			return nil, err
		}
		scopes = append(scopes, ratelimit.Organization)
	}
	if o.UserID != "" {
		if o.UserID != authz.From(ctx).ID {
			return nil, fault.UserUnauthorized.With()
		}
		scopes = append(scopes, ratelimit.User)
	}
	if o.IPAddress != "" {
		scopes = append(scopes, ratelimit.Address)
	}
	return func(set *ratelimit.Set) bool { return len(scopes) == 0 || slices.Contains(scopes, set.Scope) }, nil
}
