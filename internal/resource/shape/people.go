package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// PeopleFilter is embedded in the In of lists of people.
type PeopleFilter struct {
	StatusFilter
	OrgMembershipStatus string `query:"orgMembershipStatus" api:"deprecated" doc:"PENDING or ACTIVE to return such users only. Superseded by orgMembershipStatuses."`
	Username            string `query:"username" api:"is=email" doc:"Return only the user with this username."`
}

// Validate refuses a state that there is none of.
func (in PeopleFilter) Validate() error {
	if one := in.OrgMembershipStatus; one != "" && one != pending && one != active {
		return fault.Field("orgMembershipStatus", "must be one of PENDING, ACTIVE")
	}
	return nil
}

// Matches reports whether a place is wanted.
func (in PeopleFilter) Matches(m *model.Membership) bool {
	return in.StatusFilter.Matches(m) &&
		(in.OrgMembershipStatus == "" || in.OrgMembershipStatus == Status(m)) &&
		(in.Username == "" || state.FoldUsername(in.Username) == state.FoldUsername(m.Username))
}

// Active reports whether a place is one that older operations show.
func Active(m *model.Membership) bool { return !m.Pending }

// View is how people are shown, and what is read of them for it.
type View[W any] struct {
	read func(store.Tx, model.ID, []*model.Membership) ([]roster.Person, error)
	wire func(roster.Person) W
}

// The shapes of people.
var (
	CloudAppUser = View[CloudAppUserView]{roster.Read, cloudAppUser}
	OrgUser      = View[OrgUserResponse]{roster.Read, orgUser}
	GroupUser    = View[GroupUserResponse]{roster.ReadBrief, groupUser}
)

// PeoplePage is the page of people of one organization that p asks for.
func PeoplePage[W any](tx store.Tx, p api.Paging, orgID model.ID, places []*model.Membership, as View[W]) (page api.Page[W], err error) {
	found := api.PageOf(p, places)
	page.TotalCount = found.TotalCount
	some, err := as.read(tx, orgID, found.Results)
	for _, person := range some {
		page.Results = append(page.Results, as.wire(person))
	}
	return page, err
}

// ShowPerson shows one person of an organization.
func ShowPerson[W any](tx store.Tx, orgID model.ID, m *model.Membership, as View[W]) (w W, err error) {
	some, err := as.read(tx, orgID, []*model.Membership{m})
	if err != nil {
		return w, err
	}
	return as.wire(some[0]), nil
}
