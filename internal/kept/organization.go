package kept

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// InOrg names an organization, whose id stands where Objects have a project's.
type InOrg struct{ api.InOrg }

// Project is the id of the organization.
func (in InOrg) Project() model.ID { return in.OrgID }

// ListInOrgIn asks for a page of an organization's objects.
type ListInOrgIn struct {
	InOrg
	api.Paging
}

// ListInOrg returns a page of the organization's objects.
func (s *Objects[K, W, S]) ListInOrg(tx store.Tx, in ListInOrgIn) (api.Page[W], error) {
	return s.List(tx, ListIn{api.InGroup{GroupID: in.OrgID}, in.Paging})
}

// CreateInOrgIn has an object to create of an organization.
type CreateInOrgIn[W any] struct {
	InOrg
	Body W
}

// CreateInOrg adds the object of the body.
func (s *Objects[K, W, S]) CreateInOrg(tx store.Tx, in CreateInOrgIn[W]) (W, error) {
	return s.Add(tx, &Object[W, S]{GroupID: in.OrgID, Value: in.Body})
}

// OnOrgDelete deletes the objects of an organization that is being deleted.
func (s *Objects[K, W, S]) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	return s.Table.DeleteAll(tx, s.InProject(orgID))
}

// writeOrgEvent is writeEvent for the object of an organization.
func (s *Objects[K, W, S]) writeOrgEvent(tx store.Tx, o *Object[W, S], what event.Type) error {
	if _, err := state.Organization(tx, o.GroupID); err != nil || what == "" {
		return err
	}
	return event.Write(tx, event.InOrg(what, o.GroupID).About(s.events(o).About...))
}
