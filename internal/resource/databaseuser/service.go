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
		Store: st, Table: Users, Limit: kept.Limit{Name: model.LimitDatabaseUsers, Exceeded: databaseUsersLimit},
		Validate: validate, Show: show,
		Duplicate: func(u *User) error { return databaseUserExists.With(u.Value.Username) },
		Events: func(u *User) kept.Events {
			return kept.Events{Created: "MONGODB_USER_ADDED", Updated: "MONGODB_USER_UPDATED", Deleted: "MONGODB_USER_DELETED",
				About: []event.Subject{event.DatabaseUser(u.Value.Username)}}
		},
		Expiry: kept.Expiry[CloudDatabaseUser, Password]{Kind: "databaseUser.expire", At: func(u *User) time.Time { return u.Value.Expires() }},
	}}
}

type one struct {
	api.InGroup
	DatabaseName string `path:"databaseName" doc:"Database that the user authenticates against."`
	Username     string `path:"username" doc:"Name of the user."`
}

// RowID is the id of the user's row.
func (in one) RowID() (string, error) {
	return Key(in.GroupID, in.DatabaseName, in.Username), fault.UsernameNotFound.With(in.Username)
}

// show completes a user for a response.
func show(store.Tx, model.ID) (func(u *User) CloudDatabaseUser, error) {
	return func(u *User) CloudDatabaseUser {
		w := u.Value
		w.GroupID = u.GroupID
		w.Links = api.Self("/groups/" + u.GroupID + "/databaseUsers/" + w.DatabaseName + "/" + url.PathEscape(w.Username))
		return w
	}, nil
}

func (s *Service) create(ctx context.Context, in kept.CreateIn[CloudDatabaseUser]) (out CloudDatabaseUser, err error) {
	p, err := derive(in.Body.Username, in.Body.Password)
	if err != nil {
		return out, err
	}
	return store.Write(s.Store, func(tx store.Tx, in kept.CreateIn[CloudDatabaseUser]) (CloudDatabaseUser, error) {
		return s.Add(tx, &User{GroupID: in.GroupID, Value: in.Body, Internal: p})
	})(ctx, in)
}

type patchIn = kept.PatchIn[one, CloudDatabaseUser]

func (s *Service) update(ctx context.Context, in patchIn) (out CloudDatabaseUser, err error) {
	named, err := in.Body.Apply(out)
	if err != nil {
		return out, err
	}
	p, err := derive(in.One.Username, named.Password)
	if err != nil {
		return out, err
	}
	return store.Write(s.Store, func(tx store.Tx, in patchIn) (CloudDatabaseUser, error) {
		return s.Update(tx, in.One, func(u *User) (err error) {
			if p.ID != "" {
				u.Internal = p
			}
			u.Value, err = in.Body.Apply(u.Value)
			return err
		})
	})(ctx, in)
}

// derive makes the verifiers of a user's password, if there is one. That takes milliseconds by design, so it is done before a
// transaction, which would keep others waiting.
func derive(username string, text *string) (p Password, err error) {
	if text == nil {
		return p, nil
	}
	p.ID = model.NewID()
	if p.SHA256, err = verifier.New256(*text); err != nil {
		return p, fault.Field("password", "has a character that a password cannot have")
	}
	p.SHA1, err = verifier.New1(username, *text)
	return p, err
}

// RemoveRole removes a custom role from the project's users who have it. If it is the only role of some users, it changes
// nothing and returns their names.
func (s *Service) RemoveRole(tx store.Tx, groupID model.ID, role string) (without []string, err error) {
	all, err := s.Table.List(tx, s.InProject(groupID))
	if err != nil {
		return nil, err
	}
	var losers []*User
	for _, u := range all {
		rest := slices.DeleteFunc(slices.Clone(u.Value.Roles), func(r DatabaseUserRole) bool { return r.RoleName == role })
		if len(rest) == len(u.Value.Roles) {
			continue
		}
		u.Value.Roles = rest
		losers = append(losers, u)
		if len(rest) == 0 {
			without = append(without, u.Value.Username)
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

// X509 returns the x509Type of a user of $external: MANAGED, CUSTOMER or NONE. Error: store.ErrNotFound if there is no such
// user.
func (s *Service) X509(tx store.Tx, groupID model.ID, username string) (string, error) {
	u, err := Users.Get(tx, Key(groupID, "$external", username))
	if err != nil {
		return "", err
	}
	return u.Value.X509Type, nil
}
