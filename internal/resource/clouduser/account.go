package clouduser

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/password"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createIn struct{ Body CloudAppUser }

// maxMade is how many accounts an organization or a user has created whose holders have accepted no invitation: no other limit
// bounds them. It is no limit of the service.
const maxMade = 500

func (s *Service) create(ctx context.Context, in createIn) (out CloudAppUser, err error) {
	if err := fault.Check(in.Body.check); err != nil {
		return out, err
	}
	hash, err := password.Hash(password.From(ctx, authz.From(ctx).Address), in.Body.Password)
	if err != nil {
		return out, err
	}
	u := fromWire(&in.Body, hash)
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		orgs, err := resolve(tx, in.Body.Roles)
		if err != nil {
			return err
		}
		switch _, err := state.UserNamed(tx, u.Username); {
		case err == nil:
			return fault.UserAlreadyExists.With(u.Username)
		case !store.IsNotFound(err):
			return err
		}
		who := authz.From(tx.Context())
		u.Maker = cmp.Or(who.OrgID, who.ID)
		if err := mayMake(tx, u.Maker); err != nil {
			return err
		}
		u.Created, u.Rev = tx.Now(), 0
		if err := state.Users.Put(tx, u); err != nil {
			return err
		}
		for _, o := range orgs {
			if err := s.Invitations.Invite(tx, u, o.orgID, o.places); err != nil {
				return err
			}
		}
		return nil
	})
	return created(u, in.Body), err
}

// mayMake refuses one more account of a maker who has as many as allowed.
func mayMake(tx store.Tx, maker model.ID) error {
	n, err := state.Users.Count(tx, madeBy(maker))
	if err == nil && n >= maxMade {
		err = usersPerMaker.With(strconv.Itoa(maxMade))
	}
	return err
}

func madeBy(maker model.ID) store.Query { return store.Query{Index: "maker", Prefix: []string{maker}} }

// forgetMade removes the accounts that an organization has made and that have no place elsewhere.
func forgetMade(tx store.Tx, orgID model.ID) error {
	made, err := state.Users.List(tx, madeBy(orgID))
	if err != nil {
		return err
	}
	for _, u := range made {
		n, err := state.Memberships.Count(tx, store.Query{Index: "user", Prefix: []string{u.ID}})
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := state.Users.Delete(tx, u); err != nil {
			return err
		}
	}
	return nil
}

type getIn struct {
	UserID string `path:"userId" api:"is=objectId" doc:"Id of the cloud user."`
}

func (s *Service) get(tx store.Tx, in getIn) (shape.CloudAppUserView, error) {
	u, err := state.Users.Get(tx, in.UserID)
	return view(tx, u, err, fault.UserNotFound.With(in.UserID))
}

type byNameIn struct {
	UserName string `path:"userName" api:"is=email" doc:"The user's username, an e-mail address; its case does not matter."`
}

func (s *Service) byName(tx store.Tx, in byNameIn) (shape.CloudAppUserView, error) {
	u, err := state.UserNamed(tx, in.UserName)
	return view(tx, u, err, fault.UsernameNotFound.With(in.UserName))
}

// view shows the user u, if err is nil, with the roles and teams in each organization that the caller shares with the user.
// If they share none, the user is missing for the caller.
func view(tx store.Tx, u *model.CloudUser, err, missing error) (out shape.CloudAppUserView, _ error) {
	if err != nil {
		return out, store.IfMissing(err, missing)
	}
	places, err := state.Memberships.List(tx, store.Query{Index: "user", Prefix: []string{u.ID}})
	if err != nil {
		return out, err
	}
	if out, err = seen(tx, places, authz.From(tx.Context()).Organizations()); err == nil && out.ID == "" {
		err = missing
	}
	return out, err
}

// seen returns a user with these memberships as seen from some organizations, or the zero value if none of them has the user.
// Organizations that have only invited somebody who is active elsewhere see no more than newer operations show.
func seen(tx store.Tx, places []*model.Membership, from []model.ID) (out shape.CloudAppUserView, err error) {
	var here, elsewhere bool // whether the user is active there
	for _, m := range places {
		if !slices.Contains(from, m.OrgID) {
			elsewhere = elsewhere || !m.Pending
			continue
		}
		here = here || !m.Pending
		if m.GroupID != "" || !shown(m) {
			continue
		}
		w, err := shape.ShowPerson(tx, m.OrgID, m, shape.CloudAppUser)
		if err != nil {
			return out, err
		}
		out = join(out, w)
	}
	if out.ID != "" && !here && elsewhere {
		out = shape.CloudAppUserView{EmailAddress: out.EmailAddress, ID: out.ID, Links: out.Links, Roles: out.Roles, TeamIDs: out.TeamIDs, Username: out.Username}
	}
	return out, nil
}

// join adds what one more organization sees of a user to what some see.
func join(some, one shape.CloudAppUserView) shape.CloudAppUserView {
	if some.ID == "" {
		return one
	}
	some.Roles, some.TeamIDs = append(some.Roles, one.Roles...), append(some.TeamIDs, one.TeamIDs...)
	return some
}

// OnProjectDelete deletes the memberships in a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return state.Memberships.DeleteAll(tx, state.MembershipsIn(groupID))
}
