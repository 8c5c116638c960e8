// Package api is the engine of the Administration API: operations are declared as data, and everything that they
// share — versions, authentication, address lists, roles, binding, validation, envelope, paging, links, errors —
// happens here, once. A handler gets checked values and returns values and errors; it never sees a request.
package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Prefix is the path under which the API's operations live.
const Prefix = "/api/atlas/v2"

// Op declares one operation.
type Op struct {
	ID          string   // operationId, as the reference pages name it
	Aliases     []string // other names that clients know it by
	Method      string
	Path        string // below Prefix
	Tag         string
	Summary     string
	Description string
	Roles       authz.Requirement
	Status      int // of success
	Level       Level
	Errors      fault.Kinds // beyond those that every operation may answer with
	Deprecated  Date        // since when; "" if it is not
	Sunset      Date        // after which the service turns it off; "" if unknown
	NoEnvelope  bool        // has no envelope parameter
	MayBeEmpty  bool        // may also succeed with 204 and without a body: where Out is a pointer, and nil
	Versions    []Version   // ascending
}

// Level says what effect an operation has.
type Level string

// The levels. Real operations act on data, logins, traffic or files. Simulated ones go through the service's states in
// time, and touch nothing outside. Declared ones check, store, show and count their input, without any other effect.
const (
	Real      Level = "real"
	Simulated Level = "simulated"
	Declared  Level = "declared"
)

func (l Level) known() bool { return l == Real || l == Simulated || l == Declared }

// Version is one version of an operation: its date, its shapes and its handler.
type Version struct {
	Date   Date
	Format Format
	Sunset Date // of this version; "" if unknown
	In     reflect.Type
	Out    reflect.Type
	media  []string // the values of an answer's Content-Type
	run    func(out *response, b *binding) (any, error)
	read   bool // made by Read
}

// At declares the version of a date. In is a struct: fields tagged path or query get parameters, a field named Body
// gets the request's body. Out is the answer; None for no body.
func At[In, Out any](date Date, handle func(context.Context, In) (Out, error)) Version {
	v := Version{Date: date, Format: JSON, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out](), run: bound(handle)}
	v.media = []string{v.MediaType() + ";charset=utf-8"}
	return v
}

// Since declares the versions of an operation that has one alone, as At does.
func Since[In, Out any](date Date, handle func(context.Context, In) (Out, error)) []Version {
	return []Version{At(date, handle)}
}

// bound is a handler that binds its input first.
func bound[In, Out any](handle func(context.Context, In) (Out, error)) func(*response, *binding) (any, error) {
	return func(out *response, b *binding) (any, error) {
		in, err := inputOf[In](b)
		if err != nil {
			return nil, err
		}
		return handle(out.ctx, in)
	}
}

func inputOf[In any](b *binding) (in In, err error) {
	return in, b.into(reflect.ValueOf(&in).Elem())
}

// Read declares the version of a date of an operation that reads. Its answer must follow from the request and what tx tells,
// and from nothing that the process knows beside the store: a store that caches rows caches the answer with them.
func Read[In, Out any](date Date, s store.Store, read func(store.Tx, In) (Out, error)) Version {
	v := At(date, store.Read(s, read))
	v.read = true
	v.run = func(out *response, b *binding) (any, error) {
		name := "answer " + out.op.ID + " " + string(date) + " " + out.base() + out.r.URL.EscapedPath() + "?" + out.r.URL.RawQuery
		return store.Recalled(out.ctx, s, name, func(tx store.Tx) (encoded, error) {
			in, err := inputOf[In](b)
			if err != nil {
				return nil, err
			}
			result, err := read(tx, in)
			if err != nil {
				return nil, err
			}
			return out.encode(result)
		})
	}
	return v
}

// Stream is the body of an answer that is not JSON. An error of Write can only cut the answer off, so the handler refuses
// before whatever it must refuse.
type Stream struct {
	Name  string // of the file as which clients save it; "": they choose one
	Write func(w io.Writer) error
}

// Streamed declares the version of a date whose answer is in a format other than JSON. Errors are JSON all the same.
func Streamed[In any](date Date, format Format, handle func(context.Context, In) (Stream, error)) Version {
	v := Version{Date: date, Format: format, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Stream](), run: bound(handle)}
	v.media = []string{v.MediaType()}
	return v
}

// Until sets the date at which the service turns this version off.
func (v Version) Until(sunset Date) Version {
	v.Sunset = sunset
	return v
}

// None is the Out of operations that answer without a body.
type None struct{}

// Empty is the Out of operations that answer with an empty object.
type Empty struct{}

// Operations are the operations of a resource family.
type Operations []Op

// verify refuses declarations that contradict themselves. It runs at start-up.
func (ops Operations) verify(scopes []ScopeParameter) error {
	ids, routes := map[string]bool{}, map[string]bool{}
	for i := range ops {
		op := &ops[i]
		if err := op.verify(scopes); err != nil {
			return fmt.Errorf("api: operation %s: %w", op.ID, err)
		}
		for _, id := range append([]string{op.ID}, op.Aliases...) {
			if ids[id] {
				return fmt.Errorf("api: two operations are called %s", id)
			}
			ids[id] = true
		}
		route := op.Method + " " + parameter.ReplaceAllString(op.Path, "{}")
		if routes[route] {
			return fmt.Errorf("api: two operations serve %s", route)
		}
		routes[route] = true
	}
	return nil
}

var parameter = regexp.MustCompile(`\{([^}]+)\}`)

// params returns the names of the path's parameters.
func (op *Op) params() []string {
	var names []string
	for _, m := range parameter.FindAllStringSubmatch(op.Path, -1) {
		names = append(names, m[1])
	}
	return names
}

// inScope reports whether the path has a parameter that names a scope.
func (op *Op) inScope(scopes []ScopeParameter) bool {
	return slices.ContainsFunc(scopes, func(p ScopeParameter) bool { return slices.Contains(op.params(), p.Name) })
}

func (op *Op) verify(scopes []ScopeParameter) error {
	switch {
	case op.ID == "" || op.Tag == "" || op.Summary == "" || op.Status == 0:
		return fmt.Errorf("ID, Tag, Summary and Status must be declared")
	case !op.Level.known():
		return fmt.Errorf("its level must be declared: real, simulated or declared")
	case !op.Roles.Declared():
		return fmt.Errorf("roles must be declared; say Public if there are none")
	case op.Roles.NeedsScope() && !op.inScope(scopes):
		return fmt.Errorf("its path names no scope for its roles; say Anywhere if they count wherever they are held")
	case len(op.Versions) == 0:
		return fmt.Errorf("it has no version")
	case !slices.IsSortedFunc(op.Versions, func(a, b Version) int { return strings.Compare(string(a.Date), string(b.Date)) }):
		return fmt.Errorf("versions must ascend")
	}
	for _, v := range op.Versions {
		if !v.Date.known() {
			return fmt.Errorf("%s is no version date", v.Date)
		}
		if isStream := v.Out == reflect.TypeFor[Stream](); isStream == (v.Format == JSON) || !slices.Contains(formats, v.Format) {
			return fmt.Errorf("version %s cannot answer in the format %q", v.Date, v.Format)
		}
		if v.read && op.Method != http.MethodGet {
			return fmt.Errorf("version %s reads, and the method is %s", v.Date, op.Method)
		}
		if op.MayBeEmpty && v.Out.Kind() != reflect.Pointer {
			return fmt.Errorf("version %s cannot be empty: its Out is no pointer", v.Date)
		}
		bound := map[string]bool{}
		for _, p := range inputs(v.In) {
			if p.in == "path" {
				bound[p.name] = true
			}
		}
		for _, name := range op.params() {
			if !bound[name] {
				return fmt.Errorf("version %s does not bind {%s}", v.Date, name)
			}
		}
		if len(bound) != len(op.params()) {
			return fmt.Errorf("version %s binds path parameters that %s does not have", v.Date, op.Path)
		}
	}
	return nil
}

// declares reports whether an operation may answer with a fault of kind k.
func (op *Op) declares(k *fault.Kind) bool {
	return slices.Contains(op.Kinds(), k)
}

// common are the kinds that every operation may answer with.
var common = fault.Kinds{
	fault.Unexpected, fault.Unauthenticated, fault.UserUnauthorized, fault.PolicyViolation, fault.AddressNotListed, fault.ValidationError,
	fault.InvalidJSON, fault.InvalidVersionDate, fault.VersionGone, fault.UnsupportedMedia, fault.BodyTooLarge,
	fault.ResourceNotFound, fault.OperationNotAllowed, fault.RateLimited, fault.ServiceUnavailable,
	fault.OrgNotFound, fault.GroupNotFound, fault.FeatureNotSupported,
}

// Kinds returns all kinds of errors that the operation may answer with.
func (op *Op) Kinds() fault.Kinds { return slices.Concat(common, op.Errors) }
