package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
)

// Authenticator finds out who calls.
type Authenticator interface {
	// Authenticate returns the caller, or fault.Unauthenticated or fault.AddressNotListed.
	Authenticate(r *http.Request) (*authz.Principal, error)
	// Challenge sets WWW-Authenticate for a 401.
	Challenge(h http.Header)
}

// Scopes resolves the scope that a path names.
type Scopes interface {
	// Project returns the organization of a project, or fault.GroupNotFound.
	Project(ctx context.Context, groupID string) (orgID string, err error)
	// Organization returns nil, or fault.OrgNotFound.
	Organization(ctx context.Context, orgID string) error
}

// Engine serves operations over HTTP.
type Engine struct {
	ops    Operations
	auth   Authenticator
	scopes Scopes
	log    *slog.Logger
	mux    *chi.Mux
}

// New checks the declarations and returns an engine for them.
func New(ops Operations, auth Authenticator, scopes Scopes, log *slog.Logger) (*Engine, error) {
	if err := ops.verify(); err != nil {
		return nil, err
	}
	e := &Engine{ops: ops, auth: auth, scopes: scopes, log: log, mux: chi.NewMux()}
	e.mux.Use(middleware.GetHead, e.protect)
	for i := range ops {
		e.mux.MethodFunc(ops[i].Method, Prefix+ops[i].Path, e.serve(&e.ops[i]))
		if ops[i].Path == "" {
			e.mux.MethodFunc(ops[i].Method, Prefix+"/", e.serve(&e.ops[i]))
		}
	}
	e.mux.NotFound(e.fail(func(r *http.Request) error { return fault.ResourceNotFound.With(r.URL.Path) }))
	e.mux.MethodNotAllowed(e.notAllowed)
	return e, nil
}

// Operations are the operations that the engine serves.
func (e *Engine) Operations() Operations { return e.ops }

func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// chi matches escaped paths if RawPath is set, so that a parameter may hold an escaped slash.
	r.URL.RawPath = r.URL.EscapedPath()
	if e.public(r) {
		r = r.WithContext(context.WithValue(r.Context(), publicKey{}, true))
	}
	e.mux.ServeHTTP(w, r)
}

type (
	publicKey struct{}
	askedKey  struct{}
)

// public says whether the request's operation needs no credentials.
func (e *Engine) public(r *http.Request) bool {
	return slices.ContainsFunc(e.ops, func(op Op) bool {
		return op.Roles.IsPublic() && op.Method == r.Method && Prefix+op.Path == r.URL.Path
	})
}

// protect is what comes before routing, in the service's order: credentials, address, version.
func (e *Engine) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &response{w: w, r: r, engine: e}
		defer out.recover()
		ctx := r.Context()
		if ctx.Value(publicKey{}) == nil {
			who, err := e.auth.Authenticate(r)
			if err != nil {
				out.fault(err)
				return
			}
			ctx = authz.NewContext(ctx, who)
		}
		asked, err := accepted(r.Header)
		if err != nil {
			out.fault(err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, askedKey{}, asked)))
	})
}

// fail answers every request with an error.
func (e *Engine) fail(why func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		(&response{w: w, r: r, engine: e}).fault(why(r))
	}
}

// notAllowed answers where there are operations, but none with the request's method: Allow says which there are (RFC
// 9110, section 15.5.6).
func (e *Engine) notAllowed(w http.ResponseWriter, r *http.Request) {
	var there []string
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if e.mux.Match(chi.NewRouteContext(), method, r.URL.RawPath) {
			there = append(there, method)
		}
	}
	if slices.Contains(there, http.MethodGet) {
		there = append(there, http.MethodHead)
	}
	slices.Sort(there)
	w.Header().Set("Allow", strings.Join(there, ", "))
	e.fail(func(r *http.Request) error { return fault.OperationNotAllowed.With(r.Method) })(w, r)
}

// serve answers requests for one operation.
func (e *Engine) serve(op *Op) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out := &response{w: w, r: r, engine: e, op: op}
		defer out.recover()
		v, err := op.choose(r.Context().Value(askedKey{}).(Date))
		if err != nil {
			out.fault(err)
			return
		}
		out.version = v
		op.retirement(v, w.Header())
		result, err := e.handle(r, op, v)
		if err != nil {
			out.fault(err)
			return
		}
		out.success(result)
	}
}

// handle is what comes after routing: parameters, scope and roles, body, the operation itself.
func (e *Engine) handle(r *http.Request, op *Op, v *Version) (any, error) {
	b := &binding{r: r, op: op, v: v}
	if err := b.parameters(); err != nil {
		return nil, err
	}
	if err := e.authorize(r.Context(), op, b); err != nil {
		return nil, err
	}
	return v.run(r.Context(), b)
}

// authorize resolves the scope that the path names and holds the caller's roles against it.
func (e *Engine) authorize(ctx context.Context, op *Op, b *binding) error {
	scope, err := e.scope(ctx, b.path("orgId"), b.path("groupId"))
	if err != nil {
		return err
	}
	who := authz.From(ctx)
	if op.Roles.Self != "" && b.path(op.Roles.Self) == who.ID && !authz.ReadsOnly(who.Grants) {
		return nil
	}
	if !op.Roles.Allows(who.Grants, scope) {
		return fault.UserUnauthorized.With()
	}
	return nil
}

func (e *Engine) scope(ctx context.Context, orgID, groupID string) (authz.Scope, error) {
	switch {
	case groupID != "":
		org, err := e.scopes.Project(ctx, groupID)
		return authz.Scope{OrgID: org, GroupID: groupID}, err
	case orgID != "":
		return authz.Scope{OrgID: orgID}, e.scopes.Organization(ctx, orgID)
	}
	return authz.Scope{}, nil
}

// Require holds the caller's roles against a scope that only the operation itself can know, such as one that the
// body names.
func Require(ctx context.Context, need authz.Requirement, s authz.Scope) error {
	if !need.Allows(authz.From(ctx).Grants, s) {
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
		out.engine.log.Error("panic", "panic", p, "stack", string(debug.Stack()))
		out.fault(fault.Unexpected.With())
	}
}
