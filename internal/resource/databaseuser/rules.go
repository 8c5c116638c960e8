package databaseuser

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/verifier"
)

const (
	maxRoles       = 100 // of a user
	maxCustomRoles = 20  // of a user (Atlas documentation, "Configure Custom Database Roles")
	maxScopes      = 200 // of a user: more deployments than a project has. It is no rule of the API
	longestVisit   = 7 * 24 * time.Hour
)

// checkNew holds a creation against the rules that need no other object.
func checkNew(w *CloudDatabaseUser) []fault.Violation {
	bad := slices.Concat(checkLogin(w), checkSizes(w))
	if w.Username == "" {
		bad = append(bad, fault.Violation{Field: "username", Description: "must not be empty"})
	}
	return append(bad, checkRoles(w.Roles)...)
}

// fromWire reads a creation that keeps the rules.
func fromWire(groupID string, w *CloudDatabaseUser) (*User, error) {
	u := &User{
		ID: model.NewID(), GroupID: groupID, Database: w.DatabaseName, Name: w.Username, Description: w.Description,
		Login: loginOf(w), Roles: roles(w.Roles), Scopes: scopes(w.Scopes), Labels: labels(w.Labels),
	}
	if w.DeleteAfterDate != nil {
		u.DeleteAfter = w.DeleteAfterDate.UTC()
	}
	p, err := keep(u.Name, w.Password)
	u.use(p)
	return u, err
}

// checkSizes bounds what a user takes up, as a list has hundreds of them.
func checkSizes(w *CloudDatabaseUser) []fault.Violation {
	return append(shape.AtMost("labels", len(w.Labels), shape.MaxTags), shape.AtMost("scopes", len(w.Scopes), maxScopes)...)
}

// take changes what w names; its password is p. Absent fields stay as they are; name, database and kind of login cannot
// change.
func (u *User) take(tx store.Tx, w *CloudDatabaseUser, p *password) error {
	bad := slices.Concat(u.checkSameLogin(w), checkSizes(w))
	if w.Username != "" && w.Username != u.Name {
		bad = append(bad, fault.Violation{Field: "username", Description: "cannot change"})
	}
	if w.DatabaseName != "" && w.DatabaseName != u.Database {
		bad = append(bad, fault.Violation{Field: "databaseName", Description: "cannot change"})
	}
	if w.Roles != nil {
		bad = append(bad, checkRoles(w.Roles)...)
		u.Roles = roles(w.Roles)
	}
	if err := refuse(tx, u.GroupID, w, bad); err != nil {
		return err
	}
	if w.Scopes != nil {
		u.Scopes = scopes(w.Scopes)
	}
	if w.Labels != nil {
		u.Labels = labels(w.Labels)
	}
	if w.Description != nil {
		u.Description = w.Description
	}
	if w.DeleteAfterDate != nil {
		u.DeleteAfter = w.DeleteAfterDate.UTC()
	}
	u.use(p)
	return nil
}

// password is a password as it is kept: as verifiers, with the ID that the user gets with it, which voids open logins.
type password struct {
	id     model.ID
	sha256 verifier.Verifier
	sha1   verifier.Verifier
}

// keep makes verifiers of the text of a user's password, if there is one. That takes milliseconds by design, so it is
// done before a transaction, for which others would wait.
func keep(username string, text *string) (*password, error) {
	if text == nil {
		return nil, nil
	}
	p := &password{id: model.NewID()}
	var err error
	if p.sha256, err = verifier.New256(*text); err != nil {
		return nil, fault.Field("password", "has characters that a password cannot have")
	}
	p.sha1, err = verifier.New1(username, *text)
	return p, err
}

// use gives the user a password, if it is given one.
func (u *User) use(p *password) {
	if p != nil {
		u.ID, u.SHA256, u.SHA1 = p.id, p.sha256, p.sha1
	}
}

// checkRoles holds roles against the rules that need no other object.
func checkRoles(list []DatabaseUserRole) []fault.Violation {
	var bad []fault.Violation
	if len(list) == 0 || len(list) > maxRoles {
		bad = append(bad, fault.Violation{Field: "roles", Description: fmt.Sprintf("must have 1 to %d roles", maxRoles)})
	}
	custom := 0
	for i, r := range roles(list) {
		at := fmt.Sprintf("roles[%d].", i)
		switch {
		case !shape.DatabaseName(r.Database):
			bad = append(bad, fault.Violation{Field: at + "databaseName", Description: "must be the name of a database"})
		case r.OnAdminOnly() && r.Database != "admin":
			bad = append(bad, fault.Violation{Field: at + "databaseName", Description: "must be admin for this role"})
		}
		switch {
		case r.Collection == "":
		case r.Name != "read" && r.Name != "readWrite":
			bad = append(bad, fault.Violation{Field: at + "collectionName", Description: "goes with the roles read and readWrite only"})
		case !shape.CollectionName(r.Collection):
			bad = append(bad, fault.Violation{Field: at + "collectionName", Description: "must be the name of a collection"})
		}
		if !r.Builtin() {
			custom++
		}
	}
	if custom > maxCustomRoles {
		bad = append(bad, fault.Violation{Field: "roles", Description: fmt.Sprintf("must have at most %d custom roles", maxCustomRoles)})
	}
	return bad
}

// unknownRole is the error for roles that are neither built-in nor custom roles of the project, or nil.
func unknownRole(tx store.Tx, groupID model.ID, list []DatabaseUserRole) (*fault.Fault, error) {
	var unknown *fault.Fault
	for i, r := range roles(list) {
		if r.Builtin() {
			continue
		}
		_, err := state.CustomRoles.Get(tx, state.CustomRoleID(groupID, r.Name))
		if !store.IsNotFound(err) {
			if err != nil {
				return nil, err
			}
			continue
		}
		if unknown == nil {
			unknown = fault.UnknownDatabaseRole.With(r.Name, r.Database)
		}
		unknown = unknown.Naming(fault.Violation{
			Field: fmt.Sprintf("roles[%d].roleName", i), Description: "must be a built-in role or a custom role of the project",
		})
	}
	return unknown, nil
}

// refuse is the error for all that is wrong with a request, or nil.
func refuse(tx store.Tx, groupID model.ID, w *CloudDatabaseUser, bad []fault.Violation) error {
	bad = append(bad, checkDeadline(tx, w)...)
	unknown, err := unknownRole(tx, groupID, w.Roles)
	switch {
	case err != nil:
		return err
	case unknown != nil && len(bad) > 0:
		return fault.Invalid(append(bad, unknown.Violations...)...)
	case unknown != nil:
		return unknown
	case len(bad) > 0:
		return fault.Invalid(bad...)
	}
	return nil
}

// checkDeadline holds a temporary user's end against the API's rule: in the future, within a week.
func checkDeadline(tx store.Tx, w *CloudDatabaseUser) []fault.Violation {
	end := w.DeleteAfterDate
	if end == nil || end.After(tx.Now()) && !end.After(tx.Now().Add(longestVisit)) {
		return nil
	}
	return []fault.Violation{{Field: "deleteAfterDate", Description: "must be in the future and within one week from now"}}
}

func roles(list []DatabaseUserRole) []model.DatabaseRole {
	var out []model.DatabaseRole
	for _, r := range list {
		out = append(out, model.DatabaseRole{Name: r.RoleName, Database: r.DatabaseName, Collection: r.CollectionName})
	}
	return out
}

func scopes(list []UserScope) []Scope {
	var out []Scope
	for _, s := range list {
		out = append(out, Scope(s))
	}
	return out
}

func labels(list []shape.ComponentLabel) []model.Tag {
	var out []model.Tag
	for _, l := range list {
		out = append(out, model.Tag(l))
	}
	return out
}
