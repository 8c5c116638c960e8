package clouduser_test

import (
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

const password = "Tr0ub4dor-and-3-horses"

type object = map[string]any

// person is a creation's body.
func person(username string, roles ...object) object {
	return object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179",
		"password": password, "username": username, "roles": append([]object{}, roles...),
	}
}

func inOrg(s *apitest.Server, role string) object { return object{"orgId": s.OrgID, "roleName": role} }

func inProject(s *apitest.Server, role string) object {
	return object{"groupId": s.ProjectID, "roleName": role}
}

// create creates a user and returns the id.
func create(t *testing.T, s *apitest.Server, username string, roles ...object) string {
	t.Helper()
	return s.Owner().Post("/users", person(username, roles...)).Want(http.StatusOK).Object()["id"].(string)
}

// letter is a mail that lies in the outbox.
type letter struct {
	to, subject, text string
	link              string
}

var link = regexp.MustCompile(`http://\S+/invitations/\S+`)

// letters waits until everything due is done, and reads the outbox.
func letters(t *testing.T, s *apitest.Server) []letter {
	t.Helper()
	s.Advance(0)
	names, err := filepath.Glob(filepath.Join(s.DataDir, "outbox", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var out []letter
	for _, name := range names {
		if filepath.Ext(name) != ".eml" {
			t.Errorf("the outbox has %s", name)
			continue
		}
		out = append(out, read(t, name))
	}
	return out
}

// read is what a mail program makes of a file.
func read(t *testing.T, name string) letter {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return letter{m.Header.Get("To"), m.Header.Get("Subject"), string(text), link.FindString(string(text))}
}

// linkOf is the link in the one letter to username.
func linkOf(t *testing.T, s *apitest.Server, username string) string {
	t.Helper()
	all := slices.DeleteFunc(letters(t, s), func(l letter) bool { return l.to != "<"+username+">" })
	if len(all) != 1 || all[0].link == "" {
		t.Fatalf("letters to %s: %+v", username, all)
	}
	return all[0].link
}

// path is what a link has after the server's address, which changes with a restart.
func path(link string) string { return link[strings.Index(link, "/invitations/"):] }

// visit gets a page without credentials.
func visit(t *testing.T, link string) (int, http.Header, string) {
	t.Helper()
	return fetch(t, http.MethodGet, link, "", "")
}

// answer sends a page's form.
func answer(t *testing.T, link, how string) (int, string) {
	t.Helper()
	status, _, body := fetch(t, http.MethodPost, link, "application/x-www-form-urlencoded", url.Values{"answer": {how}}.Encode())
	return status, body
}

func fetch(t *testing.T, method, link, contentType, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, link, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(raw)
}

// statuses are the project's users by username with their status in the newest version.
func statuses(t *testing.T, s *apitest.Server, query string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, u := range s.Owner().Get("/groups/" + s.ProjectID + "/users" + query).Want(http.StatusOK).Results() {
		out[u["username"].(string)] = u["orgMembershipStatus"].(string)
	}
	return out
}

// onDisk works on the store of a stopped server, which runs again afterwards.
func onDisk(t *testing.T, s *apitest.Server, fn func(store.Tx) error, tables ...*store.Schema) {
	t.Helper()
	s.Stop()
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, tables)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}

// events are a series' events, oldest first.
func events(t *testing.T, s *apitest.Server, series string) (out []*event.Event) {
	t.Helper()
	onDisk(t, s, func(tx store.Tx) error {
		rows, err := tx.Events(store.EventQuery{Series: series})
		for _, row := range slices.Backward(rows) {
			e, err := event.Decode(row)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return err
	})
	return out
}

// told are "TYPE username by actor" of those events that are about users.
func told(all []*event.Event) (out []string) {
	for _, e := range all {
		if e.TargetUser != "" {
			out = append(out, string(e.Type)+" "+e.TargetUser+" by "+string(e.ActorKind))
		}
	}
	return out
}

// key makes an API key with one role.
func key(t *testing.T, s *apitest.Server, grant authz.Grant) *apitest.Caller {
	t.Helper()
	k, private := authn.NewAPIKey(s.OrgID, "a key", []authz.Grant{grant}, time.Now())
	onDisk(t, s, func(tx store.Tx) error { return state.APIKeys.Put(tx, k) }, state.APIKeys.Schema())
	return s.As(k.PublicKey, private)
}
