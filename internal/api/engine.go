package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/requestlog"
	"github.com/telamon-db/telamon/internal/trouble"
)

// Authenticator identifies callers.
type Authenticator interface {
	// Address is where a request comes from.
	Address(r *http.Request) netip.Addr
	// Authenticate returns the caller, or fault.Unauthenticated or fault.AddressNotListed.
	Authenticate(r *http.Request) (*authz.Principal, error)
	// Challenge sets WWW-Authenticate for a 401. refused is the error that caused it.
	Challenge(h http.Header, refused error)
}

// Scopes resolves the scope that a path names.
type Scopes interface {
	// Project returns the organization of a project, or fault.GroupNotFound.
	Project(ctx context.Context, groupID string) (orgID string, err error)
	// Organization returns nil, or fault.OrgNotFound.
	Organization(ctx context.Context, orgID string) error
}

// ScopeParameter is a path parameter that names a scope.
type ScopeParameter struct {
	Name    string
	Resolve func(ctx context.Context, id string) (authz.Scope, error) // errors: the fault that there is no such thing
}

// scopeParameters is the table of path parameters that name a scope, the narrowest first.
func scopeParameters(s Scopes, more []ScopeParameter) []ScopeParameter {
	return append([]ScopeParameter{
		{"groupId", func(ctx context.Context, id string) (authz.Scope, error) {
			org, err := s.Project(ctx, id)
			return authz.Scope{OrgID: org, GroupID: id}, err
		}},
		{"orgId", func(ctx context.Context, id string) (authz.Scope, error) {
			return authz.Scope{OrgID: id}, s.Organization(ctx, id)
		}},
	}, more...)
}

// Config has what an engine needs beside its operations.
type Config struct {
	Auth   Authenticator
	Scopes Scopes
	Named  []ScopeParameter  // path parameters that name a scope, beside {groupId} and {orgId}
	Limits *ratelimit.Limits // nil: none
	AsOf   Date              // versions whose sunset is not after this date are gone; "": none is
	URL    string            // that links begin with; "": whatever name the caller used
	Logger *slog.Logger

	Trouble *trouble.Board // gets to know when the store cannot be reached; nil: nobody does

	Meet func(context.Context, *Op, *http.Request) error // may have a request fail, or wait, that would run next; nil: none does
}

// Engine serves operations over HTTP.
type Engine struct {
	Config
	ops    Operations
	scopes []ScopeParameter
	routes routes
}

// New checks the declarations and returns an engine for them.
func New(ops Operations, cfg Config) (*Engine, error) {
	scopes := scopeParameters(cfg.Scopes, cfg.Named)
	if err := ops.verify(scopes); err != nil {
		return nil, err
	}
	e := &Engine{Config: cfg, ops: ops, scopes: scopes}
	for i := range ops {
		op := &e.ops[i]
		to := &route{op, op.params(), e.Limits.Find(op.Path)}
		e.routes.add(op.Path, to)
		if op.Path == "" {
			e.routes.add("/", to)
		}
	}
	return e, nil
}

// Operations are the operations that the engine serves.
func (e *Engine) Operations() Operations { return e.ops }

// ServeHTTP makes the checks in the service's order: credentials, address, version, route, and then the operation's.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &response{w: w, r: r, ctx: r.Context(), engine: e}
	defer out.recover()
	result, err := e.answer(out)
	if err != nil {
		out.fault(err)
		return
	}
	out.success(result)
}

func (e *Engine) answer(out *response) (any, error) {
	to, values := e.find(out.r)
	if to == nil || !to.op.Roles.IsPublic() {
		if err := e.identify(out); err != nil {
			return nil, err
		}
	}
	wanted, err := accepted(out.r.Header)
	if err != nil && to == nil && len(e.methods(out.r)) == 0 {
		return nil, notFound(out.r) // what is nowhere has no versions
	}
	if err != nil {
		return nil, err
	}
	if to == nil {
		return nil, e.nowhere(out)
	}
	return e.handle(out, to, values, wanted)
}

// find returns the route of a request, nil if there is none, and the values of the path's parameters.
func (e *Engine) find(r *http.Request) (*route, []string) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	path, ok := below(r)
	if !ok {
		return nil, nil
	}
	return e.routes.find(method, path, make([]string, 0, 4))
}

// identify finds out who calls.
func (e *Engine) identify(out *response) error {
	who, err := e.Auth.Authenticate(out.r)
	if err != nil {
		return err
	}
	requestlog.From(out.w).Caller = who.ID
	out.ctx = authz.NewContext(out.ctx, who)
	return nil
}

func notFound(r *http.Request) error { return fault.ResourceNotFound.With(r.URL.Path) }

// nowhere is the error of a request that has no route. If its path has operations with other methods, Allow lists them
// (RFC 9110, section 15.5.6).
func (e *Engine) nowhere(out *response) error {
	there := e.methods(out.r)
	if len(there) == 0 {
		return notFound(out.r)
	}
	if slices.Contains(there, http.MethodGet) {
		there = append(there, http.MethodHead)
	}
	slices.Sort(there)
	out.w.Header().Set("Allow", strings.Join(there, ", "))
	return fault.OperationNotAllowed.With(out.r.Method)
}

// methods returns the methods that the request's path has.
func (e *Engine) methods(r *http.Request) []string {
	path, ok := below(r)
	if !ok {
		return nil
	}
	return e.routes.methods(path)
}

// handle does everything after routing: version, parameters, scope and roles, rate limit, body, the operation itself.
func (e *Engine) handle(out *response, to *route, values []string, wanted asked) (any, error) {
	op := to.op
	out.op = op
	requestlog.From(out.w).Operation = op.ID
	v, err := op.choose(wanted)
	if err != nil {
		return nil, err
	}
	out.version = v
	op.retirement(v, out.w.Header())
	if op.retired(v, e.AsOf) {
		return nil, fault.VersionGone.With(string(v.Date), strings.TrimPrefix(out.r.URL.Path, "/"))
	}
	b := &out.binding
	*b = binding{r: out.r, route: to, values: values, v: v}
	if err := b.parameters(); err != nil {
		return nil, err
	}
	scope, err := e.authorize(out.ctx, op, b)
	if err != nil {
		return nil, err
	}
	if err := e.spend(out, to.set, scope); err != nil {
		return nil, err
	}
	if e.Meet != nil {
		if err := e.Meet(out.ctx, op, out.r); err != nil {
			out.undeclared = true
			return nil, err
		}
	}
	return v.run(out, b)
}

// authorize resolves the scope that the path names and checks the caller's roles in it.
func (e *Engine) authorize(ctx context.Context, op *Op, b *binding) (authz.Scope, error) {
	scope, err := e.scope(ctx, b)
	if err != nil {
		return scope, err
	}
	who := authz.From(ctx)
	if op.Roles.Self != "" && b.path(op.Roles.Self) == who.ID && !authz.ReadsOnly(who.Grants) {
		return scope, nil
	}
	if !op.Roles.Admits(who.Grants, scope) {
		return scope, fault.UserUnauthorized.With()
	}
	return scope, nil
}

// scope returns the scope that the path names: of several, the first in the table.
func (e *Engine) scope(ctx context.Context, b *binding) (authz.Scope, error) {
	for _, p := range e.scopes {
		if id := b.path(p.Name); id != "" {
			return p.Resolve(ctx, id)
		}
	}
	return authz.Scope{}, nil
}

// Require checks the caller's roles in a scope that only the operation itself can know, such as one that the body
// names.
func Require(ctx context.Context, need authz.Requirement, s authz.Scope) error {
	if !need.Admits(authz.From(ctx).Grants, s) {
		return fault.UserUnauthorized.With()
	}
	return nil
}

// recover turns a panic into a 500 whose cause is in the log only.
func (out *response) recover() {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		out.engine.Logger.Error("panic", "id", requestlog.From(out.w).ID, "panic", p, "stack", string(debug.Stack()))
		out.fault(fault.Unexpected.With())
	}
}
