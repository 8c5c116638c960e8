package clouduser_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// The same name twice: with the accented letter as one character, and as two.
const composed, decomposed = "jos\u00e9@example.com", "jose\u0301@example.com"

// TestANameIsOnePerson, however its letters are composed.
func TestANameIsOnePerson(t *testing.T) {
	s := apitest.Start(t)
	create(t, s, composed, inOrg(s, "ORG_MEMBER"))
	s.Owner().Post("/users", person(decomposed)).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	s.Owner().Post("/orgs/"+s.OrgID+"/users", object{"username": decomposed, "roles": object{"orgRoles": []string{"ORG_MEMBER"}}}).
		WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	for _, name := range []string{composed, decomposed, "JOS\u00c9@example.com", "JOSE\u0301@example.com"} {
		if got := s.Owner().Get("/users/byName/" + url.PathEscape(name)).Want(http.StatusOK).Object()["username"]; got != composed {
			t.Errorf("%+q is %+q", name, got)
		}
		found := s.Owner().Get("/orgs/" + s.OrgID + "/users?username=" + url.QueryEscape(name)).Want(http.StatusOK).Results()
		if len(found) != 1 || found[0]["username"] != composed {
			t.Errorf("%+q is %v in the list", name, found)
		}
	}
}

// TestNamesFromBefore: a store may have two people whose names differ in composition only. Each is found by the name that
// is just theirs.
func TestNamesFromBefore(t *testing.T) {
	s := apitest.Start(t)
	ids := map[string]string{composed: model.NewID(), decomposed: model.NewID(), "ange\u0301@example.com": model.NewID()}
	onDisk(t, s, func(tx store.Tx) error {
		for name, id := range ids {
			if err := state.Users.Put(tx, &model.CloudUser{ID: id, Username: name, Created: tx.Now()}); err != nil {
				return err
			}
			m := &model.Membership{UserID: id, Username: name, OrgID: s.OrgID, Roles: []authz.Role{authz.OrgMember}, Created: tx.Now()}
			if err := state.Memberships.Put(tx, m); err != nil {
				return err
			}
		}
		return nil
	}, state.Users.Schema(), state.Memberships.Schema())
	for name, id := range map[string]string{
		composed: ids[composed], decomposed: ids[decomposed], "JOSE\u0301@example.com": ids[decomposed],
		"ange\u0301@example.com": ids["ange\u0301@example.com"], "ang\u00e9@example.com": ids["ange\u0301@example.com"],
	} {
		if got := s.Owner().Get("/users/byName/" + url.PathEscape(name)).Want(http.StatusOK).Object()["id"]; got != id {
			t.Errorf("%+q is %v, want %s", name, got, id)
		}
	}
}
