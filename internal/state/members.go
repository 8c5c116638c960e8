package state

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// MembershipsIn selects the people of a project or of an organization itself, by username.
func MembershipsIn(scope model.ID) store.Query {
	return store.Query{Index: "scope", Prefix: []string{scope}}
}

// UserMemberships selects a user's memberships in an organization and in its projects: first that in the organization itself.
func UserMemberships(userID, orgID model.ID) store.Query {
	return store.Query{Index: "user", Prefix: []string{userID, orgID}}
}

// OrgMemberships selects all memberships in an organization and in its projects, user by user.
func OrgMemberships(orgID model.ID) store.Query {
	return store.Query{Index: "org", Prefix: []string{orgID}}
}

// InitialOwner returns the member of an organization who becomes the owner of what is created in its name: the named one or,
// without a name, the oldest owner, or nil if it has none. Error: fault.UserNotFound if the named user is not an active
// member.
func InitialOwner(tx store.Tx, orgID, userID model.ID) (*model.Membership, error) {
	if userID != "" {
		m, err := Memberships.Get(tx, MembershipID(userID, orgID))
		if err == nil && m.Pending {
			err = store.ErrNotFound
		}
		return m, store.IfMissing(err, fault.UserNotFound.With(userID))
	}
	members, err := Memberships.List(tx, MembershipsIn(orgID))
	var oldest *model.Membership
	for _, m := range members {
		if slices.Contains(m.Roles, authz.OrgOwner) && !m.Pending && (oldest == nil || m.Created.Before(oldest.Created)) {
			oldest = m
		}
	}
	return oldest, err
}
