package ratelimits

import (
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/resource/shape"
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
	return api.PageOf(in.Paging(), all), nil
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

// wanted returns a filter for the sets that are asked for: those with buckets for the named owners, or all. A named project or
// organization must be visible to the caller; a key or an account may name only itself.
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

// owner names whose buckets a caller asks for.
type owner struct {
	GroupID   string `query:"groupId" api:"is=objectId" doc:"Project whose limits are wanted."`
	IPAddress string `query:"ipAddress" api:"is=ip" doc:"Address whose limits are wanted."`
	OrgID     string `query:"orgId" api:"is=objectId" doc:"Organization whose limits are wanted."`
	UserID    string `query:"userId" doc:"Key or account whose limits are wanted."`
}

type listIn struct {
	owner
	shape.Pages
	Name         string `query:"name" doc:"Name of the endpoint set that is wanted."`
	EndpointPath string `query:"endpointPath" doc:"Path, with its parameters in braces, of an endpoint whose set is wanted."`
}

type getIn struct {
	owner
	EndpointSetID string `path:"endpointSetId" doc:"Id of the endpoint set."`
}

// RateLimitEndpointSet is a set of endpoints that share buckets.
type RateLimitEndpointSet struct {
	Capacity        *RateLimitSize      `json:"capacity,omitempty" doc:"How many tokens a bucket has at most."`
	EndpointSetID   string              `json:"endpointSetId,omitempty" doc:"Id of the set."`
	EndpointSetName string              `json:"endpointSetName,omitempty" doc:"Name of the set."`
	Endpoints       []RateLimitEndpoint `json:"endpoints,omitempty" api:"unique" doc:"The endpoints that take a token with each request."`
	RefillDuration  *RateLimitSize      `json:"refillDurationSeconds,omitempty" doc:"Seconds in which a bucket gets its refill."`
	RefillRate      *RateLimitSize      `json:"refillRate,omitempty" doc:"How many tokens a bucket gets in that time."`
	Scope           string              `json:"scope,omitempty" api:"enum=IP|GROUP|ORGANIZATION|USER" doc:"What each bucket is for: an address, a project, an organization, or a key or account."`
}

// RateLimitSize is one value of a limit.
type RateLimitSize struct {
	DefaultValue *int64 `json:"defaultValue,omitempty" api:"nullable" doc:"The value that the service documents."`
	Value        int64  `json:"value,omitempty" doc:"The value that is in effect."`
}

// RateLimitEndpoint is an endpoint of a set.
type RateLimitEndpoint struct {
	Method string `json:"method,omitempty" api:"enum=GET|POST|PUT|DELETE|PATCH" doc:"HTTP method."`
	Path   string `json:"path,omitempty" doc:"Path with its parameters in braces."`
}

func size(value, documented int) *RateLimitSize {
	d := int64(documented)
	return &RateLimitSize{DefaultValue: &d, Value: int64(value)}
}

// toWire shows a set with its operations.
func (s *Service) toWire(set *ratelimit.Set) RateLimitEndpointSet {
	per := int(ratelimit.Per / time.Second)
	w := RateLimitEndpointSet{
		EndpointSetID: set.ID, EndpointSetName: set.Name, Scope: string(set.Scope),
		Capacity: size(set.Capacity, set.Default.Capacity), RefillRate: size(set.Refill, set.Default.Refill), RefillDuration: size(per, per),
	}
	for _, op := range s.Endpoints() {
		if s.Limits.Find(op.Path) == set {
			w.Endpoints = append(w.Endpoints, RateLimitEndpoint{Method: op.Method, Path: api.Prefix + op.Path})
		}
	}
	return w
}
