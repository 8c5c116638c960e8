package state

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// CustomRoles: names are unique in a project.
var CustomRoles = &store.Table[model.CustomRole]{
	Name: "custom_roles",
	ID:   func(r *model.CustomRole) string { return CustomRoleID(r.GroupID, r.Name) },
	Rev:  func(r *model.CustomRole) *int64 { return &r.Rev },
	Indexes: []store.Index[model.CustomRole]{
		{Name: "group", Key: func(r *model.CustomRole) []string { return []string{r.GroupID, r.Name} }},
	},
}

// CustomRoleID is the id of a custom role's row.
func CustomRoleID(groupID model.ID, name string) string { return groupID + "/" + name }

// EffectiveRole is a role that a user has, directly or by inheritance.
type EffectiveRole struct {
	model.DatabaseRole
	Inherited bool              // only through another role
	Custom    *model.CustomRole // nil for a built-in role
}

// EffectiveRoles follows roles to all that they inherit, each once. Custom roles that do not exist are left out: they allow
// nothing.
func EffectiveRoles(tx store.Tx, groupID model.ID, roles []model.DatabaseRole) ([]EffectiveRole, error) {
	var held, next []EffectiveRole
	for _, r := range roles {
		next = append(next, EffectiveRole{DatabaseRole: r})
	}
	seen := map[model.DatabaseRole]bool{}
	for ; len(next) > 0; next = next[1:] {
		h := next[0]
		if seen[h.DatabaseRole] {
			continue
		}
		seen[h.DatabaseRole] = true
		if !h.Builtin() {
			custom, err := CustomRoles.Get(tx, CustomRoleID(groupID, h.Name))
			if store.IsNotFound(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			h.Custom = custom
			for _, r := range custom.Inherits {
				next = append(next, EffectiveRole{DatabaseRole: r, Inherited: true})
			}
		}
		held = append(held, h)
	}
	return held, nil
}
