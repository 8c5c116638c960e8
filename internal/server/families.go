package server

import (
	"path/filepath"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/apikey"
	"github.com/telamon-db/telamon/internal/resource/auditing"
	"github.com/telamon-db/telamon/internal/resource/awsdns"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/resource/clouduser"
	"github.com/telamon-db/telamon/internal/resource/cluster"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/events"
	"github.com/telamon-db/telamon/internal/resource/organization"
	"github.com/telamon-db/telamon/internal/resource/project"
	"github.com/telamon-db/telamon/internal/resource/root"
	"github.com/telamon-db/telamon/internal/resource/serverless"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// operations are all operations of the API: the one list of families.
func (s *Server) operations() api.Operations {
	databaseUsers := &databaseuser.Service{Store: s.store}
	accessLists := &accesslist.Service{Store: s.store}
	audits, awsDNS := &auditing.Service{Store: s.store}, &awsdns.Service{Store: s.store}
	invitations := &invite.Sender{BaseURL: func() string { return s.bootstrap.BaseURL }}
	cloudUsers := &clouduser.Service{Store: s.store, Invitations: invitations}
	lifecycle := cluster.Lifecycle{Node: localNode, Dwell: s.cfg.Pace.Dwell}
	clusters := &cluster.Service{Lifecycle: lifecycle, Store: s.store, Plane: s.plane, Version: mongoDBVersion}
	projects := &project.Service{Store: s.store, Residents: []project.Resident{
		clusters, databaseUsers, accessLists, audits, awsDNS, cloudUsers,
	}}
	return slices.Concat(
		projects.Operations(),
		databaseUsers.Operations(),
		accessLists.Operations(),
		cloudUsers.Operations(),
		audits.Operations(),
		awsDNS.Operations(),
		projects.OrganizationOperations(),
		(&organization.Service{Store: s.store}).Operations(),
		(&root.Service{Store: s.store, Build: Version}).Operations(),
		(&events.Service{Store: s.store}).Operations(),
		clusters.Operations(),
		(&serverless.Service{Store: s.store, Clusters: lifecycle, Plane: s.plane, Version: mongoDBVersion}).Operations(),
		(&apikey.Service{Store: s.store, Usage: s.usage}).Operations(),
		s.backups().Operations(),
	)
}

func (s *Server) backups() *backup.Service {
	return &backup.Service{Store: s.store, Plane: s.plane, Dwell: s.cfg.Pace.Dwell, Version: mongoDBVersion}
}

// handlers are all kinds of work.
func (s *Server) handlers() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{
		cluster.Kind:            cluster.Reconciler{Store: s.store, Runtime: s.plane, Dependents: []cluster.Dependent{s.backups()}},
		databaseuser.ExpireKind: databaseuser.Expiry{Store: s.store},
		accesslist.ExpireKind:   accesslist.Expiry{Store: s.store},
		backup.SnapshotKind:     backup.Taking{Service: s.backups()},
		backup.RestoreKind:      backup.Restoring{Service: s.backups()},
		invite.ExpireKind:       invite.Expiry{Store: s.store},
		mail.SendKind:           mail.Sender{Store: s.store, Transport: mail.Outbox{Dir: filepath.Join(s.cfg.DataDir, "outbox")}},
	}
}

// schemas are all tables.
func schemas() []*store.Schema {
	return []*store.Schema{
		state.Organizations.Schema(), state.Projects.Schema(), state.Users.Schema(), state.Memberships.Schema(),
		state.APIKeys.Schema(), state.KeyAddresses.Schema(), state.ServiceAccounts.Schema(), state.Tokens.Schema(),
		state.Clusters.Schema(), state.Settings.Schema(), reconcile.Works.Schema(), databaseuser.Users.Schema(),
		accesslist.Entries.Schema(), auditing.Configs.Schema(), awsdns.Settings.Schema(), invite.Invitations.Schema(), mail.Letters.Schema(),
		backup.Snapshots.Schema(), backup.Jobs.Schema(),
	}
}
