package databaseuser

import (
	"net/url"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/verifier"
)

// User is a database user in stored form.
type User struct {
	ID          model.ID             `json:"id"` // another one after every change of the password
	GroupID     model.ID             `json:"groupId"`
	Database    string               `json:"database"`
	Name        string               `json:"name"`
	Description *string              `json:"description,omitempty"`
	Roles       []model.DatabaseRole `json:"roles"`
	Login       Login                `json:"login,omitzero"`
	Scopes      []Scope              `json:"scopes,omitempty"`
	Labels      []model.Tag          `json:"labels,omitempty"`
	DeleteAfter time.Time            `json:"deleteAfter,omitzero"`
	SHA256      verifier.Verifier    `json:"scramSHA256"`
	SHA1        verifier.Verifier    `json:"scramSHA1"`
	Created     time.Time            `json:"created"`
	Rev         int64                `json:"-"`
}

// Scope is a deployment that the user may use.
type Scope struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Users: names are unique in a project and database.
var Users = &store.Table[User]{
	Name: "database_users",
	ID:   func(u *User) string { return Key(u.GroupID, u.Database, u.Name) },
	Rev:  func(u *User) *int64 { return &u.Rev },
	Indexes: []store.Index[User]{
		{Name: "group", Key: func(u *User) []string { return []string{u.GroupID, u.Database, u.Name} }},
	},
}

// Key is the id of a user's row. The database is escaped, so that one with a slash, which nobody has but anybody may
// ask for, names no other user.
func Key(groupID, database, name string) string {
	return groupID + "/" + url.PathEscape(database) + "/" + name
}

func (u *User) labels() []shape.ComponentLabel {
	var out []shape.ComponentLabel
	for _, l := range u.Labels {
		out = append(out, shape.ComponentLabel(l))
	}
	return out
}

// MayUse says whether the user's scopes include the cluster; without scopes they all do.
func (u *User) MayUse(cluster string) bool {
	for _, s := range u.Scopes {
		if s.Type == "CLUSTER" && s.Name == cluster {
			return true
		}
	}
	return len(u.Scopes) == 0
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Users.Schema()} }
