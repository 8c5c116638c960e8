package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// InPeople is embedded in the In of lists of people.
type InPeople struct {
	InStatus
	OrgMembershipStatus string `query:"orgMembershipStatus" api:"deprecated" doc:"PENDING or ACTIVE to return such users only. Superseded by orgMembershipStatuses."`
	Username            string `query:"username" api:"is=email" doc:"Return only the user with this username."`
}

// Check refuses a state that there is none of.
func (in InPeople) Check() error {
	if one := in.OrgMembershipStatus; one != "" && one != pending && one != active {
		return fault.Field("orgMembershipStatus", "must be one of PENDING, ACTIVE")
	}
	return nil
}

// Wants reports whether a place is wanted.
func (in InPeople) Wants(m *model.Membership) bool {
	return in.InStatus.Wants(m) &&
		(in.OrgMembershipStatus == "" || in.OrgMembershipStatus == Status(m)) &&
		(in.Username == "" || state.Fold(in.Username) == state.Fold(m.Username))
}

// Active reports whether a place is one that older operations show.
func Active(m *model.Membership) bool { return !m.Pending }

// Shape is how people are shown, and what is read of them for it.
type Shape[W any] struct {
	read func(store.Tx, model.ID, []*model.Membership) ([]roster.Person, error)
	wire func(roster.Person) W
}

// The shapes of people.
var (
	CloudAppUser = Shape[CloudAppUserView]{roster.Read, cloudAppUser}
	OrgUser      = Shape[OrgUserResponse]{roster.Read, orgUser}
	GroupUser    = Shape[GroupUserResponse]{roster.Brief, groupUser}
)

// PeoplePage is the page of people of one organization that p asks for.
func PeoplePage[W any](tx store.Tx, p api.Paging, orgID model.ID, places []*model.Membership, as Shape[W]) (page api.Page[W], err error) {
	found := api.PageOf(p, places)
	page.TotalCount = found.TotalCount
	some, err := as.read(tx, orgID, found.Results)
	for _, person := range some {
		page.Results = append(page.Results, as.wire(person))
	}
	return page, err
}

// One shows one person of an organization.
func One[W any](tx store.Tx, orgID model.ID, m *model.Membership, as Shape[W]) (w W, err error) {
	some, err := as.read(tx, orgID, []*model.Membership{m})
	if err != nil {
		return w, err
	}
	return as.wire(some[0]), nil
}
