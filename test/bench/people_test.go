package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/clouduser"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/project"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
	"github.com/telamon-db/telamon/telamontest"
)

// change changes the store of a stopped server.
func change(b *testing.B, dir string, fn func(store.Tx) error) {
	b.Helper()
	s, err := sqlite.Open(b.Context(), filepath.Join(dir, "telamon.db"), time.Now, state.Tables())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

// join makes a user who is a member of an organization, and of a project if there is one.
func join(tx store.Tx, name, orgID, groupID string) (*model.CloudUser, error) {
	u := &model.CloudUser{ID: model.NewID(), Username: name, FirstName: "Jane", LastName: "Doe", Country: "US", MobileNumber: "2125550179", Created: tx.Now()}
	if err := state.Users.Put(tx, u); err != nil {
		return nil, err
	}
	m := &model.Membership{UserID: u.ID, Username: name, OrgID: orgID, Roles: []authz.Role{authz.OrgMember}, Created: tx.Now()}
	if err := state.Memberships.Put(tx, m); err != nil || groupID == "" {
		return u, err
	}
	m = &model.Membership{UserID: u.ID, Username: name, OrgID: orgID, GroupID: groupID, Roles: []authz.Role{authz.GroupReadOnly, authz.GroupDataAccessAdmin}}
	return u, state.Memberships.Put(tx, m)
}

// team makes a team that reads a project, with people in it.
func team(tx store.Tx, name, orgID, groupID string, people ...*model.CloudUser) error {
	t := &model.Team{ID: model.NewID(), OrgID: orgID, Name: name, Grants: []authz.Grant{{Role: authz.GroupReadOnly, GroupID: groupID}}}
	if err := state.Teams.Put(tx, t); err != nil {
		return err
	}
	for _, u := range people {
		m := &model.TeamMember{TeamID: t.ID, OrgID: orgID, UserID: u.ID, Username: u.Username}
		if err := state.TeamMembers.Put(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkListCloudUsers is a list of 500 people, each with roles in the project and two teams, against a list of 500
// database users: with and without the cache of rows.
func BenchmarkListCloudUsers(b *testing.B) {
	s := telamontest.Start(b)
	databaseUsers(b, s, 500)
	s.Stop()
	change(b, s.DataDir, func(tx store.Tx) error { return crowd(tx, s.OrgID, s.ProjectID, 499) }) // with the owner, 500
	users := databaseuser.New(nil)
	tables := slices.Concat(state.Tables(), users.Tables(), invite.Expiry{}.Tables())
	st, err := sqlite.Open(b.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, tables)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	users.Store = st
	p := &model.Project{ID: s.ProjectID, OrgID: s.OrgID}
	e := engine(b, st, s.OwnerUserID, p, append((&clouduser.Service{Store: st}).Operations(), users.Operations()...))
	list := func(path, accept string) func(int) {
		path += "itemsPerPage=500"
		if n := strings.Count(get(b, e, 1, path, accept), `"username"`); n != 500 {
			b.Fatalf("%s lists %d people", path, n)
		}
		return func(n int) { get(b, e, n, path, accept) }
	}
	baseline := list("/groups/"+s.ProjectID+"/databaseUsers?", latest)
	for name, ours := range map[string]func(int){
		"organization":            list("/orgs/"+s.OrgID+"/users?", latest),
		"organization,2023-01-01": list("/orgs/"+s.OrgID+"/users?", "application/vnd.atlas.2023-01-01+json"),
		"project":                 list("/groups/"+s.ProjectID+"/users?flattenTeams=true&", latest),
	} {
		b.Run(name, func(b *testing.B) { compare(b, 10, baseline, ours) })
		b.Run(name+",afresh", func(b *testing.B) { compareAfter(b, func() { forget(b, st) }, 1, baseline, ours) })
	}
}

// crowd makes n people with roles in a project, each in two of ten teams.
func crowd(tx store.Tx, orgID, groupID string, n int) error {
	teams := make([][]*model.CloudUser, 10)
	for i := range n {
		u, err := join(tx, fmt.Sprintf("u%03d@example.com", i), orgID, groupID)
		if err != nil {
			return err
		}
		teams[i%5], teams[5+i%5] = append(teams[i%5], u), append(teams[5+i%5], u)
	}
	for i, people := range teams {
		if err := team(tx, fmt.Sprint("team ", i), orgID, groupID, people...); err != nil {
			return err
		}
	}
	return nil
}

// forget changes each table that the lists are read from, so that their rows are no longer cached.
func forget(b *testing.B, s store.Store) {
	b.Helper()
	if err := s.Update(b.Context(), func(tx store.Tx) error {
		return errors.Join(touch(tx, state.Users), touch(tx, state.Memberships), touch(tx, state.TeamMembers), touch(tx, databaseuser.Users))
	}); err != nil {
		b.Fatal(err)
	}
}

func touch[T any](tx store.Tx, table *store.Table[T]) error {
	some, err := table.List(tx, store.Query{Limit: 1})
	if err != nil {
		return err
	}
	return table.Put(tx, some[0])
}

// databaseUsers makes n database users.
func databaseUsers(b *testing.B, s *telamontest.Server, n int) {
	b.Helper()
	h := http.Header{"Accept": {latest}, "Authorization": {"Bearer " + token(b, s)}, "Content-Type": {"application/json"}}
	base := s.URL + "/api/atlas/v2/groups/" + s.ProjectID
	const limit = "atlas.project.security.databaseAccess.users"
	send(b, http.MethodPatch, base+"/limits/"+limit, h, fmt.Sprintf(`{"name":"%s","value":%d}`, limit, n))
	for i := range n {
		send(b, http.MethodPost, base+"/databaseUsers", h, fmt.Sprintf(`{"databaseName":"admin","groupId":"%s","username":"user%03d","password":"correct horse %d",`+
			`"roles":[{"databaseName":"db","roleName":"read"},{"databaseName":"other","roleName":"readWrite"}]}`, s.ProjectID, i, i))
	}
}

func send(b *testing.B, method, url string, header http.Header, body string) {
	b.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header = header
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		b.Fatalf("%s %s: %d", method, url, res.StatusCode)
	}
}

// BenchmarkAuthorization is a request of somebody who reads a project through one of 100 teams, against one of somebody
// who is in no team and has the role there: in process, from headers to answer.
func BenchmarkAuthorization(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "db"), time.Now, state.Tables())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	var alone, everywhere *model.CloudUser
	var p *model.Project
	err = s.Update(b.Context(), func(tx store.Tx) (err error) {
		o := &model.Organization{ID: model.NewID(), Name: "o"}
		p = &model.Project{ID: model.NewID(), OrgID: o.ID, Name: "p"}
		if err := state.Organizations.Put(tx, o); err != nil {
			return err
		}
		if err := state.Projects.Put(tx, p); err != nil {
			return err
		}
		if alone, err = join(tx, "alone@example.com", o.ID, p.ID); err != nil {
			return err
		}
		if everywhere, err = join(tx, "everywhere@example.com", o.ID, ""); err != nil {
			return err
		}
		for i := range 99 {
			if err := team(tx, fmt.Sprintf("team %02d", i), o.ID, model.NewID(), everywhere); err != nil {
				return err
			}
		}
		return team(tx, "the one", o.ID, p.ID, everywhere)
	})
	if err != nil {
		b.Fatal(err)
	}
	path := "/groups/" + p.ID
	requests := func(user model.ID) func(int) {
		e := engine(b, s, user, p, (&project.Service{Store: s}).Operations())
		return func(n int) { get(b, e, n, path, latest) }
	}
	compare(b, 400, requests(alone.ID), requests(everywhere.ID))
}

// only finds the organization of one project.
type only struct{ p *model.Project }

func (o only) Project(context.Context, string) (string, error) { return o.p.OrgID, nil }
func (o only) Organization(context.Context, string) error      { return nil }

// engine serves operations in a project, and authenticates all requests as one cloud user.
func engine(b *testing.B, s store.Store, user model.ID, p *model.Project, ops api.Operations) http.Handler {
	b.Helper()
	text := bearer.Text()
	t := &model.Token{Hash: bearer.Hash(text), UserID: user, Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
	if err := s.Update(b.Context(), func(tx store.Tx) error { return state.Tokens.Put(tx, t) }); err != nil {
		b.Fatal(err)
	}
	e, err := api.New(ops, api.Config{Auth: authn.New(s, nil, authn.NewUsage(time.Now), nil), Scopes: only{p}})
	if err != nil {
		b.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+text)
		e.ServeHTTP(w, r)
	})
}

// get sends n requests, without a network, and returns the last answer.
func get(b *testing.B, h http.Handler, n int, path, accept string) (body string) {
	b.Helper()
	for range n {
		r := httptest.NewRequest(http.MethodGet, api.Prefix+path, nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body = w.Body.String(); w.Code != http.StatusOK {
			b.Fatalf("%d %s", w.Code, body)
		}
	}
	return body
}
