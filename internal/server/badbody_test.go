package server

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/store"
)

// bodies calls fn for every version of every operation that takes a body, and fails the test if the store is not
// afterwards what it was before.
func (m *scene) bodies(t *testing.T, fn func(t *testing.T, op *api.Op, v *api.Version)) {
	t.Helper()
	for _, op := range m.server.engine.Operations() {
		for i := range op.Versions {
			v := &op.Versions[i]
			if body, _ := v.RequestBody(); body == nil {
				continue
			}
			t.Run(op.ID+" "+string(v.Date), func(t *testing.T) {
				before := m.digest(t)
				fn(t, &op, v)
				if m.digest(t) != before {
					t.Error("something has been stored")
				}
			})
		}
	}
}

// TestEveryWrongBodyIsRefused makes each field of each body wrong in each way. The answer names that field and no other,
// and nothing is stored.
func TestEveryWrongBodyIsRefused(t *testing.T) {
	m := newScene(t)
	m.bodies(t, func(t *testing.T, op *api.Op, v *api.Version) {
		node, _ := v.RequestBody()
		for _, bad := range mutations(t, node, op.Method == http.MethodPatch) {
			a := m.post(op, v, bad.body)
			if fields := a.refused(t, http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(slices.Compact(fields), []string{bad.field}) {
				t.Errorf("%s: %s: %d names %q\n%s\n%s", bad.field, bad.what, a.Code, fields, bad.body, a.Body)
			}
		}
	})
}

// TestWhatIsNoJSONIsRefused sends bodies that no schema is asked about.
func TestWhatIsNoJSONIsRefused(t *testing.T) {
	m := newScene(t)
	const deep = 10_000
	m.bodies(t, func(t *testing.T, op *api.Op, v *api.Version) {
		for _, body := range []string{
			"{", "[", `{"name":`, `{"name":"a",}`, `{"name" "a"}`, `{"a":1}{"a":1}`, `[] []`, "nul", "NaN", "01", "'a'", "{name:1}", "/**/{}",
			`{"name":"a","name":"b"}`, `[{"a":1,"a":1}]`, "{\"\xff\":1}", "{\"name\":\"\xc3\x28\"}", "\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00", "{\"a\":\"\x00\"}",
			`{"a":"\x"}`, `{"a":"\u12"}`, strings.Repeat("[", deep), strings.Repeat(`{"a":`, deep), strings.Repeat("[", deep) + strings.Repeat("]", deep),
		} {
			a := m.post(op, v, body)
			if fields := a.refused(t, http.StatusBadRequest, "INVALID_JSON"); !slices.Equal(fields, []string{"body"}) {
				t.Errorf("%.40q: %d names %q: %s", body, a.Code, fields, a.Body)
			}
		}
		if node, required := v.RequestBody(); required {
			a := m.post(op, v, "null")
			if fields := a.refused(t, http.StatusBadRequest, "VALIDATION_ERROR"); node.Type != "" && !slices.Equal(fields, []string{"body"}) {
				t.Errorf("null: %d %s", a.Code, a.Body)
			}
			m.post(op, v, "").refused(t, http.StatusBadRequest, "INVALID_JSON")
		}
	})
}

// TestOtherMediaIsRefused: a body that is not JSON, or not UTF-8, or compressed, is not looked at.
func TestOtherMediaIsRefused(t *testing.T) {
	m := newScene(t)
	m.bodies(t, func(t *testing.T, op *api.Op, v *api.Version) {
		for _, h := range []http.Header{
			{"Content-Type": {""}}, {"Content-Type": {"text/plain"}}, {"Content-Type": {"json"}}, {"Content-Type": {"application/json; charset=utf-16"}},
			{"Content-Type": {"application/x-www-form-urlencoded"}}, {"Content-Type": {"application/json;;=;"}}, {"Content-Type": {"application/vnd.atlas.json"}},
			{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}},
		} {
			m.with(op, v, h, `{"name":"a"}`).refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE")
		}
		for _, kind := range []string{"application/json", "application/json; charset=UTF-8", "Application/JSON;charset=\"utf-8\"", v.Date.MediaType()} {
			m.with(op, v, http.Header{"Content-Type": {kind}}, "{").refused(t, http.StatusBadRequest, "INVALID_JSON")
		}
	})
}

// TestLargeBodiesAreNotTakenIn: what is too large is refused before it is read, or as soon as it is known.
func TestLargeBodiesAreNotTakenIn(t *testing.T) {
	m := newScene(t)
	large := `{"name":"` + strings.Repeat("x", 10<<20) + `"}`
	m.bodies(t, func(t *testing.T, op *api.Op, v *api.Version) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := m.post(op, v, large)
		runtime.ReadMemStats(&after)
		a.refused(t, http.StatusRequestEntityTooLarge, "REQUEST_ENTITY_TOO_LARGE")
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
			t.Errorf("10 MB that the server refuses cost it %d bytes", grown)
		}
	})
}

// TestSmallBodiesTakeLittle: what fits into the largest body takes some megabytes at most once it is decoded, be it ever so
// finely divided.
func TestSmallBodiesTakeLittle(t *testing.T) {
	m := newScene(t)
	var bodies []string
	for _, item := range []string{`{}`, `[]`, `0`, `""`, `{"a":1}`, `{"a":[{}]}`} {
		bodies = append(bodies, "["+strings.Repeat(item+",", (api.MaxBody-100)/(len(item)+1))+item+"]")
	}
	var fields strings.Builder
	for i := range api.MaxBody / 10 {
		fmt.Fprintf(&fields, `"%x":0,`, i)
	}
	bodies = append(bodies, "{"+fields.String()+`"x":0}`, `{"name":"`+strings.Repeat("x", api.MaxBody-100)+`"}`)
	seen := map[string]bool{} // one operation of each kind of body: what comes before its schema is the same for all
	m.bodies(t, func(t *testing.T, op *api.Op, v *api.Version) {
		kind := bodyOf(op).Type
		if seen[kind] {
			return
		}
		seen[kind] = true
		for _, body := range bodies {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			a := m.post(op, v, body)
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; a.Code < 400 || a.Code >= 500 || grown > 24<<20 {
				t.Errorf("%.20q: %d %.300s, %d bytes", body, a.Code, a.Body, grown)
			}
		}
	})
}

// post sends a body as the owner.
func (m *scene) post(op *api.Op, v *api.Version, body string) *answer {
	return m.with(op, v, http.Header{"Content-Type": {"application/json"}}, body)
}

func (m *scene) with(op *api.Op, v *api.Version, h http.Header, body string) *answer {
	h.Set("Accept", v.Date.MediaType())
	return m.sendAs(m.owner, op.Method, m.uri(op), h, body)
}

// refused fails the test unless the answer is an error in the API's shape, and returns the fields that it names.
func (a *answer) refused(t *testing.T, status int, code string) (fields []string) {
	t.Helper()
	var e struct {
		Error      int
		ErrorCode  string
		Detail     string
		Reason     string
		Parameters []any
		Bad        struct {
			Fields []struct{ Field, Description string }
		} `json:"badRequestDetail"`
	}
	err := json.Unmarshal(a.Body.Bytes(), &e)
	if err != nil || a.Code != status || e.Error != a.Code || e.ErrorCode != code || a.code() != code || e.Detail == "" || e.Reason == "" || e.Parameters == nil {
		t.Errorf("%d %q %.300s, want %d %s", a.Code, a.code(), a.Body, status, code)
	}
	for _, f := range e.Bad.Fields {
		if f.Description == "" {
			t.Errorf("%s is named without a reason", f.Field)
		}
		fields = append(fields, f.Field)
	}
	return fields
}

// digest is what is in the store, as a hash: every row of every table, and how many events there are.
func (m *scene) digest(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	err := m.server.store.View(t.Context(), func(tx store.Tx) error {
		sum.Reset() // View may run this again
		for _, table := range m.server.tables() {
			rows, err := tx.Scan(table, store.Query{})
			if err != nil {
				return err
			}
			for _, r := range rows {
				fmt.Fprintf(sum, "%s %s %d %s\n", table.Name, r.ID, r.Rev, r.Body)
			}
		}
		for _, series := range []string{m.org, m.project} {
			n, err := tx.CountEvents(store.EventQuery{Series: series})
			if err != nil {
				return err
			}
			fmt.Fprintf(sum, "%s %d\n", series, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
