package databaseuser

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	maxRoles       = 100 // of a user
	maxCustomRoles = 20  // of a user (Atlas documentation, "Configure Custom Database Roles")
	maxScopes      = 200 // of a user: more deployments than a project has; a limit of Telamon's own
)

const none = "NONE"

// validate validates a user, completes it, and drops the password, whose verifiers are stored.
func validate(tx store.Tx, before, u *User) error {
	var bad fault.Problems
	w := &u.Value
	if before == nil {
		w.checkLogin(&bad)
	} else {
		w.checkSame(&bad, &before.Value)
	}
	bad.AtMost("labels", len(w.Labels), shape.MaxTags)
	bad.AtMost("scopes", len(w.Scopes), maxScopes)
	if before == nil && w.Username == "" {
		bad.Add("username", "must not be empty")
	}
	w.checkRoles(&bad)
	if before == nil || !reflect.DeepEqual(w.DeleteAfterDate.Whole(), before.Value.DeleteAfterDate) {
		shape.CheckExpiry(&bad, "deleteAfterDate", w.DeleteAfterDate, tx.Now())
	}
	if before == nil || !slices.Equal(w.Roles, before.Value.Roles) {
		if err := w.checkCustomRoles(tx, &bad, u.GroupID); err != nil {
			return err
		}
	}
	w.complete()
	return bad.Err()
}

// complete brings a user into the form in which it is stored and shown, with the fields that the service always shows.
func (w *CloudDatabaseUser) complete() {
	w.Password = nil
	for _, kind := range []*string{&w.AWSIAMType, &w.LDAPAuthType, &w.OIDCAuthType, &w.X509Type} {
		*kind = cmp.Or(*kind, none)
	}
	w.Labels, w.Roles, w.Scopes = api.List(w.Labels), api.List(w.Roles), api.List(w.Scopes)
	w.DeleteAfterDate = w.DeleteAfterDate.Whole()
}

// loginField is the field of a login method other than a password, and its value for a user, or NONE. Gateways admit users
// with a password or a certificate; others are stored and shown.
type loginField struct{ field, kind string }

func (w *CloudDatabaseUser) loginFields() []loginField {
	return []loginField{{"awsIAMType", w.AWSIAMType}, {"ldapAuthType", w.LDAPAuthType}, {"oidcAuthType", w.OIDCAuthType}, {"x509Type", w.X509Type}}
}

// checkLogin validates a new user's login method with its database and password. Only users with a password and the
// groups of an identity provider are on admin (API reference, databaseName).
func (w *CloudDatabaseUser) checkLogin(bad *fault.Problems) {
	chosen := slices.DeleteFunc(w.loginFields(), func(x loginField) bool { return x.kind == none })
	if len(chosen) > 1 {
		for _, x := range chosen[1:] {
			bad.Add(x.field, "must be NONE: the user logs in as %s says", chosen[0].field)
		}
		return
	}
	byPassword := len(chosen) == 0
	switch {
	case byPassword && w.Password == nil:
		bad.Add("password", "is required for a user who logs in by SCRAM")
	case !byPassword && w.Password != nil:
		bad.Add("password", "is only for users who log in by SCRAM")
	}
	switch onAdmin := byPassword || w.OIDCAuthType == "IDP_GROUP"; {
	case onAdmin && w.DatabaseName != "admin":
		bad.Add("databaseName", "must be admin for this login method")
	case !onAdmin && w.DatabaseName != "$external":
		bad.Add("databaseName", "must be $external for this login method")
	}
}

// checkSame refuses a change of the user's name, database or login method.
func (w *CloudDatabaseUser) checkSame(bad *fault.Problems, before *CloudDatabaseUser) {
	now := append(w.loginFields(), loginField{"username", w.Username}, loginField{"databaseName", w.DatabaseName})
	for i, was := range append(before.loginFields(), loginField{"username", before.Username}, loginField{"databaseName", before.DatabaseName}) {
		if now[i] != was {
			bad.Add(was.field, "cannot change")
		}
	}
	if w.Password != nil && slices.ContainsFunc(before.loginFields(), func(x loginField) bool { return x.kind != none }) {
		bad.Add("password", "is only for users who log in by SCRAM")
	}
}

// checkRoles validates roles, as far as that needs no other object.
func (w *CloudDatabaseUser) checkRoles(bad *fault.Problems) {
	if len(w.Roles) == 0 || len(w.Roles) > maxRoles {
		bad.Add("roles", "must have 1 to %d roles", maxRoles)
	}
	custom := 0
	for i, r := range w.DatabaseRoles() {
		at := fmt.Sprintf("roles[%d].", i)
		switch {
		case !shape.DatabaseName(r.Database):
			bad.Add(at+"databaseName", "must be the name of a database")
		case r.OnAdminOnly() && r.Database != "admin":
			bad.Add(at+"databaseName", "must be admin for this role")
		}
		switch {
		case r.Collection == "":
		case r.Name != "read" && r.Name != "readWrite":
			bad.Add(at+"collectionName", "is only for the roles read and readWrite")
		case !shape.CollectionName(r.Collection):
			bad.Add(at+"collectionName", "must be the name of a collection")
		}
		if !r.Builtin() {
			custom++
		}
	}
	if custom > maxCustomRoles {
		bad.Add("roles", "must have at most %d custom roles", maxCustomRoles)
	}
}

// checkCustomRoles refuses roles that are neither built-in nor custom roles of the project.
func (w *CloudDatabaseUser) checkCustomRoles(tx store.Tx, bad *fault.Problems, groupID model.ID) error {
	for i, r := range w.DatabaseRoles() {
		if r.Builtin() {
			continue
		}
		_, err := state.CustomRoles.Get(tx, state.CustomRoleID(groupID, r.Name))
		switch {
		case store.IsNotFound(err):
			bad.AddAs(unknownDatabaseRole.With(r.Name, r.Database), fmt.Sprintf("roles[%d].roleName", i), "must be a built-in role or a custom role of the project")
		case err != nil:
			return err
		}
	}
	return nil
}
