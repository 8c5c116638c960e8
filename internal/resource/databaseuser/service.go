package databaseuser

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/verifier"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, CloudDatabaseUser, Password]
}

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Objects[one, CloudDatabaseUser, Password]{
		Store: st, Table: Users, Limit: kept.Limit{Name: model.LimitDatabaseUsers, Beyond: databaseUsersLimit},
		Check: check, Show: show,
		Taken: func(u *User) error { return databaseUserExists.With(u.Is.Username) },
		Events: func(u *User) kept.Events {
			return kept.Events{Created: "MONGODB_USER_ADDED", Changed: "MONGODB_USER_UPDATED", Removed: "MONGODB_USER_DELETED",
				About: []event.Subject{event.DatabaseUser(u.Is.Username)}}
		},
		Expiry: kept.Expiry[CloudDatabaseUser, Password]{Kind: "databaseUser.expire", At: func(u *User) time.Time { return u.Is.End() }},
	}}
}

type one struct {
	api.InGroup
	DatabaseName string `path:"databaseName" doc:"Database that the user authenticates against."`
	Username     string `path:"username" doc:"Name of the user."`
}

// Row is the id of the user's row.
func (in one) Row() (string, error) {
	return Key(in.GroupID, in.DatabaseName, in.Username), fault.UsernameNotFound.With(in.Username)
}

// show completes a user for a response.
func show(store.Tx, model.ID) (func(u *User) CloudDatabaseUser, error) {
	return func(u *User) CloudDatabaseUser {
		w := u.Is
		w.GroupID = u.GroupID
		w.Links = api.Self("/groups/" + u.GroupID + "/databaseUsers/" + w.DatabaseName + "/" + url.PathEscape(w.Username))
		return w
	}, nil
}

func (s *Service) create(ctx context.Context, in kept.CreateIn[CloudDatabaseUser]) (out CloudDatabaseUser, err error) {
	p, err := hide(in.Body.Username, in.Body.Password)
	if err != nil {
		return out, err
	}
	return store.Write(s.Store, func(tx store.Tx, in kept.CreateIn[CloudDatabaseUser]) (CloudDatabaseUser, error) {
		return s.Add(tx, &User{GroupID: in.GroupID, Is: in.Body, Own: p})
	})(ctx, in)
}

type patchIn = kept.PatchIn[one, CloudDatabaseUser]

func (s *Service) update(ctx context.Context, in patchIn) (out CloudDatabaseUser, err error) {
	named, err := in.Body.Apply(out)
	if err != nil {
		return out, err
	}
	p, err := hide(in.One.Username, named.Password)
	if err != nil {
		return out, err
	}
	return store.Write(s.Store, func(tx store.Tx, in patchIn) (CloudDatabaseUser, error) {
		return s.Change(tx, in.One, func(u *User) (err error) {
			if p.ID != "" {
				u.Own = p
			}
			u.Is, err = in.Body.Apply(u.Is)
			return err
		})
	})(ctx, in)
}

// hide makes verifiers of a user's password, if there is one. That takes milliseconds by design, so it is done before a
// transaction, for which others would wait.
func hide(username string, text *string) (p Password, err error) {
	if text == nil {
		return p, nil
	}
	p.ID = model.NewID()
	if p.SHA256, err = verifier.New256(*text); err != nil {
		return p, fault.Field("password", "has characters that a password cannot have")
	}
	p.SHA1, err = verifier.New1(username, *text)
	return p, err
}

// LoseRole takes a custom role away from the project's users who have it. If it is the only role of some, it changes
// nothing and returns their names.
func (s *Service) LoseRole(tx store.Tx, groupID model.ID, role string) (without []string, err error) {
	all, err := s.Table.List(tx, s.Of(groupID))
	if err != nil {
		return nil, err
	}
	var losers []*User
	for _, u := range all {
		rest := slices.DeleteFunc(slices.Clone(u.Is.Roles), func(r DatabaseUserRole) bool { return r.RoleName == role })
		if len(rest) == len(u.Is.Roles) {
			continue
		}
		u.Is.Roles = rest
		losers = append(losers, u)
		if len(rest) == 0 {
			without = append(without, u.Is.Username)
		}
	}
	if len(without) > 0 {
		return without, nil
	}
	for _, u := range losers {
		if err := s.Put(tx, u); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// X509 is how certificates of a user of $external are made: MANAGED, CUSTOMER or NONE. store.ErrNotFound: there is no such
// user.
func (s *Service) X509(tx store.Tx, groupID model.ID, username string) (string, error) {
	u, err := Users.Get(tx, Key(groupID, "$external", username))
	if err != nil {
		return "", err
	}
	return u.Is.X509Type, nil
}
