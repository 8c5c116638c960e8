package server

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/project"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// operations are all operations of the API: the one list of families.
func (s *Server) operations() api.Operations {
	databaseUsers := &databaseuser.Service{Store: s.store}
	accessLists := &accesslist.Service{Store: s.store}
	projects := &project.Service{Store: s.store, Residents: []project.Resident{
		databaseUsers, accessLists,
	}}
	return slices.Concat(
		projects.Operations(),
		databaseUsers.Operations(),
		accessLists.Operations(),
	)
}

// handlers are all kinds of work.
func (s *Server) handlers() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{
		databaseuser.ExpireKind: databaseuser.Expiry{Store: s.store},
		accesslist.ExpireKind:   accesslist.Expiry{Store: s.store},
	}
}

// schemas are all tables.
func schemas() []*store.Schema {
	return []*store.Schema{
		state.Organizations.Schema(), state.Projects.Schema(), state.Users.Schema(), state.Memberships.Schema(),
		state.APIKeys.Schema(), state.KeyAddresses.Schema(), state.ServiceAccounts.Schema(), state.Tokens.Schema(),
		state.Clusters.Schema(), state.Settings.Schema(), reconcile.Works.Schema(), databaseuser.Users.Schema(),
		accesslist.Entries.Schema(),
	}
}
