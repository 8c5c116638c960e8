package project

import (
	"cmp"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxProjects is how many projects an organization may have (MongoDB documentation, "Atlas Service Limits").
const maxProjects = 250

type createIn struct {
	ProjectOwnerID string `query:"projectOwnerId" api:"is=objectId" doc:"Id of the cloud user who becomes the project's owner, in place of the user who calls or, for keys and accounts, of the organization's oldest owner."`
	Body           Group
}

func (s *Service) create(tx store.Tx, in createIn) (out Group, err error) {
	tags, err := check(&in.Body)
	if err != nil {
		return out, err
	}
	if _, err := state.Organization(tx, in.Body.OrgID); err != nil {
		return out, err
	}
	if err := api.Require(tx.Context(), authz.Any(authz.OrgOwner, authz.OrgGroupCreator), authz.Scope{OrgID: in.Body.OrgID}); err != nil {
		return out, err
	}
	if err := room(tx, in.Body.OrgID); err != nil {
		return out, err
	}
	p := &model.Project{
		ID: model.NewID(), OrgID: in.Body.OrgID, Name: in.Body.Name, Created: tx.Now(), Tags: tags,
		WithDefaultAlerts: api.Or(in.Body.WithDefaultAlertsSettings, true),
	}
	if err := put(tx, p, "GROUP_CREATED"); err != nil {
		return out, err
	}
	for _, f := range s.Founders {
		if err := f.OnProjectCreate(tx, p); err != nil {
			return out, err
		}
	}
	out = toWire(p, 0)
	return out, giveOwner(tx, p, cmp.Or(in.ProjectOwnerID, authz.From(tx.Context()).UserID()))
}

// check validates a creation, as far as that needs no other object, and returns its tags.
func check(w *Group) ([]model.Tag, error) {
	var bad fault.Problems
	if api.Or(w.RegionUsageRestrictions, "NONE") != "NONE" {
		bad.Add("regionUsageRestrictions", "is not supported: it belongs to the government edition")
	}
	tags, err := shape.Tags("tags", w.Tags)
	bad.AddAll(err)
	return tags, bad.Err()
}

// room returns an error if the organization may have no more projects. Error: groupsPerOrg.
func room(tx store.Tx, orgID model.ID) error {
	n, err := state.Projects.Count(tx, state.ProjectsOf(orgID))
	if err == nil && n >= maxProjects {
		err = groupsPerOrg.With(strconv.Itoa(maxProjects))
	}
	return err
}

// giveOwner makes a cloud user of the organization the project's owner: the one named, or else the oldest owner.
func giveOwner(tx store.Tx, p *model.Project, userID string) error {
	owner, err := state.InitialOwner(tx, p.OrgID, userID)
	if err != nil || owner == nil {
		return err
	}
	return people.Add(tx, &model.Membership{
		UserID: owner.UserID, Username: owner.Username, OrgID: p.OrgID, GroupID: p.ID, Roles: []authz.Role{authz.GroupOwner},
	})
}

type getIn struct{ api.InGroup }

// find returns the project that in names.
func (in getIn) find(tx store.Tx) (*model.Project, error) { return state.Project(tx, in.GroupID) }

func (s *Service) get(tx store.Tx, in getIn) (g Group, err error) {
	p, err := in.find(tx)
	if err != nil {
		return g, err
	}
	return show(tx, p)
}

type byNameIn struct {
	GroupName string `path:"groupName" api:"is=projectName" doc:"Name of the project."`
}

func (s *Service) byName(tx store.Tx, in byNameIn) (g Group, err error) {
	who := authz.From(tx.Context())
	for _, orgID := range who.Organizations() {
		p, err := state.Projects.Find(tx, "name", orgID, in.GroupName)
		if err == nil && authz.Sees(who.Grants, authz.Scope{OrgID: p.OrgID, GroupID: p.ID}) {
			return show(tx, p)
		}
		if err != nil && !store.IsNotFound(err) {
			return g, err
		}
	}
	return g, groupNameNotFound.With(in.GroupName)
}

func (s *Service) delete(tx store.Tx, in getIn) (none api.None, err error) {
	p, err := in.find(tx)
	if err == nil {
		err = s.empty(tx, p)
	}
	if err != nil {
		return none, err
	}
	if err := event.Write(tx, event.InProject("GROUP_DELETED", p)); err != nil {
		return none, err
	}
	return none, state.Projects.Delete(tx, p)
}

// empty deletes what is in a project, or returns why that cannot be done yet.
func (s *Service) empty(tx store.Tx, p *model.Project) error {
	for _, r := range s.Residents {
		if err := r.OnProjectDelete(tx, p.ID); err != nil {
			return err
		}
	}
	return invite.WithdrawFromProject(tx, p.ID)
}

func show(tx store.Tx, p *model.Project) (Group, error) {
	n, err := state.Clusters.Count(tx, store.Query{Index: "name", Prefix: []string{p.ID}})
	return toWire(p, n), err
}
