package server

import (
	"maps"
	"net"
	"net/netip"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/relocation"
	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/accesstracking"
	"github.com/telamon-db/telamon/internal/resource/advisor"
	"github.com/telamon-db/telamon/internal/resource/aimodel"
	"github.com/telamon-db/telamon/internal/resource/alert"
	"github.com/telamon-db/telamon/internal/resource/apikey"
	"github.com/telamon-db/telamon/internal/resource/auditing"
	"github.com/telamon-db/telamon/internal/resource/awsdns"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/resource/backupendpoint"
	"github.com/telamon-db/telamon/internal/resource/certificate"
	"github.com/telamon-db/telamon/internal/resource/cloudaccess"
	"github.com/telamon-db/telamon/internal/resource/clouduser"
	"github.com/telamon-db/telamon/internal/resource/cluster"
	"github.com/telamon-db/telamon/internal/resource/container"
	"github.com/telamon-db/telamon/internal/resource/customrole"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/encryption"
	"github.com/telamon-db/telamon/internal/resource/events"
	"github.com/telamon-db/telamon/internal/resource/federation"
	"github.com/telamon-db/telamon/internal/resource/flex"
	"github.com/telamon-db/telamon/internal/resource/globalwrites"
	"github.com/telamon-db/telamon/internal/resource/integration"
	"github.com/telamon-db/telamon/internal/resource/invitation"
	"github.com/telamon-db/telamon/internal/resource/maintenance"
	"github.com/telamon-db/telamon/internal/resource/mcpconfig"
	"github.com/telamon-db/telamon/internal/resource/migration"
	"github.com/telamon-db/telamon/internal/resource/monitoring"
	"github.com/telamon-db/telamon/internal/resource/onlinearchive"
	"github.com/telamon-db/telamon/internal/resource/organization"
	"github.com/telamon-db/telamon/internal/resource/outage"
	"github.com/telamon-db/telamon/internal/resource/privatelink"
	"github.com/telamon-db/telamon/internal/resource/project"
	"github.com/telamon-db/telamon/internal/resource/queryshape"
	"github.com/telamon-db/telamon/internal/resource/ratelimits"
	"github.com/telamon-db/telamon/internal/resource/resourcepolicy"
	"github.com/telamon-db/telamon/internal/resource/rollingindex"
	"github.com/telamon-db/telamon/internal/resource/root"
	"github.com/telamon-db/telamon/internal/resource/sampledata"
	"github.com/telamon-db/telamon/internal/resource/sandbox"
	"github.com/telamon-db/telamon/internal/resource/search"
	"github.com/telamon-db/telamon/internal/resource/serviceaccount"
	"github.com/telamon-db/telamon/internal/resource/standby"
	"github.com/telamon-db/telamon/internal/resource/streams"
	"github.com/telamon-db/telamon/internal/resource/team"
	"github.com/telamon-db/telamon/internal/resource/telemetry"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// A family says what it has by the methods that it has.
type (
	operator interface{ Operations() api.Operations }
	keeper   interface{ Tables() []*store.Schema }
	worker   interface {
		Work() map[reconcile.Kind]reconcile.Handler
	}
)

// families is the one list: what the API has, and what works for it.
func (s *Server) families() []any {
	var (
		pace      = s.cfg.Pace
		networks  = container.New(s.store)
		names     = awsdns.New(s.store)
		clusters  = cluster.Lifecycle{Node: s.node, Site: s.cfg.site(), MinDuration: pace.Cluster, Networks: networks, Names: names}
		shared    = cluster.Lifecycle{Node: s.node, Site: s.cfg.site(), MinDuration: pace.Flex, Networks: networks, Names: names}
		users     = databaseuser.New(s.store)
		links     = privatelink.New(s.store, pace.Other)
		configs   = alert.NewConfigurations(s.store)
		federated = federation.New(s.store, pace.Other)
		flows     = streams.New(s.store, pace.Other)
		inviter   = &invite.Sender{BaseURL: func() string { return s.bootstrap.BaseURL }}
	)
	list := []any{
		&root.Service{Store: s.store, Build: Version},
		&apikey.Service{Store: s.store, Usage: s.usage},
		&serviceaccount.Service{Store: s.store, Usage: s.usage},
		&clouduser.Service{Store: s.store, Invitations: inviter},
		&team.Service{Store: s.store},
		&invitation.Service{Store: s.store, Invitations: inviter},
		users,
		certificate.New(s.store, users),
		&customrole.Service{Store: s.store, Users: users},
		accesslist.New(s.store),
		&cluster.Service{Lifecycle: clusters, Store: s.store, Version: mongoDBVersion, EnforcedIn: s.enforcedIn(), OpenAlerts: alert.Open},
		networks,
		container.NewPeers(s.store, pace.Other),
		&flex.Service{Store: s.store, Clusters: shared, Version: mongoDBVersion, Indexing: advisor.Begin},
		s.advisor(),
		&accesstracking.Service{Store: s.store, Recorder: s.insight},
		&queryshape.Service{Store: s.store, Recorder: s.insight},
		s.rolling(), auditor{s},
		s.sampleData(),
		&outage.Service{Store: s.store, MinDuration: pace.Cluster, Wake: cluster.Wake},
		s.reconciler(),
		s.backups(), backup.NewBuckets(s.store), backupendpoint.New(s.store, pace.Other),
		s.nodes, s.relocation(),
		&ratelimits.Service{Limits: s.limits, Endpoints: func() api.Operations { return s.engine.Operations() }, Scopes: scopes{s.store}},
		auditing.New(s.store),
		s.monitoring(), monitoring.Collections{Service: s.monitoring()},
		s.sampler,
		names,
		maintenance.New(s.store),
		encryption.New(s.store),
		encryption.NewEndpoints(s.store, pace.Other),
		links, links.Endpoints, links.Mode,
		cloudaccess.New(s.store, pace.Other),
		integration.New(s.store),
		federated, federated.Limits, federated.Endpoints,
		flows, flows.Connections, flows.Failovers, flows.Processors, flows.Links,
		telemetry.NewLogs(s.store), telemetry.NewMetrics(s.store), telemetry.NewExport(s.store, pace.Other),
		migration.New(s.store, pace.Other),
		aimodel.NewKeys(s.store), aimodel.NewLimits(s.store),
		mcpconfig.New(s.store), mcpconfig.NewOfOrgs(s.store),
		sandbox.New(s.store),
		&globalwrites.Service{Store: s.store},
		s.alerts(), configs, s.notices(),
		&events.Service{Store: s.store, Log: s.cfg.Logger, BaseURL: func() string { return s.bootstrap.BaseURL }},
		invite.Expiry{Store: s.store},
		mail.Sender{Store: s.store, Transport: s.mail, Log: s.cfg.Logger},
	}
	for _, d := range s.declaredOfClusters() {
		list = append(list, d)
	}
	list = append(list, standby.New(s.store, pace.Other).Failovers)
	list = append(list, &resourcepolicy.Service{Store: s.store, Holders: having[policy.Holder](list)})
	// Organizations and projects know who lives in them.
	return append(list, &organization.Service{Store: s.store, Residents: having[organization.Resident](list)}, &project.Service{
		Store: s.store, Version: defaultMajorVersion, Residents: having[project.Resident](list), Founders: having[project.Founder](list), Counted: having[project.Counted](list),
	})
}

// reconciler makes clusters what they are declared to be.
func (s *Server) reconciler() cluster.Reconciler {
	return cluster.Reconciler{Store: s.store, Runtime: s.plane, Dependents: append(s.declaredOfClusters(), s.backups(), s.sampleData(), s.sampler, s.alerts(), s.advisor(), s.rolling(), auditor{s}), MinDuration: s.cfg.Pace.Cluster}
}

// declaredOfClusters are the families of what clusters have declared beside themselves.
func (s *Server) declaredOfClusters() []cluster.Dependent {
	duration := s.cfg.Pace.Other
	return []cluster.Dependent{onlinearchive.New(s.store, duration), search.NewIndexes(s.store, duration), search.NewDeployments(s.store, duration), standby.New(s.store, duration)}
}

func (s *Server) monitoring() *monitoring.Service {
	return &monitoring.Service{Store: s.store, Plane: s.plane, Node: s.node, Now: s.clock.Now, Version: mongoDBVersion}
}

func (s *Server) alerts() *alert.Service {
	return &alert.Service{Configurations: alert.NewConfigurations(s.store), Bases: s.cfg.Receivers}
}

// notices sends what alerts tell services and webhooks. While the API is bound to this machine, so may receivers be.
func (s *Server) notices() *notify.Sender {
	host, _, err := net.SplitHostPort(s.cfg.Listen)
	at, parsed := netip.ParseAddr(host)
	loopback := err == nil && (host == "localhost" || parsed == nil && at.IsLoopback())
	return &notify.Sender{Store: s.store, Node: s.node, Log: s.cfg.Logger, Guard: notify.Guard{Loopback: loopback, Allowed: s.cfg.MayReach}}
}

func (s *Server) backups() *backup.Service {
	return &backup.Service{
		Store: s.store, Plane: s.plane, MinDuration: s.cfg.Pace.Backup, Version: mongoDBVersion, Wake: cluster.Wake,
		ShipEvery: s.cfg.OplogEvery, Secret: s.secret, BaseURL: func() string { return s.bootstrap.BaseURL },
		Node: s.node, Bucket: s.cfg.SnapshotBucket != "",
	}
}

func (s *Server) relocation() *relocation.Service {
	return &relocation.Service{
		Store: s.store, Plane: s.plane, Backups: s.backups(), Wake: cluster.Wake, Node: s.node, Site: s.cfg.site(),
		Bucket: s.cfg.SnapshotBucket != "", Log: s.cfg.Logger,
		Adopt: func(tx store.Tx, c *model.Cluster) error { return s.reconciler().Adopt(tx, c, s.node, s.cfg.site()) },
	}
}

func (s *Server) advisor() *advisor.Service {
	return &advisor.Service{Store: s.store, Plane: s.plane, Recorder: s.insight, Node: s.node, Every: s.cfg.Pace.Advice}
}

func (s *Server) rolling() *rollingindex.Service {
	return &rollingindex.Service{Store: s.store, Plane: s.plane}
}

func (s *Server) sampleData() *sampledata.Service {
	return &sampledata.Service{Store: s.store, Plane: s.plane, MinDuration: s.cfg.Pace.Backup}
}

// having are the families with a certain method.
func having[T any](families []any) []T {
	var out []T
	for _, f := range families {
		if t, ok := f.(T); ok {
			out = append(out, t)
		}
	}
	return out
}

// operations are all operations of the API.
func (s *Server) operations() api.Operations {
	var all api.Operations
	for _, f := range having[operator](s.families()) {
		all = append(all, f.Operations()...)
	}
	return all
}

// handlers are all kinds of work.
func (s *Server) handlers() map[reconcile.Kind]reconcile.Handler {
	all := map[reconcile.Kind]reconcile.Handler{}
	for _, f := range having[worker](s.families()) {
		maps.Copy(all, f.Work())
	}
	return all
}

// tables are all tables.
func (s *Server) tables() []*store.Schema {
	all := append(state.Tables(), reconcile.Works.Schema())
	all = append(append(all, login.Tables()...), insight.Tables()...)
	for _, f := range having[keeper](s.families()) {
		all = append(all, f.Tables()...)
	}
	return all
}
