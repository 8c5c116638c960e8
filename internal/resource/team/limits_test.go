package team_test

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

// crowd gives the organization n more people, who have accepted, and returns their ids.
func crowd(s *apitest.Server, n int) (ids []string) {
	s.OnDisk(func(tx store.Tx) error {
		for i := range n {
			u := &model.CloudUser{ID: model.NewID(), Username: fmt.Sprintf("u%03d@example.com", i)}
			ids = append(ids, u.ID)
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
	return ids
}

// parallel does n things at once and counts the answers by status; what is not 200 is the error with that code.
func parallel(t *testing.T, n int, code string, do func(i int) *apitest.Answer) (fit int) {
	t.Helper()
	var wg sync.WaitGroup
	answers := make([]*apitest.Answer, n)
	for i := range n {
		wg.Go(func() { answers[i] = do(i) })
	}
	wg.Wait()
	for _, a := range answers {
		if a.Status == http.StatusOK || a.Status == http.StatusCreated {
			fit++
			continue
		}
		a.WantError(http.StatusBadRequest, code)
	}
	return fit
}

// Fifty at once want the last places of a team: as many get in as fit.
func TestTheLastPlacesOfATeam(t *testing.T) {
	s := apitest.Start(t)
	ids := crowd(s, 290)
	path, _ := create(t, s, "full", "u000@example.com")
	var first []object
	for _, id := range ids[1:240] {
		first = append(first, object{"id": id})
	}
	s.Owner().Post(path+"/users", first).Want(http.StatusOK)
	fit := parallel(t, 50, "MAX_USERS_PER_TEAM_EXCEEDED", func(i int) *apitest.Answer {
		return s.Owner().Post(path+":addUser", object{"id": ids[240+i]})
	})
	if fit != 10 {
		t.Errorf("%d got the last ten places", fit)
	}
	if got := s.Owner().Get(path + "/users?itemsPerPage=500").Want(http.StatusOK).Object()["totalCount"]; got != 250.0 {
		t.Errorf("the team has %v people", got)
	}
}

// Fifty at once want the last teams: of an organization, of a user, of a project.
func TestTheLastTeams(t *testing.T) {
	s := apitest.Start(t)
	ids := crowd(s, 2)
	var teams []*model.Team
	s.OnDisk(func(tx store.Tx) error {
		for i := range 240 {
			team := &model.Team{ID: model.NewID(), OrgID: s.OrgID, Name: fmt.Sprintf("team %03d", i)}
			if i < 90 {
				team.Grants = []authz.Grant{{Role: authz.GroupReadOnly, GroupID: s.ProjectID}}
				if err := state.TeamMembers.Put(tx, &model.TeamMember{TeamID: team.ID, OrgID: s.OrgID, UserID: ids[0], Username: "u000@example.com"}); err != nil {
					return err
				}
			}
			teams = append(teams, team)
			if err := state.Teams.Put(tx, team); err != nil {
				return err
			}
		}
		return nil
	})
	fit := parallel(t, 50, "MAX_TEAMS_PER_USER_EXCEEDED", func(i int) *apitest.Answer {
		return s.Owner().Post("/orgs/"+s.OrgID+"/teams/"+teams[90+i].ID+":addUser", object{"id": ids[0]})
	})
	if fit != 10 {
		t.Errorf("the user got into %d more teams", fit)
	}
	fit = parallel(t, 50, "MAX_TEAMS_PER_GROUP_EXCEEDED", func(i int) *apitest.Answer {
		return s.Owner().Post("/groups/"+s.ProjectID+"/teams", list{object{"teamId": teams[90+i].ID, "roleNames": list{"GROUP_OWNER"}}})
	})
	if fit != 10 {
		t.Errorf("the project got %d more teams", fit)
	}
	fit = parallel(t, 50, "MAX_TEAMS_PER_ORG_EXCEEDED", func(i int) *apitest.Answer {
		return s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": fmt.Sprintf("another %d", i), "usernames": list{"u001@example.com"}})
	})
	if fit != 10 {
		t.Errorf("the organization got %d more teams", fit)
	}
	s.Owner().Post("/orgs/"+s.OrgID+"/users", object{"username": "x@example.com", "roles": object{"orgRoles": list{"ORG_MEMBER"}}, "teamIds": make([]string, 101)}).
		WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

// A request that names more than ever fit is told of the limit.
func TestRequestsBeyondTheLimits(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	path, _ := create(t, s, "one", "jane@example.com")
	var names, people, teams list
	for i := range 251 {
		names, people = append(names, fmt.Sprintf("u%03d@example.com", i)), append(people, object{"id": nobody})
	}
	for range 101 {
		teams = append(teams, object{"teamId": nobody, "roleNames": list{"GROUP_OWNER"}})
	}
	s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": "two", "usernames": names}).WantError(http.StatusBadRequest, "MAX_USERS_PER_TEAM_EXCEEDED")
	s.Owner().Post(path+"/users", people).WantError(http.StatusBadRequest, "MAX_USERS_PER_TEAM_EXCEEDED")
	s.Owner().Post("/groups/"+s.ProjectID+"/teams", teams).WantError(http.StatusBadRequest, "MAX_TEAMS_PER_GROUP_EXCEEDED")
}
