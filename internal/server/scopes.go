package server

import (
	"context"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// scopes resolves the scopes that paths name.
type scopes struct{ store store.Store }

// Project returns the organization of a project.
func (s scopes) Project(ctx context.Context, groupID string) (orgID string, err error) {
	return store.Recalled(ctx, s.store, "organization of "+groupID, func(tx store.Tx) (string, error) {
		p, err := state.Projects.Get(tx, groupID)
		if err != nil {
			return "", store.IfMissing(err, fault.GroupNotFound.With(groupID))
		}
		return p.OrgID, nil
	})
}

// Organization reports whether the organization exists.
func (s scopes) Organization(ctx context.Context, orgID string) error {
	return s.store.View(ctx, func(tx store.Tx) error {
		_, err := state.Organizations.Get(tx, orgID)
		return store.IfMissing(err, fault.OrgNotFound.With(orgID))
	})
}
