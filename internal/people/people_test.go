package people_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Whatever people and owners do, in whatever order: who is in a project is in its organization, what waits waits for an
// open invitation, and every organization has an owner.
func TestWhereverPeopleGo(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := begin(t, seed)
			var done []string
			for range 6 {
				for range 10 {
					what, a := w.step()
					if a == nil {
						continue
					}
					done = append(done, fmt.Sprintf("%s: %d %s", what, a.Status, a.Body))
					if a.Status >= http.StatusInternalServerError {
						t.Fatalf("%q", done)
					}
				}
				if wrong := w.disk().wrong(); len(wrong) > 0 {
					t.Fatalf("%q\nafter %q", wrong, done)
				}
			}
		})
	}
}

// disk is what the store has of people, by id; invitations are the open ones, by the id of the place that waits for them.
type disk struct {
	organizations map[string]*model.Organization
	projects      map[string]*model.Project
	users         map[string]*model.CloudUser
	places        map[string]*model.Membership
	teams         map[string]*model.Team
	inTeams       map[string]*model.TeamMember
	invitations   map[string]*invite.Invitation
}

func (w *world) disk() (d disk) {
	w.Stop()
	defer w.Restart()
	st, err := sqlite.Open(w.t.Context(), filepath.Join(w.DataDir, "telamon.db"), time.Now, append(state.Tables(), invite.Invitations.Schema()))
	if err != nil {
		w.t.Fatal(err)
	}
	err = st.View(w.t.Context(), func(tx store.Tx) error {
		invitations, err := invite.Invitations.List(tx, store.Query{})
		d.invitations = map[string]*invite.Invitation{}
		for _, v := range invitations {
			if v.End == "" {
				d.invitations[state.MembershipID(v.UserID, cmp.Or(v.GroupID, v.OrgID))] = v
			}
		}
		return errors.Join(
			err, read(tx, state.Organizations, &d.organizations), read(tx, state.Projects, &d.projects), read(tx, state.Users, &d.users),
			read(tx, state.Memberships, &d.places), read(tx, state.Teams, &d.teams), read(tx, state.TeamMembers, &d.inTeams),
		)
	})
	if err := errors.Join(err, st.Close()); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// read reads a whole table.
func read[T any](tx store.Tx, table *store.Table[T], into *map[string]*T) error {
	all, err := table.List(tx, store.Query{})
	*into = map[string]*T{}
	for _, v := range all {
		(*into)[table.ID(v)] = v
	}
	return err
}

// org is the place that a user has in an organization itself, if any.
func (d disk) org(userID, orgID string) *model.Membership {
	return d.places[state.MembershipID(userID, orgID)]
}

// wrong is what may never be, and is.
func (d disk) wrong() (all []string) {
	lost, unowned := map[string]bool{}, map[string]bool{}
	for id, u := range d.users {
		lost[id] = u.PasswordHash == ""
	}
	for id := range d.organizations {
		unowned[id] = true
	}
	for _, m := range d.places {
		delete(lost, m.UserID)
		if m.GroupID == "" && !m.Pending && slices.Contains(m.Roles, authz.OrgOwner) {
			delete(unowned, m.OrgID)
		}
		if why := cmp.Or(d.misplaced(m), d.waits(m)); why != "" {
			all = append(all, fmt.Sprintf("%s: %+v", why, m))
		}
	}
	for id, inv := range d.invitations {
		if m := d.places[id]; m == nil || !m.Pending {
			all = append(all, fmt.Sprintf("nothing waits for it: %+v", inv))
		}
	}
	for _, m := range d.inTeams {
		org, t := d.org(m.UserID, m.OrgID), d.teams[m.TeamID]
		if t == nil || t.OrgID != m.OrgID || org == nil || org.Hidden {
			all = append(all, fmt.Sprintf("the team or the organization does not have the user: %+v", m))
		}
	}
	for id, is := range lost {
		if is {
			all = append(all, fmt.Sprintf("without a password, and nowhere: %+v", d.users[id]))
		}
	}
	for id := range unowned {
		all = append(all, "nobody owns the organization "+id)
	}
	return all
}

// misplaced says why a place cannot be where it is.
func (d disk) misplaced(m *model.Membership) string {
	u, p, org := d.users[m.UserID], d.projects[m.GroupID], d.org(m.UserID, m.OrgID)
	switch {
	case u == nil || u.Username != m.Username:
		return "not the user's"
	case len(m.Roles) == 0:
		return "without roles"
	case org == nil:
		return "in a project, and not in its organization"
	case m.GroupID != "" && (p == nil || p.OrgID != m.OrgID):
		return "not a project of the organization"
	case org.Pending && !m.Pending:
		return "active, and pending in the organization"
	case m.Pending && !m.Hidden && (org.Hidden || !org.Pending):
		return "pending, and the organization waits for something else, or for nothing"
	}
	return ""
}

// waits says why a place cannot be pending, or active.
func (d disk) waits(m *model.Membership) string {
	ofOrg := d.invitations[state.MembershipID(m.UserID, m.OrgID)] != nil
	ofPlace := d.invitations[state.MembershipID(m.UserID, m.Scope())] != nil
	switch {
	case m.Hidden && !m.Pending:
		return "aside, and active"
	case m.Pending && !m.Hidden && !ofOrg:
		return "pending without an invitation to the organization"
	case m.Hidden && m.GroupID != "" && !ofPlace:
		return "aside without an invitation to the project"
	case (m.Hidden || !m.Pending) && m.GroupID == "" && ofPlace:
		return "invited to the organization, and not waiting for that"
	}
	return ""
}
