// Package fault is how Telamon's domain says no: a kind of error, with parameters.
//
// It knows no HTTP. Package api maps a Class to a status in one place. What clients see is the kind's code and a
// sentence built from the parameters; the cause is for the log only.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Class groups kinds by what a caller can do about them.
type Class int

// The classes, each named after the HTTP status that package api answers with.
const (
	BadRequest Class = iota + 1
	Unauthorized
	Forbidden
	NotFound
	MethodNotAllowed
	NotAcceptable
	Conflict
	Gone
	PayloadTooLarge
	UnsupportedMediaType
	TooManyRequests
	Internal
	Unavailable
)

// Kind is one error of the API's catalogue: its code, its class and the format of its sentence.
type Kind struct {
	Code   string
	Class  Class
	Format string // for fmt, with one %s for each parameter that the sentence names
}

// NewKind declares a kind of error that one family answers with.
func NewKind(code string, class Class, format string) *Kind { return &Kind{code, class, format} }

// MaxViolations bounds what a hostile request can make the server say: further violations are not named.
const MaxViolations = 100

// Kinds is a set of kinds that an operation declares.
type Kinds []*Kind

// Violation is one thing wrong in a request: the path of the field and a description without the field's value.
type Violation struct {
	Field       string
	Description string
}

// Fault is an error of a kind.
type Fault struct {
	Kind       *Kind
	Params     []string
	Violations []Violation
	cause      error
}

// With makes an error of kind k with its parameters.
func (k *Kind) With(params ...string) *Fault { return &Fault{Kind: k, Params: params} }

// Because returns a copy of f that keeps err as the cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// Naming returns a copy of f that names violations, up to MaxViolations.
func (f *Fault) Naming(v ...Violation) *Fault {
	c := *f
	room := max(MaxViolations-len(c.Violations), 0)
	c.Violations = append(c.Violations[:len(c.Violations):len(c.Violations)], v[:min(len(v), room)]...)
	return &c
}

// Detail is the sentence for the caller.
func (f *Fault) Detail() string {
	if !strings.Contains(f.Kind.Format, "%") {
		return f.Kind.Format
	}
	args := make([]any, len(f.Params))
	for i, p := range f.Params {
		args[i] = p
	}
	return fmt.Sprintf(f.Kind.Format, args...)
}

func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Kind.Code + ": " + f.Detail() + ": " + f.cause.Error()
	}
	return f.Kind.Code + ": " + f.Detail()
}

// Unwrap gives the kind and the cause to errors.Is and errors.As.
func (f *Fault) Unwrap() []error {
	if f.cause == nil {
		return []error{f.Kind}
	}
	return []error{f.Kind, f.cause}
}

// Error lets a kind be a target of errors.Is.
func (k *Kind) Error() string { return k.Code }

// Of returns err's Fault, if it has one.
func Of(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Invalid is a request whose body or parameters break the rules that the violations name.
func Invalid(v ...Violation) *Fault {
	v = v[:min(len(v), MaxViolations)]
	names := make([]string, len(v))
	for i, x := range v {
		names[i] = x.Field
	}
	return ValidationError.With(strings.Join(names, ", ")).Naming(v...)
}

// Field is Invalid for one field.
func Field(field, format string, args ...any) *Fault {
	return Invalid(Violation{Field: field, Description: fmt.Sprintf(format, args...)})
}

// IsUnavailable reports whether err is for something that cannot be reached at the moment and may be later, such as a store: its
// error, or one that it wraps, has a method Unavailable that returns true.
func IsUnavailable(err error) bool {
	var e interface{ Unavailable() bool }
	return errors.As(err, &e) && e.Unavailable()
}
