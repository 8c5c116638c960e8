package state

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Holder is something of an organization that has roles: an API key, a service account or a team.
type Holder[T any] struct {
	Table  *store.Table[T]
	Of     func(orgID model.ID) store.Query // selects those of an organization
	Grants func(*T) *[]authz.Grant
}

// The holders of roles.
var (
	KeyHolders     = Holder[model.APIKey]{APIKeys, KeysOf, func(k *model.APIKey) *[]authz.Grant { return &k.Grants }}
	AccountHolders = Holder[model.ServiceAccount]{ServiceAccounts, AccountsOf, func(a *model.ServiceAccount) *[]authz.Grant { return &a.Grants }}
	TeamHolders    = Holder[model.Team]{Teams, OrgTeams, func(t *model.Team) *[]authz.Grant { return &t.Grants }}
)

// In returns those that have a role in the project itself. It looks at all of an organization's, which are a few
// hundred of each kind at most.
func (h Holder[T]) In(tx store.Tx, p *model.Project) ([]*T, error) {
	all, err := h.Table.List(tx, h.Of(p.OrgID))
	return slices.DeleteFunc(all, func(v *T) bool { return len(authz.In(*h.Grants(v), p.ID)) == 0 }), err
}

// RemoveRoles takes all roles in a project away from their holders, and calls then, unless it is nil, for each of these.
func (h Holder[T]) RemoveRoles(tx store.Tx, p *model.Project, then func(*T) error) error {
	members, err := h.In(tx, p)
	if err != nil {
		return err
	}
	for _, v := range members {
		grants := h.Grants(v)
		*grants = authz.OfProject(*grants, p.ID, nil)
		if err := h.Table.Put(tx, v); err != nil {
			return err
		}
		if then == nil {
			continue
		}
		if err := then(v); err != nil {
			return err
		}
	}
	return nil
}

// OnProjectDelete takes all roles in a project that is being deleted away from their holders.
func (h Holder[T]) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	p, err := Project(tx, groupID)
	if err != nil {
		return err
	}
	return h.RemoveRoles(tx, p, nil)
}
