package databaseuser

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/verifier"
)

// User is a database user as it is stored.
type User = kept.Object[CloudDatabaseUser, Password]

// Password is a password as it is stored: verifiers, and an id that changes with it, so that a new password ends open logins.
type Password struct {
	ID     model.ID          `json:"id,omitempty"`
	SHA256 verifier.Verifier `json:"scramSHA256"`
	SHA1   verifier.Verifier `json:"scramSHA1"`
}

// Users have names that are unique in a project and database.
var Users = &store.Table[User]{
	Name: "database_users",
	ID:   func(u *User) string { return Key(u.GroupID, u.Value.DatabaseName, u.Value.Username) },
	Rev:  func(u *User) *int64 { return &u.Rev },
	Indexes: []store.Index[User]{
		{Name: "group", Key: func(u *User) []string { return []string{u.GroupID, u.Value.DatabaseName, u.Value.Username} }},
	},
	Older: kept.Older(older),
}

// Key returns the id of a user's row. The database is escaped, so that one with a slash, which no user has but a path may
// have, names no other user.
func Key(groupID, database, name string) string {
	return groupID + "/" + url.PathEscape(database) + "/" + name
}

// older reads the form in which Telamon first stored users.
func older(body []byte) (User, error) {
	var old struct {
		Password
		GroupID     model.ID             `json:"groupId"`
		Database    string               `json:"database"`
		Name        string               `json:"name"`
		Description *string              `json:"description"`
		Roles       []model.DatabaseRole `json:"roles"`
		Login       struct{ AWSIAM, LDAP, OIDC, X509 string }
		Scopes      []UserScope            `json:"scopes"`
		Labels      []shape.ComponentLabel `json:"labels"`
		DeleteAfter time.Time              `json:"deleteAfter"`
		Created     time.Time              `json:"created"`
	}
	err := json.Unmarshal(body, &old)
	u := User{GroupID: old.GroupID, ID: old.ID, Internal: old.Password, Created: old.Created, Value: CloudDatabaseUser{
		AWSIAMType: old.Login.AWSIAM, DatabaseName: old.Database, Description: old.Description, Labels: old.Labels, LDAPAuthType: old.Login.LDAP,
		OIDCAuthType: old.Login.OIDC, Scopes: old.Scopes, Username: old.Name, X509Type: old.Login.X509,
	}}
	if !old.DeleteAfter.IsZero() {
		u.Value.DeleteAfterDate = &api.Time{Time: old.DeleteAfter}
	}
	for _, r := range old.Roles {
		u.Value.Roles = append(u.Value.Roles, DatabaseUserRole{CollectionName: r.Collection, DatabaseName: r.Database, RoleName: r.Name})
	}
	u.Value.complete()
	return u, err
}
