// Package terraform makes the calls that the Terraform provider makes for each resource, and checks the answers for the
// fields that the provider needs. So Terraform need not be installed.
package terraform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

// resource is a resource of the provider, with its calls.
type resource struct {
	name    string
	version string // of the API; "": the first, which the provider usually requests
	calls   []call
}

// call is one call. Names in braces are replaced by values that earlier calls have kept, in requests and in wanted answers.
type call struct {
	do      string // method and path
	version string // in place of the resource's
	settled bool   // made after all work of the server is done
	aDay    bool   // made a day and an hour later
	moving  bool   // the state may change, so a second read is not compared
	own     bool   // with the key that is kept as public and private
	body    string
	status  int    // 0: 200
	gone    string // the code of the 404 that must answer
	has     string // fields that must be there: a.0.b, separated by spaces
	lacks   string // fields that must not
	is      string // fields with their values: a.0.b=c, separated by spaces; a value may have spaces
	keep    string // name=field
}

func TestResources(t *testing.T) {
	s := apitest.Start(t)
	for _, r := range slices.Concat(resources, clusters, networks, callers, data, backups) {
		t.Run(r.name, func(t *testing.T) {
			ids := map[string]string{"{org}": s.OrgID, "{group}": s.ProjectID, "{owner}": s.OwnerUserID}
			for _, c := range r.calls {
				c.make(t, s, r.version, ids)
			}
		})
	}
}

func (c call) make(t *testing.T, s *apitest.Server, version string, ids map[string]string) {
	t.Helper()
	caller := s.Owner()
	if c.own {
		caller = s.As(ids["{public}"], ids["{private}"])
	}
	if c.settled {
		s.Advance(time.Second)
	}
	if c.aDay {
		s.Advance(25 * time.Hour)
	}
	method, path, _ := strings.Cut(fill(c.do, ids), " ")
	var body any
	if c.body != "" {
		body = fill(c.body, ids) + "\n"
	}
	caller = caller.At(cmp.Or(c.version, version, "2023-01-01"))
	a := caller.Do(method, path, body)
	if c.gone != "" {
		a.WantError(http.StatusNotFound, c.gone)
		return
	}
	if want := max(c.status, http.StatusOK); a.Status != want {
		t.Fatalf("%s: %d, want %d: %s", c.do, a.Status, want, a.Body)
	}
	if method == http.MethodGet && !c.moving {
		if again := caller.Do(method, path, nil); string(again.Body) != string(a.Body) {
			t.Errorf("%s: a second read differs, so Terraform would plan changes: %s, at first %s", c.do, again.Body, a.Body)
		}
	}
	var answer any
	if err := json.Unmarshal(a.Body, &answer); err != nil && len(a.Body) > 0 {
		t.Fatalf("%s: %v", c.do, err)
	}
	c.check(t, answer, ids)
	for _, pair := range strings.Fields(c.keep) {
		name, field, _ := strings.Cut(pair, "=")
		ids["{"+name+"}"] = fmt.Sprint(at(answer, field))
	}
}

func (c call) check(t *testing.T, answer any, ids map[string]string) {
	t.Helper()
	for _, field := range strings.Fields(c.has) {
		if at(answer, field) == nil {
			t.Errorf("%s: no %s in %v", c.do, field, answer)
		}
	}
	for _, field := range strings.Fields(c.lacks) {
		if v := at(answer, field); v != nil {
			t.Errorf("%s: %s is there: %v", c.do, field, v)
		}
	}
	for field, want := range pairs(fill(c.is, ids)) {
		if got := fmt.Sprint(at(answer, field)); got != want {
			t.Errorf("%s: %s is %s, want %s", c.do, field, got, want)
		}
	}
}

// pairs reads field=value pairs. A word without = belongs to the value before it.
func pairs(s string) map[string]string {
	all, last := map[string]string{}, ""
	for _, word := range strings.Fields(s) {
		field, value, found := strings.Cut(word, "=") // "" is the answer itself
		if found {
			last = field
			all[last] = value
		} else {
			all[last] += " " + word
		}
	}
	return all
}

func fill(s string, ids map[string]string) string {
	for name, id := range ids {
		s = strings.ReplaceAll(s, name, id)
	}
	return s
}

// at is the value of a field, such as a.0.b, or nil.
func at(v any, field string) any {
	if field == "" {
		return v
	}
	for _, part := range strings.Split(field, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}
