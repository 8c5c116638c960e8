// Package people changes people's memberships in organizations, projects and teams. It enforces their limits, and that an
// organization keeps an owner. Every change is written with its event in the caller's transaction.
//
// Invited people have memberships too. Those are pending: they give no rights but count towards the limits.
package people

import (
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxUsers is how many people an organization with all its projects may have, and how many a project may have (MongoDB
// documentation, "Atlas Service Limits").
const maxUsers = 500

// Add adds a user to an organization or project. Errors: fault.UsersPerOrg and fault.UsersPerGroup if it is full,
// fault.UserAlreadyExists if the user is in it.
func Add(tx store.Tx, m *model.Membership) error {
	n, err := state.Memberships.Count(tx, state.MembershipsIn(m.Scope()))
	if err != nil {
		return err
	}
	m.Created = tx.Now()
	err = state.Memberships.Put(tx, m)
	if _, taken := store.Duplicate(err); taken {
		return fault.UserAlreadyExists.With(m.Username)
	}
	if err != nil {
		return err
	}
	if n >= maxUsers {
		return pick(m, fault.UsersPerOrg, fault.UsersPerGroup).With(strconv.Itoa(maxUsers))
	}
	if m.Pending {
		return writeEvent(tx, m, pick[event.Type](m, "INVITED_TO_ORG", "INVITED_TO_GROUP"))
	}
	return writeEvent(tx, m, pick[event.Type](m, "JOINED_ORG", "JOINED_GROUP"))
}

// Accept makes a pending membership active.
func Accept(tx store.Tx, m *model.Membership) error {
	m.Pending, m.Hidden = false, false
	if err := state.Memberships.Put(tx, m); err != nil {
		return err
	}
	return writeEvent(tx, m, pick[event.Type](m, "JOINED_ORG", "JOINED_GROUP"))
}

// Remove deletes a membership, active or pending. Error: fault.LastOrgOwner, for the last owner of an organization.
func Remove(tx store.Tx, m *model.Membership) error {
	if err := keepOwner(tx, m, nil); err != nil {
		return err
	}
	if err := state.Memberships.Delete(tx, m); err != nil {
		return err
	}
	if m.Pending {
		return writeEvent(tx, m, pick[event.Type](m, "ORG_INVITATION_DELETED", "GROUP_INVITATION_DELETED"))
	}
	return writeEvent(tx, m, pick[event.Type](m, "REMOVED_FROM_ORG", "REMOVED_FROM_GROUP"))
}

// RemoveFromOrg deletes all of a user's memberships in an organization, its projects and its teams.
func RemoveFromOrg(tx store.Tx, userID, orgID model.ID) error {
	if err := RemoveFromTeams(tx, userID, orgID); err != nil {
		return err
	}
	places, err := state.Memberships.List(tx, state.UserMemberships(userID, orgID))
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(places) {
		if err := Remove(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// SetRoles replaces the roles of a membership. Each is stored once; the same roles change nothing. Error:
// fault.LastOrgOwner, if the last owner of an organization would stop being one.
func SetRoles(tx store.Tx, m *model.Membership, roles []authz.Role) error {
	roles = Unique(roles)
	if SameRoles(m.Roles, roles) {
		return nil
	}
	if err := keepOwner(tx, m, roles); err != nil {
		return err
	}
	m.Roles = roles
	if err := state.Memberships.Put(tx, m); err != nil {
		return err
	}
	return writeEvent(tx, m, "USER_ROLES_CHANGED_AUDIT")
}

// Unique returns the roles in their order without duplicates.
func Unique(roles []authz.Role) []authz.Role {
	var once []authz.Role
	for _, r := range roles {
		if !slices.Contains(once, r) {
			once = append(once, r)
		}
	}
	return once
}

// SameRoles reports whether a and b, both without duplicates, have the same roles in any order.
func SameRoles(a, b []authz.Role) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(r authz.Role) bool { return !slices.Contains(b, r) })
}

// keepOwner refuses a change of m that leaves its organization without an active owner.
func keepOwner(tx store.Tx, m *model.Membership, roles []authz.Role) error {
	if !owns(m) || slices.Contains(roles, authz.OrgOwner) {
		return nil
	}
	members, err := state.Memberships.List(tx, state.MembershipsIn(m.OrgID))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(members, func(o *model.Membership) bool { return owns(o) && o.UserID != m.UserID }) {
		return nil
	}
	return fault.LastOrgOwner.With()
}

// owns reports whether m is that of an active owner of the organization.
func owns(m *model.Membership) bool {
	return m.GroupID == "" && !m.Pending && slices.Contains(m.Roles, authz.OrgOwner)
}

// pick returns org for a membership in an organization itself, and project for one in a project.
func pick[T any](m *model.Membership, org, project T) T {
	if m.GroupID == "" {
		return org
	}
	return project
}

// writeEvent writes an event about a membership.
func writeEvent(tx store.Tx, m *model.Membership, what event.Type) error {
	return event.Write(tx, event.Event{Type: what, OrgID: m.OrgID, GroupID: m.GroupID}.About(event.CloudUser(m.Username)))
}
