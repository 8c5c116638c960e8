package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// PeopleFilter has the filters of lists of people, to be embedded in their In.
type PeopleFilter struct {
	StatusFilter
	OrgMembershipStatus string `query:"orgMembershipStatus" api:"deprecated" doc:"PENDING or ACTIVE to return such users only. Superseded by orgMembershipStatuses."`
	Username            string `query:"username" api:"is=email" doc:"Return only the user with this username."`
}

// Validate refuses an unknown status.
func (in PeopleFilter) Validate() error {
	if one := in.OrgMembershipStatus; one != "" && one != pending && one != active {
		return fault.Field("orgMembershipStatus", "must be one of PENDING, ACTIVE")
	}
	return nil
}

// Matches reports whether a membership passes the filters.
func (in PeopleFilter) Matches(m *model.Membership) bool {
	return in.StatusFilter.Matches(m) &&
		(in.OrgMembershipStatus == "" || in.OrgMembershipStatus == Status(m)) &&
		(in.Username == "" || state.FoldUsername(in.Username) == state.FoldUsername(m.Username))
}

// Active reports whether a membership is active. Deprecated operations show no others.
func Active(m *model.Membership) bool { return !m.Pending }

// View is a shape in which people are shown, and how what it shows is read.
type View[W any] struct {
	read func(store.Tx, model.ID, []*model.Membership) ([]roster.Person, error)
	wire func(roster.Person) W
}

// The views of people.
var (
	CloudAppUser = View[CloudAppUserView]{roster.Read, cloudAppUser}
	OrgUser      = View[OrgUserResponse]{roster.Read, orgUser}
	GroupUser    = View[GroupUserResponse]{roster.ReadBrief, groupUser}
)

// PeoplePage returns the page p of people of one organization.
func PeoplePage[W any](tx store.Tx, p api.Paging, orgID model.ID, members []*model.Membership, as View[W]) (page api.Page[W], err error) {
	found := api.PageOf(p, members)
	page.TotalCount = found.TotalCount
	some, err := as.read(tx, orgID, found.Results)
	for _, person := range some {
		page.Results = append(page.Results, as.wire(person))
	}
	return page, err
}

// ShowPerson shows one person of an organization in a view.
func ShowPerson[W any](tx store.Tx, orgID model.ID, m *model.Membership, as View[W]) (w W, err error) {
	some, err := as.read(tx, orgID, []*model.Membership{m})
	if err != nil {
		return w, err
	}
	return as.wire(some[0]), nil
}
