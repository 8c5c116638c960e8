package clouduser_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// fill puts n people whom nobody knows into a project, or into an organization itself.
func fill(tx store.Tx, n int, orgID, groupID model.ID, role authz.Role) error {
	for i := range n {
		m := &model.Membership{UserID: model.NewID(), Username: fmt.Sprintf("u%03d@example.com", i), OrgID: orgID, GroupID: groupID, Roles: []authz.Role{role}}
		if err := state.Memberships.Put(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// fifty adds fifty people at once and counts whom there is room for; for others there is the error with that code.
func fifty(t *testing.T, code string, add func(i int) *apitest.Answer) (fit int) {
	t.Helper()
	var wg sync.WaitGroup
	answers := make([]*apitest.Answer, 50)
	for i := range answers {
		wg.Go(func() { answers[i] = add(i) })
	}
	wg.Wait()
	for _, a := range answers {
		if a.Status == http.StatusCreated {
			fit++
			continue
		}
		a.WantError(http.StatusBadRequest, code)
	}
	return fit
}

// Fifty at once want the last ten places of an organization.
func TestTheLastPlacesOfAnOrganization(t *testing.T) {
	s := apitest.Start(t)
	s.OnDisk(func(tx store.Tx) error { return fill(tx, 489, s.OrgID, "", authz.OrgMember) }) // with the owner, 490
	fit := fifty(t, "MAX_USERS_PER_ORG_EXCEEDED", func(i int) *apitest.Answer {
		name := fmt.Sprintf("x%d@example.com", i)
		if i%2 == 0 {
			return s.Owner().Post("/orgs/"+s.OrgID+"/users", asks(name, "ORG_MEMBER"))
		}
		// A project's people are the organization's.
		return s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": name, "roles": []string{"GROUP_OWNER"}})
	})
	if n := len(letters(t, s)); fit != 10 || n != 10 {
		t.Errorf("%d got the last ten places, with %d letters", fit, n)
	}
}

// Fifty at once want the last ten places of a project: members of its organization, and people who are to be asked.
func TestTheLastPlacesOfAProject(t *testing.T) {
	s := apitest.Start(t)
	s.OnDisk(func(tx store.Tx) error {
		// With the owner, 490. They are in another organization: this one would be full before its project is.
		if err := fill(tx, 489, model.NewID(), s.ProjectID, authz.GroupReadOnly); err != nil {
			return err
		}
		for i := range 25 {
			u := &model.CloudUser{ID: model.NewID(), Username: fmt.Sprintf("x%d@example.com", 2*i)}
			m := &model.Membership{UserID: u.ID, Username: u.Username, OrgID: s.OrgID, Roles: []authz.Role{authz.OrgMember}}
			if err := state.Users.Put(tx, u); err != nil {
				return err
			}
			if err := state.Memberships.Put(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	fit := fifty(t, "MAX_USERS_PER_GROUP_EXCEEDED", func(i int) *apitest.Answer {
		return s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": fmt.Sprintf("x%d@example.com", i), "roles": []string{"GROUP_OWNER"}})
	})
	asked := len(letters(t, s))
	s.OnDisk(func(tx store.Tx) error {
		project, err := state.Memberships.Count(tx, state.MembershipsIn(s.ProjectID))
		if err != nil {
			return err
		}
		org, err := state.Memberships.Count(tx, state.MembershipsIn(s.OrgID))
		if fit != 10 || project != 500 || org != int64(26+asked) {
			t.Errorf("%d got the last ten places; the project has %d people, and the organization %d with %d asked", fit, project, org, asked)
		}
		return err
	})
}
