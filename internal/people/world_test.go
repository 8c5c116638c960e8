package people_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/apitest/outbox"
	"github.com/telamon-db/telamon/internal/invite"
)

type object = map[string]any

// place is an organization with its owner's key and a team of it.
type place struct {
	id, public, private, team string
}

// world is two organizations that share people.
type world struct {
	*apitest.Server
	t        *testing.T
	r        *rand.Rand
	orgs     []*place
	projects map[string]*place
}

func begin(t *testing.T, seed uint64) *world {
	w := &world{Server: apitest.Start(t), t: t, r: rand.New(rand.NewPCG(seed, 0)), projects: map[string]*place{}}
	var other struct {
		Organization struct{ ID string }
		APIKey       struct{ PublicKey, PrivateKey string }
	}
	w.Owner().Post("/orgs", object{"name": "other", "apiKey": object{"desc": "k", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).JSON(&other)
	w.orgs = []*place{
		{id: w.OrgID, public: w.PublicKey, private: w.PrivateKey},
		{id: other.Organization.ID, public: other.APIKey.PublicKey, private: other.APIKey.PrivateKey},
	}
	for i, o := range w.orgs {
		w.projects[w.owner(o).Post("/groups", object{"name": fmt.Sprint("p", i), "orgId": o.id}).Want(http.StatusOK).Object()["id"].(string)] = o
		o.team = w.owner(o).Post("/orgs/"+o.id+"/teams", object{"name": "team", "usernames": []string{"owner@telamon.example"}}).Want(http.StatusOK).Object()["id"].(string)
	}
	return w
}

func (w *world) owner(o *place) *apitest.Caller { return w.As(o.public, o.private) }

func pick[T any](w *world, from ...T) T { return from[w.r.IntN(len(from))] }

func (w *world) org() *place { return pick(w, w.orgs...) }

func (w *world) project() (string, *place) {
	id := pick(w, slices.Sorted(maps.Keys(w.projects))...)
	return id, w.projects[id]
}

func (w *world) name() string {
	return pick(w, "ann@example.com", "Bob@example.com", "cleo@example.com", "dan@example.com")
}

// somebody is the id of one of the people on a list.
func (w *world) somebody(c *apitest.Caller, list string) string {
	all := c.Get(list).Want(http.StatusOK).Results()
	if len(all) == 0 {
		return w.OwnerUserID
	}
	return pick(w, all...)["id"].(string)
}

func (w *world) orgRoles() []string {
	return pick(w, []string{"ORG_MEMBER"}, []string{"ORG_READ_ONLY", "ORG_BILLING_ADMIN"}, []string{"ORG_OWNER"})
}

func (w *world) groupRoles() []string {
	return pick(w, []string{"GROUP_READ_ONLY"}, []string{"GROUP_OWNER"}, []string{"GROUP_OWNER", "GROUP_DATA_ACCESS_ADMIN"})
}

// assignments are roles in some of the organization's projects.
func (w *world) assignments(o *place, roles string) []object {
	all := []object{}
	for _, id := range slices.Sorted(maps.Keys(w.projects)) {
		if w.projects[id] == o && w.r.IntN(2) == 0 {
			all = append(all, object{"groupId": id, roles: w.groupRoles()})
		}
	}
	return all
}

func (w *world) teams(o *place) []string { return pick(w, nil, []string{}, []string{o.team}) }

// deed is something that people or owners do.
type deed struct {
	name string
	do   func(*world) *apitest.Answer // nil if there is nothing to do it to
}

// deeds are as frequent as they are listed.
var deeds = []deed{
	{"create", (*world).create}, {"invite", (*world).invite}, {"invite", (*world).invite}, {"add", (*world).add}, {"add", (*world).add},
	{"invite, old", (*world).inviteOld}, {"invite to a project", (*world).inviteToProject}, {"invite to a project", (*world).inviteToProject},
	{"add, old", (*world).addOld}, {"accept", (*world).accept}, {"accept", (*world).accept}, {"decline", (*world).decline}, {"remove", (*world).remove},
	{"remove from a project", (*world).removeFromProject}, {"update", (*world).update}, {"update", (*world).update}, {"team", (*world).team},
	{"withdraw", (*world).withdraw}, {"change what waits", (*world).change}, {"wait", (*world).wait}, {"replace", (*world).replace},
}

// step does something.
func (w *world) step() (what string, a *apitest.Answer) {
	d := pick(w, deeds...)
	return d.name, d.do(w)
}

func (w *world) create() *apitest.Answer {
	o := w.org()
	return w.owner(o).Post("/users", object{
		"country": "US", "firstName": "J", "lastName": "D", "mobileNumber": "2125550179", "password": apitest.Password, "username": w.name(),
		"roles": []object{{"orgId": o.id, "roleName": w.orgRoles()[0]}},
	})
}

func (w *world) invite() *apitest.Answer {
	o := w.org()
	roles := object{"orgRoles": w.orgRoles(), "groupRoleAssignments": w.assignments(o, "groupRoles")}
	return w.owner(o).Post("/orgs/"+o.id+"/users", object{"username": w.name(), "roles": roles, "teamIds": w.teams(o)})
}

func (w *world) inviteOld() *apitest.Answer {
	o := w.org()
	return w.owner(o).Post("/orgs/"+o.id+"/invites", object{
		"username": w.name(), "roles": w.orgRoles(), "groupRoleAssignments": w.assignments(o, "roles"), "teamIds": w.teams(o),
	})
}

func (w *world) person() object { return object{"username": w.name(), "roles": w.groupRoles()} }

func (w *world) add() *apitest.Answer {
	p, o := w.project()
	return w.owner(o).Post("/groups/"+p+"/users", w.person())
}

func (w *world) addOld() *apitest.Answer {
	p, o := w.project()
	return w.owner(o).At("2023-02-01").Post("/groups/"+p+"/access", w.person())
}

func (w *world) inviteToProject() *apitest.Answer {
	p, o := w.project()
	return w.owner(o).Post("/groups/"+p+"/invites", w.person())
}

func (w *world) version() string { return pick(w, "2023-01-01", apitest.Latest) }

func (w *world) remove() *apitest.Answer {
	o := w.org()
	c, users := w.owner(o), "/orgs/"+o.id+"/users"
	return c.At(w.version()).Delete(users + "/" + w.somebody(c, users))
}

func (w *world) removeFromProject() *apitest.Answer {
	p, o := w.project()
	c, users := w.owner(o), "/groups/"+p+"/users"
	return c.At(w.version()).Delete(users + "/" + w.somebody(c, users))
}

func (w *world) update() *apitest.Answer {
	o := w.org()
	c, users, roles := w.owner(o), "/orgs/"+o.id+"/users", object{"orgRoles": w.orgRoles()}
	if w.r.IntN(2) == 0 {
		roles["groupRoleAssignments"] = w.assignments(o, "groupRoles")
	}
	return c.Patch(users+"/"+w.somebody(c, users), object{"roles": roles, "teamIds": w.teams(o)})
}

func (w *world) team() *apitest.Answer {
	o := w.org()
	c := w.owner(o)
	return c.Post("/orgs/"+o.id+"/teams/"+o.team+pick(w, ":addUser", ":removeUser"), object{"id": w.somebody(c, "/orgs/"+o.id+"/users")})
}

func (w *world) wait() *apitest.Answer {
	w.Advance(20 * 24 * time.Hour)
	return nil
}

// replace deletes a project for another one.
func (w *world) replace() *apitest.Answer {
	p, o := w.project()
	delete(w.projects, p)
	a := w.owner(o).Delete("/groups/" + p)
	w.projects[w.owner(o).Post("/groups", object{"name": "after-" + p, "orgId": o.id}).Want(http.StatusOK).Object()["id"].(string)] = o
	return a
}

func (w *world) accept() *apitest.Answer { return w.answer("accept") }

func (w *world) decline() *apitest.Answer { return w.answer("decline") }

// answer answers somebody's last letter.
func (w *world) answer(how string) *apitest.Answer {
	w.Advance(0)
	link, err := outbox.LinkTo(w.DataDir, w.name())
	if err != nil {
		return nil // there is none
	}
	_, token, _ := strings.Cut(link, invite.Path)
	res, err := http.PostForm(w.URL+invite.Path+token, url.Values{ // the address changes with a restart
		"answer": {how}, "firstName": {"J"}, "lastName": {"D"}, "password": {apitest.Password}, "again": {apitest.Password},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body.Close()
	return &apitest.Answer{Status: res.StatusCode}
}

// open is the path of one of the open invitations on a list, or "".
func (w *world) open(c *apitest.Caller, list string) string {
	var all []struct{ ID string }
	if c.Get(list).Want(http.StatusOK).JSON(&all); len(all) == 0 {
		return ""
	}
	return list + "/" + pick(w, all...).ID
}

func (w *world) withdraw() *apitest.Answer {
	p, o := w.project()
	one := w.open(w.owner(o), pick(w, "/orgs/"+o.id, "/groups/"+p)+"/invites")
	if one == "" {
		return nil
	}
	return w.owner(o).Delete(one)
}

// change gives an open invitation to an organization other roles and teams.
func (w *world) change() *apitest.Answer {
	o := w.org()
	one := w.open(w.owner(o), "/orgs/"+o.id+"/invites")
	if one == "" {
		return nil
	}
	return w.owner(o).Patch(one, object{"roles": w.orgRoles(), "groupRoleAssignments": w.assignments(o, "roles"), "teamIds": w.teams(o)})
}
