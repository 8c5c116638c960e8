package server

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// scene is a server whose handler is called in process, with an organization and what may call it. Its reconcilers do
// not run.
type scene struct {
	t            testing.TB
	server       *Server
	handler      http.Handler
	org, project string
	owner        *caller
	unknown      map[string]*caller // strangers
}

// caller calls with an API key, by digest.
type caller struct {
	name, id, role     string
	foreign, elsewhere bool // owner of another organization, or of another project of this one
	public, private    string
	nonce              string
	count              int
	authorization      string // instead of the key's
}

// answer is what the server answered.
type answer struct{ *httptest.ResponseRecorder }

func (a *answer) code() string { return a.Header().Get("X-Error-Code") }

// open opens a server in a temporary directory and does not run it.
func open(t testing.TB) *Server {
	t.Helper()
	s, err := Open(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", LimitsOff: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.release(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := open(t)
	b := s.Bootstrap()
	m := &scene{t: t, server: s, handler: s.handler(), org: b.OrgID, project: b.ProjectID}
	m.owner = &caller{name: "the owner", role: "ORG_OWNER", public: b.PublicKey, private: b.PrivateKey}
	m.unknown = map[string]*caller{
		"nobody":        {authorization: "-"},
		"wrong key":     {public: "nobodyyy", private: b.PrivateKey},
		"wrong secret":  {public: b.PublicKey, private: "00000000-0000-4000-8000-000000000000"},
		"wrong token":   {authorization: "Bearer " + strings.Repeat("x", 43)},
		"wrong account": {authorization: "Basic bm9ib2R5OndoYXRldmVy"},
	}
	// Something lives in the project, so that neither it nor the organization can be deleted.
	cluster := `{"name":"resident","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"EU_WEST_1",` +
		`"priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}`
	if a := m.send(m.owner, http.MethodPost, api.Prefix+"/groups/"+m.project+"/clusters", cluster); a.Code != http.StatusCreated {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	return m
}

// ids are the path parameters that name what is there.
func (m *scene) ids() map[string]string {
	return map[string]string{"orgId": m.org, "groupId": m.project}
}

// callers has a key for each role, and keys of owners elsewhere.
func (m *scene) callers() []*caller {
	var all []*caller
	for _, role := range orgRoles {
		all = append(all, m.key(role, authz.Grant{Role: authz.Role(role), OrgID: m.org}, m.org))
	}
	for _, role := range groupRoles {
		all = append(all, m.key(role, authz.Grant{Role: authz.Role(role), GroupID: m.project}, m.org))
	}
	elsewhere := m.put(&model.Project{ID: model.NewID(), OrgID: m.org, Name: "elsewhere"}, nil)
	neighbour := m.key("GROUP_OWNER", authz.Grant{Role: authz.GroupOwner, GroupID: elsewhere}, m.org)
	neighbour.name, neighbour.elsewhere = "the owner of another project", true
	org := &model.Organization{ID: model.NewID(), Name: "Foreign"}
	m.put(&model.Project{ID: model.NewID(), OrgID: org.ID, Name: "foreign"}, org)
	foreigner := m.key("ORG_OWNER", authz.Grant{Role: authz.OrgOwner, OrgID: org.ID}, org.ID)
	foreigner.name, foreigner.foreign = "the owner of another organization", true
	return append(all, neighbour, foreigner)
}

func (m *scene) put(p *model.Project, o *model.Organization) string {
	m.update(func(tx store.Tx) error {
		if o != nil {
			if err := state.Organizations.Put(tx, o); err != nil {
				return err
			}
		}
		return state.Projects.Put(tx, p)
	})
	return p.ID
}

func (m *scene) key(role string, grant authz.Grant, org string) *caller {
	key, private := authn.NewAPIKey(org, role, []authz.Grant{grant}, time.Now())
	m.update(func(tx store.Tx) error { return state.APIKeys.Put(tx, key) })
	return &caller{name: role, id: key.ID, role: role, public: key.PublicKey, private: private}
}

func (m *scene) update(fn func(store.Tx) error) {
	m.t.Helper()
	if err := m.server.store.Update(m.t.Context(), fn); err != nil {
		m.t.Fatal(err)
	}
}

// call calls op with a body that is wrong everywhere, so that who gets past the roles changes nothing.
func (m *scene) call(op *api.Op, c *caller, ids map[string]string) *answer {
	if c.foreign && scopeOf(op) == "" {
		ids = maps.Clone(ids)
		maps.Copy(ids, map[string]string{"userId": m.server.bootstrap.OwnerUserID, "userName": firstOwner, "groupName": firstProject})
	}
	return m.to(op, c, target(op, ids, nil))
}

// to calls the newest version of op at a URI, with a body that it refuses, if it takes one.
func (m *scene) to(op *api.Op, c *caller, uri string) *answer {
	h := http.Header{"Accept": {newest(op).MediaType()}, "Content-Type": {"application/json"}}
	return m.sendAs(c, op.Method, uri, h, wrongBody(op))
}

// wrongBody is a body that op refuses, if it takes one.
func wrongBody(op *api.Op) string {
	if hasBody(op) {
		return `"wrong"`
	}
	return ""
}

func (m *scene) send(c *caller, method, uri, body string) *answer {
	h := http.Header{"Accept": {"application/vnd.atlas.2025-03-12+json"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return m.sendAs(c, method, uri, h, body)
}

func (m *scene) sendAs(c *caller, method, uri string, h http.Header, body string) *answer {
	r := httptest.NewRequest(method, uri, strings.NewReader(body))
	r.Header = h
	if auth := m.authorize(c, method, uri); auth != "-" {
		r.Header.Set("Authorization", auth)
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return &answer{w}
}

// authorize answers the server's challenge (RFC 7616, section 3.4), which it asks for once.
func (m *scene) authorize(c *caller, method, uri string) string {
	if c.authorization != "" {
		return c.authorization
	}
	if c.nonce == "" {
		challenge := m.send(&caller{authorization: "-"}, http.MethodGet, api.Prefix+"/", "").Header().Get("WWW-Authenticate")
		_, rest, _ := strings.Cut(challenge, `nonce="`)
		c.nonce, _, _ = strings.Cut(rest, `"`)
	}
	c.count++
	nc := fmt.Sprintf("%08x", c.count)
	response := md5Hex(authn.HA1(c.public, c.private), c.nonce, nc, "cnonce", "auth", md5Hex(method, uri))
	return fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", cnonce="cnonce", nc=%s, qop=auth, response="%s", algorithm=MD5`,
		c.public, authn.Realm, c.nonce, uri, nc, response)
}

func md5Hex(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(sum[:])
}

// names reports whether an answer's body has the id.
func (m *scene) names(a *answer, id string) bool { return strings.Contains(a.Body.String(), id) }

// stillStands: nobody has deleted what the matrix stands on.
func (m *scene) stillStands(t *testing.T) {
	t.Helper()
	err := m.server.store.View(t.Context(), func(tx store.Tx) error {
		_, err1 := state.Organizations.Get(tx, m.org)
		_, err2 := state.Projects.Get(tx, m.project)
		return errors.Join(err1, err2)
	})
	if err != nil {
		t.Errorf("the scene has been destroyed: %v", err)
	}
}
