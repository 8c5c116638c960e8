package api

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"
)

// reserved are paths of the API that Telamon may not have yet, and whose literal segments a parameter of another path
// would take for a name. They are not found until they have an operation.
var reserved = []string{
	"/groups/{groupId}/databaseUsers/{username}/certs",
}

// reserve routes the reserved paths without an operation to nowhere.
func (e *Engine) reserve() {
	for _, path := range reserved {
		if !slices.ContainsFunc(e.ops, func(op Op) bool { return op.Path == path }) {
			e.nowhere[Prefix+path] = true
			e.mux.HandleFunc(Prefix+path, e.fail(notFound))
		}
	}
}

// methods are those that the request's path has.
func (e *Engine) methods(r *http.Request) (there []string) {
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodDelete} {
		route := chi.NewRouteContext()
		if e.mux.Match(route, method, r.URL.RawPath) && !e.nowhere[route.RoutePattern()] {
			there = append(there, method)
		}
	}
	return there
}
