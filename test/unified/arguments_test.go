package unified

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// arguments are the arguments of an operation. Each must be used by take.
type arguments struct {
	t    *testing.T
	left bson.D
}

func newArguments(t *testing.T, d bson.D) *arguments { return &arguments{t, slices.Clone(d)} }

// take returns an argument, or nil if it is absent, and marks it as used.
func (a *arguments) take(name string) any {
	i := slices.IndexFunc(a.left, func(e bson.E) bool { return e.Key == name })
	if i < 0 {
		return nil
	}
	v := a.left[i].Value
	a.left = slices.Delete(a.left, i, i+1)
	return v
}

func (a *arguments) text(name string) string {
	text, _ := a.take(name).(string)
	return text
}

// doc takes a document, which is empty if it is absent.
func (a *arguments) doc(name string) any {
	if v := a.take(name); v != nil {
		return v
	}
	return bson.D{}
}

func (a *arguments) list(name string) []any {
	list, _ := a.take(name).(bson.A)
	return list
}

// done fails if an argument was not taken.
func (a *arguments) done(what string) {
	if len(a.left) > 0 {
		a.t.Fatalf("%s does not take %v", what, a.left)
	}
}

// set passes the remaining arguments to a builder of the driver's options: limit to SetLimit, and so on.
func set[B any](builder B, a *arguments) B {
	for _, e := range a.left {
		name := "Set" + strings.ToUpper(e.Key[:1]) + e.Key[1:]
		method := reflect.ValueOf(builder).MethodByName(name)
		if !method.IsValid() {
			a.t.Fatalf("%T has no %s", builder, name)
		}
		method.Call([]reflect.Value{converted(a.t, e.Value, method.Type().In(0))})
	}
	a.left = nil
	return builder
}

func converted(t *testing.T, v any, to reflect.Type) reflect.Value {
	if to == reflect.TypeFor[options.ReturnDocument]() {
		return reflect.ValueOf(map[any]options.ReturnDocument{"Before": options.Before, "After": options.After}[v])
	}
	from := reflect.ValueOf(v)
	if !from.CanConvert(to) {
		t.Fatalf("%v is not a %v", v, to)
	}
	return from.Convert(to)
}
