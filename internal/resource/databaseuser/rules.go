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
	maxScopes      = 200 // of a user: more deployments than a project has. It is no rule of the API
)

const none = "NONE"

// check holds a user against the rules, and completes it. Only the password is dropped: its verifiers are there.
func check(tx store.Tx, before, u *User) error {
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

// complete brings a user into the one form in which it is stored and shown: what the service always shows is there.
func (w *CloudDatabaseUser) complete() {
	w.Password = nil
	for _, kind := range []*string{&w.AWSIAMType, &w.LDAPAuthType, &w.OIDCAuthType, &w.X509Type} {
		*kind = cmp.Or(*kind, none)
	}
	w.Labels, w.Roles, w.Scopes = api.List(w.Labels), api.List(w.Roles), api.List(w.Scopes)
	w.DeleteAfterDate = w.DeleteAfterDate.Whole()
}

// way is a way to log in other than by a password, and the user's kind of it, or NONE. Gateways let in users with a
// password only; the others are kept and shown.
type way struct{ field, kind string }

func (w *CloudDatabaseUser) ways() []way {
	return []way{{"awsIAMType", w.AWSIAMType}, {"ldapAuthType", w.LDAPAuthType}, {"oidcAuthType", w.OIDCAuthType}, {"x509Type", w.X509Type}}
}

// checkLogin holds a new user's way to log in against its database and password. Only users with a password and the
// groups of an identity provider are on admin (API reference, databaseName).
func (w *CloudDatabaseUser) checkLogin(bad *fault.Problems) {
	chosen := slices.DeleteFunc(w.ways(), func(x way) bool { return x.kind == none })
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
		bad.Add("password", "belongs to users who log in by SCRAM")
	}
	switch onAdmin := byPassword || w.OIDCAuthType == "IDP_GROUP"; {
	case onAdmin && w.DatabaseName != "admin":
		bad.Add("databaseName", "must be admin for this way to log in")
	case !onAdmin && w.DatabaseName != "$external":
		bad.Add("databaseName", "must be $external for this way to log in")
	}
}

// checkSame refuses a change of what stays as it is: the user's name, database and way to log in.
func (w *CloudDatabaseUser) checkSame(bad *fault.Problems, before *CloudDatabaseUser) {
	now := append(w.ways(), way{"username", w.Username}, way{"databaseName", w.DatabaseName})
	for i, was := range append(before.ways(), way{"username", before.Username}, way{"databaseName", before.DatabaseName}) {
		if now[i] != was {
			bad.Add(was.field, "cannot change")
		}
	}
	if w.Password != nil && slices.ContainsFunc(before.ways(), func(x way) bool { return x.kind != none }) {
		bad.Add("password", "belongs to users who log in by SCRAM")
	}
}

// checkRoles holds roles against the rules that need no other object.
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
			bad.Add(at+"collectionName", "goes with the roles read and readWrite only")
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
