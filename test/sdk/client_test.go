package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// credentials are those of an API key or a service account.
type credentials struct {
	id, secret string
	oauth      bool
}

// client is a client of one generation of the SDK. Names of operations and packages of shapes differ between generations.
// So the scenario names operations as the reference pages do, and writes shapes as JSON.
type client struct {
	methods map[string]any // by operation, the client's method
	asError func(error) (any, bool)
	http    *http.Client
	ctx     context.Context
}

// opener makes a client for a server.
type opener func(ctx context.Context, url string, who credentials) (*client, error)

type (
	object = map[string]any
	list   = []any
	// query has the parameters of a request by the names of the SDK's setters.
	query map[string]any
)

// reply is the answer of an operation, with the fields that the SDK's shapes have.
type reply struct {
	status int
	header http.Header
	value  any
}

// fail is the API's error in the SDK's type.
type fail struct {
	Error            int
	ErrorCode        string
	Reason           string
	Detail           string
	Parameters       []any
	BadRequestDetail struct{ Fields []violation }
}

type violation struct{ Field, Description string }

// call calls an operation. The type of an argument decides its place: strings are for the path, in the SDK's order, a query
// is for the query, and anything else for the body.
func (c *client) call(operation string, args ...any) (reply, error) {
	method := reflect.ValueOf(c.methods[operation])
	if !method.IsValid() {
		return reply{}, fmt.Errorf("this generation has no %s", operation)
	}
	in := []reflect.Value{reflect.ValueOf(c.ctx)}
	var q query
	for _, a := range args {
		switch a := a.(type) {
		case query:
			q = a
		case string:
			in = append(in, reflect.ValueOf(a))
		default:
			v := reflect.New(method.Type().In(len(in)).Elem())
			if err := into(v.Interface(), a); err != nil {
				return reply{}, fmt.Errorf("%s: %w", operation, err)
			}
			in = append(in, v)
		}
	}
	request := method.Call(in)[0]
	for name, v := range q {
		request = request.MethodByName(name).Call([]reflect.Value{reflect.ValueOf(v)})[0]
	}
	return c.read(request.MethodByName("Execute").Call(nil))
}

// read reads the results of Execute: perhaps a value, the response, an error.
func (c *client) read(out []reflect.Value) (r reply, err error) {
	last := len(out) - 1
	if err, _ = out[last].Interface().(error); err != nil {
		return r, c.typed(err)
	}
	if res, _ := out[last-1].Interface().(*http.Response); res != nil {
		r.status, r.header = res.StatusCode, res.Header
	}
	if last > 1 {
		r.value, err = plain(out[0].Interface())
	}
	return r, err
}

// failure is an error of the API.
type failure struct {
	fail
	cause error
}

func (f *failure) Error() string { return f.cause.Error() }
func (f *failure) Unwrap() error { return f.cause }

// typed makes a failure of the SDK's error, if it is the API's.
func (c *client) typed(err error) error {
	model, ok := c.asError(err)
	if !ok {
		return err
	}
	f := &failure{cause: err}
	return errors.Join(into(&f.fail, model), f)
}

// takes reports whether an operation has a parameter, by the name of the SDK's setter.
func (c *client) takes(operation, parameter string) bool {
	_, ok := reflect.TypeOf(c.methods[operation]).Out(0).MethodByName(parameter)
	return ok
}

// into decodes value's JSON into target, which must have every field. If target is a list and value is not, it becomes a
// list of one.
func into(target, value any) error {
	if o, ok := value.(object); ok && reflect.TypeOf(target).Elem().Kind() == reflect.Slice {
		value = list{o}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(target)
}

// plain is value as JSON has it: objects, lists, strings, numbers.
func plain(value any) (out any, err error) {
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}
