package project_test

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type object = map[string]any

const nobody = "000000000000000000000000"

// body is a creation's body with what more it has.
func body(s *apitest.Server, name string, more object) object {
	o := object{"name": name, "orgId": s.OrgID}
	maps.Copy(o, more)
	return o
}

// create creates a project and returns its id.
func create(s *apitest.Server, name string) string {
	return s.Owner().Post("/groups", body(s, name, nil)).Want(http.StatusOK).Object()["id"].(string)
}

// keyWith makes an API key of the organization with a role.
func keyWith(s *apitest.Server, role string) *apitest.Caller {
	var k struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", fmt.Sprintf(`{"desc":"a test's","roles":[%q]}`, role)).Want(http.StatusOK).JSON(&k)
	return s.As(k.PublicKey, k.PrivateKey)
}

// keyIn makes an API key with these grants, for which there is no operation yet.
func keyIn(t *testing.T, s *apitest.Server, orgID string, grants ...authz.Grant) *apitest.Caller {
	t.Helper()
	k, private := authn.NewAPIKey(orgID, "a key", grants, time.Now())
	onDisk(t, s, func(tx store.Tx) error { return state.APIKeys.Put(tx, k) })
	return s.As(k.PublicKey, private)
}

// onDisk works on the store of a stopped server, which runs again afterwards.
func onDisk(t *testing.T, s *apitest.Server, fn func(store.Tx) error) {
	t.Helper()
	s.Stop()
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, []*store.Schema{
		state.Organizations.Schema(), state.Users.Schema(), state.Memberships.Schema(), state.APIKeys.Schema(), state.Projects.Schema(),
	})
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

// fill puts n projects into an organization: P000, P001 and so on.
func fill(t *testing.T, s *apitest.Server, orgID string, n int) {
	t.Helper()
	onDisk(t, s, func(tx store.Tx) error {
		for i := range n {
			if err := state.Projects.Put(tx, &model.Project{ID: model.NewID(), OrgID: orgID, Name: fmt.Sprintf("P%03d", i), Created: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// names are the names of the projects that a list has.
func names(a *apitest.Answer) []string {
	out := []string{}
	for _, p := range a.Want(http.StatusOK).Results() {
		out = append(out, p["name"].(string))
	}
	return out
}

// members are the usernames of a project's people with their first roles.
func members(s *apitest.Server, groupID string) (out []string) {
	for _, u := range s.Owner().Get("/groups/" + groupID + "/users").Want(http.StatusOK).Results() {
		out = append(out, u["username"].(string)+" "+u["roles"].([]any)[0].(string))
	}
	return out
}
