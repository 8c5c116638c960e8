package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
)

const (
	group = "32b6e34b3d91647abb20e7b8"
	org   = "42b6e34b3d91647abb20e7b8"
)

type thing struct {
	Links []Link `json:"links,omitempty" api:"readonly"`
	Name  string `json:"name" api:"required,maxLen=5"`
	Old   string `json:"old,omitempty" api:"readonly"`
}

type thingIn struct {
	InGroup
	Name string `path:"name"`
}

type listIn struct {
	InGroup
	Paging
	Types []string `query:"type" api:"enum=a|b"`
}

type postIn struct {
	InGroup
	Body thing
}

// theirs is an authenticator whose callers say in a header who they are.
type theirs struct{}

func (theirs) Authenticate(r *http.Request) (*authz.Principal, error) {
	switch r.Header.Get("Who") {
	case "owner":
		return &authz.Principal{ID: "owner", Grants: []authz.Grant{{Role: authz.OrgOwner, OrgID: org}}}, nil
	case "reader":
		return &authz.Principal{ID: "reader", Grants: []authz.Grant{{Role: authz.GroupReadOnly, GroupID: group}}}, nil
	case "writer":
		return &authz.Principal{ID: "writer", Grants: []authz.Grant{{Role: authz.GroupSearchIndexEditor, GroupID: group}}}, nil
	case "elsewhere":
		return nil, fault.AddressNotListed.With("192.0.2.1")
	}
	return nil, fault.Unauthenticated.With()
}

func (theirs) Challenge(h http.Header, _ error) { h.Set("WWW-Authenticate", "Digest") }

func (theirs) Address(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.1") }

type oneProject struct{}

func (oneProject) Project(_ context.Context, id string) (string, error) {
	if id != group {
		return "", fault.GroupNotFound.With(id)
	}
	return org, nil
}

func (oneProject) Organization(_ context.Context, id string) error {
	if id != org {
		return fault.OrgNotFound.With(id)
	}
	return nil
}

var things = Operations{
	{
		ID: "getThing", Method: http.MethodGet, Path: "/groups/{groupId}/things/{name}", Tag: "Things", Summary: "Get",
		Roles: authz.Any(authz.GroupReadOnly), Status: 200, Level: Real, Errors: fault.Kinds{fault.ClusterNotFound},
		Versions: []Version{
			At("2023-01-01", func(_ context.Context, in thingIn) (thing, error) {
				return thing{Name: in.Name, Old: "yes", Links: Self("/x")}, nil
			}).Until("2027-07-01"),
			At("2024-08-05", func(_ context.Context, in thingIn) (thing, error) {
				switch in.Name {
				case "gone":
					return thing{}, fault.ClusterNotFound.With("gone", in.GroupID).Because(errors.New("a secret cause"))
				case "bug":
					return thing{}, errors.New("a secret cause")
				case "undeclared":
					return thing{}, fault.UserAlreadyExists.With("x")
				case "panic":
					panic("a secret cause")
				}
				return thing{Name: in.Name}, nil
			}),
		},
	},
	{
		ID: "listThings", Method: http.MethodGet, Path: "/groups/{groupId}/things", Tag: "Things", Summary: "List",
		Roles: authz.Any(authz.GroupReadOnly), Status: 200, Level: Real,
		Versions: []Version{At("2023-01-01", func(_ context.Context, in listIn) (Page[thing], error) {
			return PageOf(in.Paging, []thing{{Name: "a", Links: Self("/a")}, {Name: "b"}, {Name: "c"}}), nil
		})},
	},
	{
		ID: "postThing", Method: http.MethodPost, Path: "/groups/{groupId}/things", Tag: "Things", Summary: "Post",
		Roles: authz.Any(authz.GroupOwner), Status: 201, Level: Real,
		Versions: []Version{At("2023-01-01", func(_ context.Context, in postIn) (thing, error) { return in.Body, nil })},
	},
	{
		ID: "addRole", Method: http.MethodPost, Path: "/groups/{groupId}/things/{name}:poke", Tag: "Things", Summary: "Poke",
		Roles: authz.Any(authz.GroupOwner).OrSelf("name"), Status: 204, Level: Real,
		Versions: []Version{At("2023-02-01", func(context.Context, thingIn) (None, error) { return None{}, nil })},
	},
	{
		ID: "seekThing", Method: http.MethodGet, Path: "/groups/{groupId}/things/{name}/seek", Tag: "Things", Summary: "Seek",
		Roles: authz.Any(authz.GroupReadOnly), Status: 200, Level: Real, MayBeEmpty: true,
		Versions: []Version{At("2023-01-01", func(_ context.Context, in thingIn) (*thing, error) {
			if in.Name == "nothing" {
				return nil, nil
			}
			return &thing{Name: in.Name}, nil
		})},
	},
}

var config = Config{Auth: theirs{}, Scopes: oneProject{}, Logger: slog.New(slog.DiscardHandler)}

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(things, config)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func call(t testing.TB, who, version, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	r.Header.Set("Who", who)
	if version != "" {
		r.Header.Set("Accept", "application/vnd.atlas."+version+"+json")
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	engine(t).ServeHTTP(w, r)
	return w
}

const here = "/groups/" + group + "/things"

func TestTheOrderOfChecks(t *testing.T) {
	for _, c := range []struct {
		name, who, version, method, path, body string
		status                                 int
		code                                   string
	}{
		{"credentials before everything", "", "", "GET", "/nothing", "", 401, "UNEXPECTED_ERROR"},
		{"address before version", "elsewhere", "", "GET", here, "", 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"},
		{"route before a version that is missing", "owner", "", "GET", "/nothing", "", 404, "RESOURCE_NOT_FOUND"},
		{"a date that is none", "owner", "2023-01-02", "GET", here, "", 406, "INVALID_VERSION_DATE"},
		{"route before parameters", "owner", "2023-01-01", "GET", "/groups/XYZ/nothing?pageNum=0", "", 404, "RESOURCE_NOT_FOUND"},
		{"another method", "owner", "2023-01-01", "PUT", here, "", 405, "METHOD_NOT_ALLOWED"},
		{"before its first version", "owner", "2023-01-01", "POST", here + "/x:poke", "", 406, "INVALID_VERSION_DATE"},
		{"parameters before roles", "reader", "2023-01-01", "POST", "/groups/XYZ/things", "", 400, "VALIDATION_ERROR"},
		{"scope before body", "owner", "2023-01-01", "POST", "/groups/" + org + "/things", "{", 404, "GROUP_NOT_FOUND"},
		{"roles before body", "reader", "2023-01-01", "POST", here, "{", 403, "USER_UNAUTHORIZED"},
		{"body at last", "owner", "2023-01-01", "POST", here, "{", 400, "INVALID_JSON"},
		{"violations", "owner", "2023-01-01", "POST", here, `{"name":"toolong"}`, 400, "VALIDATION_ERROR"},
		{"a declared error", "owner", "2024-08-05", "GET", here + "/gone", "", 404, "CLUSTER_NOT_FOUND"},
		{"a bug", "owner", "2024-08-05", "GET", here + "/bug", "", 500, "UNEXPECTED_ERROR"},
		{"an undeclared error", "owner", "2024-08-05", "GET", here + "/undeclared", "", 500, "UNEXPECTED_ERROR"},
		{"a panic", "owner", "2024-08-05", "GET", here + "/panic", "", 500, "UNEXPECTED_ERROR"},
		{"a project role is enough", "reader", "2023-01-01", "GET", here, "", 200, ""},
		{"oneself", "reader", "2023-02-01", "POST", here + "/reader:poke", "", 403, "USER_UNAUTHORIZED"},
		{"an organization's owner owns its projects", "owner", "2023-02-01", "POST", here + "/x:poke", "", 204, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := call(t, c.who, c.version, c.method, c.path, c.body)
			var e Error
			_ = json.Unmarshal(w.Body.Bytes(), &e)
			if w.Code != c.status || e.ErrorCode != c.code {
				t.Errorf("%d %s, want %d %s: %s", w.Code, e.ErrorCode, c.status, c.code, w.Body)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("the cause reached the caller: %s", w.Body)
			}
			if header := w.Header().Get("X-Error-Code"); c.status >= 400 && (header != c.code) != (c.status == 401) {
				t.Errorf("X-Error-Code %q", header)
			}
		})
	}
}

func TestTheNewestVersionNotLaterThanTheDate(t *testing.T) {
	for asked, want := range map[string]string{"2023-01-01": "2023-01-01", "2023-10-01": "2023-01-01", "2024-08-05": "2024-08-05", "2025-03-12": "2024-08-05"} {
		w := call(t, "owner", asked, "GET", here+"/a", "")
		if got := w.Header().Get("Content-Type"); got != "application/vnd.atlas."+want+"+json;charset=utf-8" {
			t.Errorf("%s: %s", asked, got)
		}
		deprecation, sunset := w.Header().Get("Deprecation"), w.Header().Get("Sunset")
		if want == "2023-01-01" && (deprecation != "Mon, 5 Aug 2024 00:00:00 GMT" || sunset != "Thu, 1 Jul 2027 00:00:00 GMT") {
			t.Errorf("%s: Deprecation %q, Sunset %q", asked, deprecation, sunset)
		}
		if want != "2023-01-01" && deprecation+sunset != "" {
			t.Errorf("%s: Deprecation %q, Sunset %q", asked, deprecation, sunset)
		}
	}
}

// TestHead: HEAD is GET without the body (RFC 9110, section 9.3.2); net/http leaves the body out.
func TestHead(t *testing.T) {
	for path, status := range map[string]int{here: 200, here + "/a": 200, "/nothing": 404} {
		if w := call(t, "reader", "2024-08-05", "HEAD", path, ""); w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
	if w := call(t, "", "2024-08-05", "HEAD", here, ""); w.Code != 401 {
		t.Errorf("without credentials: %d", w.Code)
	}
}

// TestPublicIsWhatIsRouted: a path that reads like a public one, but is routed elsewhere, needs credentials.
func TestPublicIsWhatIsRouted(t *testing.T) {
	answer := func(context.Context, struct{}) (None, error) { return None{}, nil }
	named := func(context.Context, struct {
		Name string `path:"name"`
	}) (None, error) {
		return None{}, nil
	}
	e, err := New(Operations{
		{ID: "open", Method: "GET", Path: "/open/door", Tag: "T", Summary: "S", Roles: authz.Public, Status: 204, Level: Real, Versions: []Version{At("2023-01-01", answer)}},
		{ID: "named", Method: "GET", Path: "/{name}", Tag: "T", Summary: "S", Roles: authz.Authenticated, Status: 204, Level: Real, Versions: []Version{At("2023-01-01", named)}},
	}, config)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/open/door": 204, "/open%2Fdoor": 401, "/%6Fpen/door": 401} {
		r := httptest.NewRequest("GET", Prefix+path, nil)
		r.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
		w := httptest.NewRecorder()
		if e.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d, not %d", path, w.Code, want)
		}
	}
}

// TestAllow: a 405 says what there is instead (RFC 9110, section 15.5.6).
func TestAllow(t *testing.T) {
	for path, want := range map[string]string{here: "GET, HEAD, POST", here + "/a": "GET, HEAD"} {
		if got := call(t, "owner", "2024-08-05", "PUT", path, "").Header().Get("Allow"); got != want {
			t.Errorf("%s: Allow %q, want %q", path, got, want)
		}
	}
}

func TestPathsAreDecodedPerSegment(t *testing.T) {
	w := call(t, "owner", "2024-08-05", "GET", here+"/a%2Fb+c%C3%A9", "")
	if !strings.Contains(w.Body.String(), `"name":"a/b+cé"`) {
		t.Error(w.Body)
	}
}

// TestAuthorizationReadsPathsAsOperationsDo: an escape that need not be one names the same object (RFC 3986, section
// 6.2.2.2), and what is authorized is what the operation gets.
func TestAuthorizationReadsPathsAsOperationsDo(t *testing.T) {
	escaped := "/groups/%33" + group[1:] + "/things"
	if w := call(t, "reader", "2024-08-05", "GET", escaped, ""); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := call(t, "writer", "2024-08-05", "POST", escaped+"/%77riter:poke", ""); w.Code != 204 {
		t.Errorf("oneself: %d %s", w.Code, w.Body)
	}
}

func TestPagesHaveLinks(t *testing.T) {
	w := call(t, "owner", "2023-01-01", "GET", here+"?type=a&itemsPerPage=1&type=b&pageNum=2", "")
	var page Page[thing]
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	at := "http://example.com" + Prefix + here + "?type=a&type=b&"
	want := []Link{{at + "pageNum=2&itemsPerPage=1", "self"}, {at + "itemsPerPage=1&pageNum=1", "previous"}, {at + "itemsPerPage=1&pageNum=3", "next"}}
	if len(page.Links) != 3 || page.Links[0] != want[0] || page.Links[1] != want[1] || page.Links[2] != want[2] {
		t.Errorf("%v", page.Links)
	}
	if len(page.Results) != 1 || page.Results[0].Name != "b" || *page.TotalCount != 3 {
		t.Errorf("%+v", page)
	}
}

func TestPagesWithoutCountAndBeyondTheEnd(t *testing.T) {
	if body := call(t, "owner", "2023-01-01", "GET", here+"?includeCount=false", "").Body.String(); strings.Contains(body, "totalCount") {
		t.Error(body)
	}
	if body := call(t, "owner", "2023-01-01", "GET", here+"?pageNum=2000000000", "").Body.String(); !strings.Contains(body, `"results":[]`) {
		t.Error(body)
	}
	for _, q := range []string{"pageNum=0", "itemsPerPage=501", "itemsPerPage=x", "includeCount=1", "type=c", "pageNum=1&pageNum=2", "pageNum=99999999999", "envelope=maybe", "type=%zz"} {
		if w := call(t, "owner", "2023-01-01", "GET", here+"?"+q, ""); w.Code != 400 {
			t.Errorf("%s: %d %s", q, w.Code, w.Body)
		}
	}
}

func TestEnvelopeAndPretty(t *testing.T) {
	if got := call(t, "owner", "2024-08-05", "GET", here+"/a?envelope=true", "").Body.String(); got != `{"status":200,"content":{"name":"a"}}` {
		t.Errorf("an object in an envelope: %s", got)
	}
	if got := call(t, "owner", "2023-01-01", "GET", here+"?envelope=true", "").Body.String(); !strings.HasSuffix(got, `,"status":200}`) {
		t.Errorf("a list in an envelope: %s", got)
	}
	if got := call(t, "owner", "2024-08-05", "GET", here+"/gone?envelope=true", "").Body.String(); !strings.HasPrefix(got, `{"status":404,"content":{`) {
		t.Errorf("an error in an envelope: %s", got)
	}
	if got := call(t, "owner", "2024-08-05", "GET", here+"/a?pretty=true", "").Body.String(); got != "{\n  \"name\": \"a\"\n}\n" {
		t.Errorf("an indented answer: %q", got)
	}
}

func TestAnswersThatMayBeEmpty(t *testing.T) {
	if a := call(t, "owner", "2023-01-01", "GET", here+"/a/seek", ""); a.Code != 200 || a.Body.String() != `{"name":"a"}` {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	a := call(t, "owner", "2023-01-01", "GET", here+"/nothing/seek?envelope=true", "")
	if a.Code != 204 || a.Body.Len() != 0 || !strings.HasPrefix(a.Header().Get("Content-Type"), "application/vnd.atlas.2023-01-01+json") {
		t.Errorf("%d %q %v", a.Code, a.Body, a.Header())
	}
}

func TestBodies(t *testing.T) {
	send := func(contentType string, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", Prefix+here, strings.NewReader(body))
		r.Header.Set("Who", "owner")
		r.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		engine(t).ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		contentType, body string
		status            int
	}{
		{"application/json", `{"name":"a"}`, 201},
		{"application/json; charset=utf-8", `{"name":"a","old":"ignored"}`, 201},
		{"application/vnd.atlas.2024-08-05+json", `{"name":"a"}`, 201},
		{"text/plain", `{"name":"a"}`, 415},
		{"", `{"name":"a"}`, 415},
		{"application/json", `{"name":"` + strings.Repeat("a", MaxBody) + `"}`, 413},
		{"application/json", ``, 400},
		{"application/json", `{"name":"a","name":"b"}`, 400},
		{"application/json", strings.Repeat(`{"name":`, 10000), 400},
		{"application/json", "{\"name\":\"\xff\"}", 400},
	} {
		if w := send(c.contentType, c.body); w.Code != c.status {
			t.Errorf("%q %.40q: %d %.200s", c.contentType, c.body, w.Code, w.Body)
		}
	}
	if w := send("application/json", `{"name":"a","old":"ignored"}`); strings.Contains(w.Body.String(), "ignored") {
		t.Error(w.Body)
	}
}

// TestRolesNeedAScope: an operation whose path names no scope does not start, unless it says that roles count wherever
// they are held; and a scope that comes out empty admits nobody.
func TestRolesNeedAScope(t *testing.T) {
	answer := func(context.Context, struct {
		RingID string `path:"ringId"`
	}) (None, error) {
		return None{}, nil
	}
	op := Op{ID: "ring", Method: "GET", Path: "/rings/{ringId}", Tag: "T", Summary: "S", Status: 204, Level: Real, Versions: []Version{At("2023-01-01", answer)}}
	rings := config
	rings.Named = []ScopeParameter{{"ringId", func(_ context.Context, id string) (authz.Scope, error) {
		switch id {
		case "ours":
			return authz.Scope{OrgID: org}, nil
		case "forgotten":
			return authz.Scope{}, nil
		}
		return authz.Scope{OrgID: "another"}, nil
	}}}
	op.Roles = authz.Any(authz.GroupOwner)
	if _, err := New(Operations{op}, config); err == nil || !strings.Contains(err.Error(), "names no scope") {
		t.Errorf("roles without a scope: %v", err)
	}
	for _, c := range []struct {
		roles authz.Requirement
		cfg   Config
		path  string
		want  int
	}{
		{authz.Any(authz.GroupOwner).Anywhere(), config, "ours", 204},
		{authz.Any(authz.OrgOwner).Anywhere(), config, "ours", 204},
		{authz.Any(authz.GroupOwner), rings, "ours", 204},
		{authz.Any(authz.GroupOwner), rings, "theirs", 403},
		{authz.Any(authz.GroupOwner), rings, "forgotten", 403},
	} {
		op.Roles = c.roles
		e, err := New(Operations{op}, c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", Prefix+"/rings/"+c.path, nil)
		r.Header.Set("Who", "owner")
		r.Header.Set("Accept", "application/vnd.atlas.2023-01-01+json")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.path, w.Code, c.want)
		}
	}
}

// TestRequireNeedsAScope: so does what an operation asks of its caller by itself.
func TestRequireNeedsAScope(t *testing.T) {
	ctx := authz.NewContext(t.Context(), &authz.Principal{Grants: []authz.Grant{{Role: authz.OrgOwner, OrgID: org}}})
	if err := Require(ctx, authz.Any(authz.OrgOwner), authz.Scope{OrgID: org}); err != nil {
		t.Error(err)
	}
	if Require(ctx, authz.Any(authz.OrgOwner), authz.Scope{}) == nil {
		t.Error("an owner of something may do something nowhere")
	}
}

func TestDeclarationsAreChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Op){
		"no roles":             func(o *Op) { o.Roles = authz.Requirement{} },
		"no version":           func(o *Op) { o.Versions = nil },
		"an unknown date":      func(o *Op) { o.Versions[0].Date = "2023-01-02" },
		"an unbound parameter": func(o *Op) { o.Path = "/groups/{groupId}/things/{name}/{more}" },
		"empty without a way":  func(o *Op) { o.MayBeEmpty = true },
		"a taken id":           func(o *Op) { o.ID = "listThings" },
		"a taken route":        func(o *Op) { o.Path = "/groups/{groupId}/things/{name}"; o.ID = "other"; o.Method = "GET" },
	} {
		ops := append(Operations{}, things...)
		o := ops[0]
		o.Versions = append([]Version{}, o.Versions...)
		if name == "a taken route" {
			ops = append(ops, o)
			spoil(&ops[len(ops)-1])
		} else {
			spoil(&o)
			ops[0] = o
		}
		if _, err := New(ops, config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"application/vnd.atlas.2023-01-01+json", "*/*", "text/html, application/vnd.atlas.2025-03-12+json;q=0.1", "application/vnd.atlas.+json", ",,;;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		if d, err := accepted(http.Header{"Accept": {accept}}); err == nil && !d.date.known() {
			t.Errorf("%q gave %q", accept, d.date)
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add("GET", here+"/a%2Fb?pretty=true", `{"name":"a"}`)
	f.Add("POST", here, `{"name":null}`)
	f.Add("POST", here+"/x:poke", "")
	f.Add("HEAD", "//groups/%00/..;/?&&=", "\xff")
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequest(method, "http://example.com", strings.NewReader(body))
		if err != nil {
			return
		}
		if r.URL, err = r.URL.Parse("http://example.com" + Prefix + target); err != nil {
			return
		}
		r.Header = http.Header{"Who": {"owner"}, "Accept": {"application/vnd.atlas.2025-03-12+json"}, "Content-Type": {"application/json"}}
		w := httptest.NewRecorder()
		engine(t).ServeHTTP(w, r)
		asked := strings.ContainsAny(target, "%") || strings.Contains(target, "bug") || strings.Contains(target, "panic") || strings.Contains(target, "undeclared")
		if w.Code == http.StatusInternalServerError && !asked {
			t.Errorf("%s %s %q: %s", method, target, body, w.Body)
		}
	})
}
