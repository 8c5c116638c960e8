package project

import (
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createIn struct {
	ProjectOwnerID string `query:"projectOwnerId" api:"is=objectId" doc:"Id of the cloud user who becomes the project's owner, in place of the organization's oldest owner."`
	Body           Group
}

func (s *Service) create(ctx context.Context, in createIn) (out Group, err error) {
	tags, err := check(&in.Body)
	if err != nil {
		return out, err
	}
	scope := authz.Scope{OrgID: in.Body.OrgID}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := state.Organizations.Get(tx, in.Body.OrgID); err != nil {
			return store.IfMissing(err, fault.OrgNotFound.With(in.Body.OrgID))
		}
		if err := api.Require(ctx, authz.Any(authz.OrgOwner, authz.OrgGroupCreator), scope); err != nil {
			return err
		}
		p := &model.Project{
			ID: model.NewID(), OrgID: in.Body.OrgID, Name: in.Body.Name, Created: tx.Now(), Tags: tags,
			WithDefaultAlerts: api.Or(in.Body.WithDefaultAlertsSettings, true),
		}
		if err := state.Projects.Put(tx, p); err != nil {
			if _, taken := store.Duplicate(err); taken {
				return fault.GroupAlreadyExists.With(p.Name)
			}
			return err
		}
		if err := s.giveOwner(tx, p, in.ProjectOwnerID); err != nil {
			return err
		}
		out = toWire(p, 0)
		return event.Write(ctx, tx, event.In("GROUP_CREATED", p))
	})
	return out, err
}

// check holds a creation against the rules that need no other object, all at once, and reads its tags.
func check(w *Group) ([]model.Tag, error) {
	tags, err := shape.Tags("tags", w.Tags)
	if w.RegionUsageRestrictions == nil {
		return tags, err
	}
	bad := []fault.Violation{{Field: "regionUsageRestrictions", Description: "is not accepted: it belongs to the government edition"}}
	if f, ok := fault.Of(err); ok {
		bad = append(bad, f.Violations...)
	}
	return nil, fault.Invalid(bad...)
}

// giveOwner makes a cloud user of the organization the project's owner: the one named, or the oldest owner.
func (s *Service) giveOwner(tx store.Tx, p *model.Project, userID string) error {
	members, err := state.Memberships.List(tx, store.Query{Index: "scope", Prefix: []string{p.OrgID}})
	if err != nil {
		return err
	}
	owner := oldestOwner(members)
	if userID != "" {
		i := slices.IndexFunc(members, func(m *model.Membership) bool { return m.UserID == userID && !m.Pending })
		if i < 0 {
			return fault.UserNotFound.With(userID)
		}
		owner = members[i]
	}
	if owner == nil {
		return nil
	}
	return state.Memberships.Put(tx, &model.Membership{
		UserID: owner.UserID, Username: owner.Username, OrgID: p.OrgID, GroupID: p.ID,
		Roles: []authz.Role{authz.GroupOwner}, Created: tx.Now(),
	})
}

func oldestOwner(members []*model.Membership) *model.Membership {
	var oldest *model.Membership
	for _, m := range members {
		if slices.Contains(m.Roles, authz.OrgOwner) && !m.Pending && (oldest == nil || m.Created.Before(oldest.Created)) {
			oldest = m
		}
	}
	return oldest
}

type listIn struct{ api.Paging }

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[Group], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		seen, err := visible(ctx, tx)
		if err != nil {
			return err
		}
		found := api.PageOf(in.Paging, seen)
		page = api.Page[Group]{TotalCount: found.TotalCount}
		for _, p := range found.Results {
			g, err := show(tx, p)
			if err != nil {
				return err
			}
			page.Results = append(page.Results, g)
		}
		return nil
	})
	return page, err
}

// visible are the projects that the caller may read, by name.
func visible(ctx context.Context, tx store.Tx) ([]*model.Project, error) {
	who := authz.From(ctx)
	all, err := state.Projects.List(tx, store.Query{Index: "name", Prefix: []string{who.OrgID}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p *model.Project) bool {
		return !authz.Sees(who.Grants, authz.Scope{OrgID: p.OrgID, GroupID: p.ID})
	}), nil
}

type getIn struct{ api.InGroup }

func (s *Service) get(ctx context.Context, in getIn) (g Group, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		p, err := state.Projects.Get(tx, in.GroupID)
		if err != nil {
			return store.IfMissing(err, fault.GroupNotFound.With(in.GroupID))
		}
		g, err = show(tx, p)
		return err
	})
	return g, err
}

type byNameIn struct {
	GroupName string `path:"groupName" api:"is=projectName" doc:"Name of the project."`
}

func (s *Service) byName(ctx context.Context, in byNameIn) (g Group, err error) {
	who := authz.From(ctx)
	err = s.Store.View(ctx, func(tx store.Tx) error {
		p, err := state.Projects.Find(tx, "name", who.OrgID, in.GroupName)
		if err == nil && !authz.Sees(who.Grants, authz.Scope{OrgID: p.OrgID, GroupID: p.ID}) {
			err = store.ErrNotFound
		}
		if err != nil {
			return store.IfMissing(err, fault.GroupNameNotFound.With(in.GroupName))
		}
		g, err = show(tx, p)
		return err
	})
	return g, err
}

func (s *Service) delete(ctx context.Context, in getIn) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := state.Projects.Get(tx, in.GroupID)
		if err != nil {
			return store.IfMissing(err, fault.GroupNotFound.With(in.GroupID))
		}
		for _, r := range s.Residents {
			if err := r.Vacate(tx, p.ID); err != nil {
				return err
			}
		}
		if err := event.Write(ctx, tx, event.In("GROUP_DELETED", p)); err != nil {
			return err
		}
		return state.Projects.Delete(tx, p)
	})
}

func show(tx store.Tx, p *model.Project) (Group, error) {
	n, err := state.Clusters.Count(tx, store.Query{Index: "name", Prefix: []string{p.ID}})
	return toWire(p, n), err
}
