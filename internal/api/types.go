package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api/schema"
)

// Time is an instant as the API writes it: UTC, whole seconds. Use it with omitzero.
type Time struct{ time.Time }

// MarshalJSON writes YYYY-MM-DDTHH:MM:SSZ.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format("2006-01-02T15:04:05Z") + `"`), nil
}

// Schema returns that of a date-time.
func (Time) Schema() *schema.Node { return schema.Of(timeOfGo) }

// Whole returns t in whole seconds, as it is written; nil for nil.
func (t *Time) Whole() *Time {
	if t == nil {
		return nil
	}
	return &Time{t.UTC().Truncate(time.Second)}
}

// Double is a number that keeps one decimal when it is whole, as the API writes them (10.0).
type Double float64

// MarshalJSON writes the shortest form with a decimal point.
func (d Double) MarshalJSON() ([]byte, error) {
	s := strconv.FormatFloat(float64(d), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return []byte(s), nil
}

// Nullable is an optional member that a request removes by null and keeps by leaving it out. Answers always have it.
type Nullable[T any] struct {
	Given bool // in a request
	Value *T   // nil is null
}

// Set changes a member that the request names; null makes it zero.
func (n Nullable[T]) Set(member *T) {
	if n.Given {
		*member = Or(n.Value, *new(T))
	}
}

// Keep is Set for a member that can itself be null.
func (n Nullable[T]) Keep(member **T) {
	if n.Given {
		*member = n.Value
	}
}

// NullOr returns what p points to, or null.
func NullOr[T any](p *T) Nullable[T] { return Nullable[T]{Value: p} }

// MarshalJSON writes the value or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) { return json.Marshal(n.Value) }

// UnmarshalJSON notes that the request has the member.
func (n *Nullable[T]) UnmarshalJSON(raw []byte) error {
	n.Given = true
	return json.Unmarshal(raw, &n.Value)
}

// Schema returns T's, made nullable.
func (Nullable[T]) Schema() *schema.Node {
	n := *schema.Of(reflect.TypeFor[T]())
	n.Nullable = true
	return &n
}

// Ptr is a pointer to a copy of v, for optional members.
func Ptr[T any](v T) *T { return &v }

// List returns list, but an empty one for nil, which would be written as null.
func List[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Or returns *p, or otherwise if p is nil.
func Or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

var timeOfGo = reflect.TypeFor[time.Time]()

// Verbatim is an answer that is written as it is although its media type says JSON. The service answers so with
// certificates.
type Verbatim string
