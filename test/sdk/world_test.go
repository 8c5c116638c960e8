package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/telamon-db/telamon/telamontest"
)

// world is the state that the chapters of the scenario share.
type world struct {
	t     *testing.T
	srv   *telamontest.Server
	open  opener
	today bool
	who   credentials // of the organization's owner
	owner *client
	actor object // the owner in events

	project string
	log     []change
	called  map[string]bool // operations
}

// as is a client with other credentials.
func (w *world) as(who credentials) *client {
	w.t.Helper()
	c, err := w.open(w.t.Context(), w.srv.URL, who)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// key is a client with an API key that has just been created.
func (w *world) key(r reply) *client {
	w.t.Helper()
	return w.as(credentials{id: r.str("publicKey"), secret: r.str("privateKey")})
}

// account is a client with a service account that has just been created.
func (w *world) account(r reply) *client {
	w.t.Helper()
	return w.as(credentials{id: r.str("clientId"), secret: r.str("secrets", 0, "secret"), oauth: true})
}

// do calls an operation as the owner; it must succeed.
func (w *world) do(operation string, args ...any) reply {
	w.t.Helper()
	return w.by(w.owner, operation, args...)
}

// by calls an operation with a client; it must succeed.
func (w *world) by(c *client, operation string, args ...any) reply {
	w.t.Helper()
	w.called[operation] = true
	r, err := c.call(operation, args...)
	if err != nil {
		w.t.Fatalf("%s: %v", operation, err)
	}
	return r
}

// no calls an operation as the owner; it must fail with the status and the code.
func (w *world) no(status int, code, operation string, args ...any) *fail {
	w.t.Helper()
	return w.noBy(w.owner, status, code, operation, args...)
}

// noBy calls an operation with a client; it must fail with the status and the code.
func (w *world) noBy(c *client, status int, code, operation string, args ...any) *fail {
	w.t.Helper()
	_, err := c.call(operation, args...)
	var f *failure
	if !errors.As(err, &f) || f.fail.Error != status || f.ErrorCode != code || f.Reason != http.StatusText(status) || f.Detail == "" {
		w.t.Fatalf("%s: want %d %s, got %v (%+v)", operation, status, code, err, f)
	}
	return &f.fail
}

// of fails the test unless these are the error's parameters.
func (w *world) of(f *fail, parameters ...any) {
	w.t.Helper()
	if len(f.Parameters)+len(parameters) > 0 && !same(f.Parameters, parameters) {
		w.t.Errorf("parameters of %s: %v, want %v", f.ErrorCode, f.Parameters, parameters)
	}
}

// naming fails the test unless these are the fields in the error's violations.
func (w *world) naming(f *fail, fields ...string) {
	w.t.Helper()
	var got []string
	for _, v := range f.BadRequestDetail.Fields {
		if v.Description == "" {
			w.t.Errorf("the violation of %s has no description", v.Field)
		}
		got = append(got, v.Field)
	}
	if !reflect.DeepEqual(got, fields) {
		w.t.Errorf("violations named: %v, want %v", got, fields)
	}
}

// shows fails the test unless the reply has all fields of want with their values. It may have others.
func (w *world) shows(r reply, want any) {
	w.t.Helper()
	want, err := plain(want)
	if err != nil {
		w.t.Fatal(err)
	}
	if where := lacks("answer", r.value, want); where != "" {
		w.t.Errorf("%s, in %s", where, text(r.value))
	}
}

// lacks returns where got does not have what is wanted, or "". Lists must have the same length. nil in want is a field that
// must be absent.
func lacks(where string, got, want any) string {
	switch want := want.(type) {
	case object:
		got, _ := got.(object)
		for k, v := range want {
			if l := lacks(where+"."+k, got[k], v); l != "" {
				return l
			}
		}
		return ""
	case list:
		got, _ := got.(list)
		if len(got) != len(want) {
			return fmt.Sprintf("%s has %d items, not %d", where, len(got), len(want))
		}
		for i, v := range want {
			if l := lacks(fmt.Sprintf("%s[%d]", where, i), got[i], v); l != "" {
				return l
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("%s is %v, not %v", where, got, want)
	}
	return ""
}

// at returns the value at a path of names and positions in the answer, or nil.
func (r reply) at(path ...any) any {
	v := r.value
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, _ := v.(object)
			v = o[p]
		case int:
			l, _ := v.(list)
			if v = nil; p < len(l) {
				v = l[p]
			}
		}
	}
	return v
}

// str returns the string at a path in the answer, or "".
func (r reply) str(path ...any) string {
	s, _ := r.at(path...).(string)
	return s
}

// results are the items of a page.
func (r reply) results() list {
	l, _ := r.at("results").(list)
	return l
}

// each is a field of each item.
func each(items list, field string) (out []any) {
	for _, i := range items {
		out = append(out, i.(object)[field])
	}
	return out
}

func same(a, b any) bool { return text(a) == text(b) }

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
