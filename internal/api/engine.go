package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

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
}

// Engine serves operations over HTTP.
type Engine struct {
	Config
	ops    Operations
	scopes []ScopeParameter
	public map[string]bool // method and path of the operations that need no credentials
	mux    *chi.Mux
}

// New checks the declarations and returns an engine for them.
func New(ops Operations, cfg Config) (*Engine, error) {
	scopes := scopeParameters(cfg.Scopes, cfg.Named)
	if err := ops.verify(scopes); err != nil {
		return nil, err
	}
	e := &Engine{Config: cfg, ops: ops, scopes: scopes, public: map[string]bool{}, mux: chi.NewMux()}
	e.mux.Use(middleware.GetHead, e.protect)
	for i := range ops {
		op := &e.ops[i]
		handle := e.serve(op)
		e.mux.MethodFunc(op.Method, Prefix+op.Path, handle)
		if op.Path == "" {
			e.mux.MethodFunc(op.Method, Prefix+"/", handle)
		}
		if op.Roles.IsPublic() {
			e.public[op.Method+" "+Prefix+op.Path] = true
		}
	}
	e.mux.NotFound(e.fail(notFound))
	e.mux.MethodNotAllowed(e.notAllowed)
	return e, nil
}

// Operations are the operations that the engine serves.
func (e *Engine) Operations() Operations { return e.ops }

func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// chi matches escaped paths if RawPath is set, so that a parameter may hold an escaped slash.
	r.URL.RawPath = r.URL.EscapedPath()
	e.mux.ServeHTTP(w, r)
}

type askedKey struct{}

// isPublic reports whether the request's operation needs no credentials.
func (e *Engine) isPublic(r *http.Request) bool {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return e.public[method+" "+r.URL.RawPath] // as it is routed: an escaped path is another one
}

// protect makes the checks before routing, in the service's order: credentials, address, version.
func (e *Engine) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &response{w: w, r: r, engine: e}
		defer out.recover()
		ctx := r.Context()
		if !e.isPublic(r) {
			who, err := e.Auth.Authenticate(r)
			if err != nil {
				out.fault(err)
				return
			}
			requestlog.From(w).Caller = who.ID
			ctx = authz.NewContext(ctx, who)
		}
		wanted, err := accepted(r.Header)
		if err != nil && len(e.methods(r)) == 0 {
			err = notFound(r) // what is nowhere has no versions
		}
		if err != nil {
			out.fault(err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, askedKey{}, wanted)))
	})
}

// fail answers every request with an error.
func (e *Engine) fail(why func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		(&response{w: w, r: r, engine: e}).fault(why(r))
	}
}

func notFound(r *http.Request) error { return fault.ResourceNotFound.With(r.URL.Path) }

// notAllowed answers for a path that has operations, but none with the request's method. Allow lists the path's methods
// (RFC 9110, section 15.5.6).
func (e *Engine) notAllowed(w http.ResponseWriter, r *http.Request) {
	there := e.methods(r)
	if len(there) == 0 { // a method that is none of HTTP's, where there is nothing
		e.mux.NotFoundHandler().ServeHTTP(w, r)
		return
	}
	if slices.Contains(there, http.MethodGet) {
		there = append(there, http.MethodHead)
	}
	slices.Sort(there)
	w.Header().Set("Allow", strings.Join(there, ", "))
	e.fail(func(r *http.Request) error { return fault.OperationNotAllowed.With(r.Method) })(w, r)
}

// methods returns the methods that the request's path has.
func (e *Engine) methods(r *http.Request) (there []string) {
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodDelete} {
		route := chi.NewRouteContext()
		if e.mux.Match(route, method, r.URL.RawPath) {
			there = append(there, method)
		}
	}
	return there
}

// serve answers requests for one operation.
func (e *Engine) serve(op *Op) http.HandlerFunc {
	set := e.Limits.Find(op.Path)
	return func(w http.ResponseWriter, r *http.Request) {
		out := &response{w: w, r: r, engine: e, op: op}
		defer out.recover()
		requestlog.From(w).Operation = op.ID
		result, err := e.handle(out, op, set)
		if err != nil {
			out.fault(err)
			return
		}
		out.success(result)
	}
}

// handle does everything after routing: version, parameters, scope and roles, rate limit, body, the operation itself.
func (e *Engine) handle(out *response, op *Op, set *ratelimit.Set) (any, error) {
	ctx := out.r.Context()
	v, err := op.choose(ctx.Value(askedKey{}).(asked))
	if err != nil {
		return nil, err
	}
	out.version = v
	op.retirement(v, out.w.Header())
	if op.retired(v, e.AsOf) {
		return nil, fault.VersionGone.With(string(v.Date), strings.TrimPrefix(out.r.URL.Path, "/"))
	}
	b := &binding{r: out.r, op: op, v: v}
	if err := b.parameters(); err != nil {
		return nil, err
	}
	scope, err := e.authorize(ctx, op, b)
	if err != nil {
		return nil, err
	}
	if err := e.spend(out, set, scope); err != nil {
		return nil, err
	}
	return v.run(ctx, b)
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
