package cluster

import (
	"cmp"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// OrgGroup is a project with its clusters, in short.
type OrgGroup struct {
	Clusters  []CloudCluster `json:"clusters" api:"readonly" doc:"The project's clusters, Flex ones among them, by name."`
	GroupID   string         `json:"groupId,omitempty" api:"readonly" doc:"Id of the project."`
	GroupName string         `json:"groupName,omitempty" api:"is=projectName" doc:"Name of the project."`
	OrgID     string         `json:"orgId,omitempty" api:"readonly" doc:"Id of the organization."`
	OrgName   string         `json:"orgName,omitempty" api:"is=projectName" doc:"Name of the organization."`
	PlanType  string         `json:"planType,omitempty" api:"readonly" doc:"Atlas, as on the service."`
	Tags      []string       `json:"tags" api:"readonly" doc:"Empty: they are not the project's tags."`
}

// CloudCluster is a cluster in short.
type CloudCluster struct {
	AlertCount    int      `json:"alertCount" api:"readonly" doc:"How many alerts about the cluster are open."`
	AuthEnabled   bool     `json:"authEnabled" api:"readonly" doc:"Whether clients must log in. They must."`
	Availability  string   `json:"availability,omitempty" api:"readonly,enum=available|dead|unavailable|warning" doc:"Whether the cluster's database runs."`
	BackupEnabled bool     `json:"backupEnabled" api:"readonly" doc:"Whether the cluster has backups."`
	ClusterID     string   `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	DataSizeBytes *int64   `json:"dataSizeBytes,omitempty" api:"readonly" doc:"Size of the data. Absent."`
	Name          string   `json:"name,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	NodeCount     int      `json:"nodeCount" api:"readonly" doc:"How many nodes are declared."`
	SSLEnabled    bool     `json:"sslEnabled" api:"readonly" doc:"Whether clients speak TLS with the cluster."`
	Type          string   `json:"type,omitempty" api:"readonly,enum=REPLICA_SET|SHARDED_CLUSTER" doc:"Kind of cluster."`
	Versions      []string `json:"versions" api:"readonly,unique" doc:"MongoDB versions of the nodes."`
}

type allIn struct{ api.Paging }

// all are the projects that the caller may read and that have clusters, by name.
func (s *Service) all(tx store.Tx, in allIn) (page api.Page[OrgGroup], err error) {
	var groups []OrgGroup
	for _, orgID := range authz.From(tx.Context()).Organizations() {
		o, err := state.Organization(tx, orgID)
		if err != nil {
			return page, err
		}
		projects, err := state.ReadableProjects(tx, authz.From(tx.Context()), orgID)
		if err != nil {
			return page, err
		}
		for _, p := range projects {
			clusters, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{p.ID}})
			if err != nil {
				return page, err
			}
			if len(clusters) == 0 {
				continue
			}
			alerts, err := s.OpenAlerts(tx, p.ID)
			if err != nil {
				return page, err
			}
			groups = append(groups, s.group(o, p, clusters, alerts))
		}
	}
	slices.SortFunc(groups, func(a, b OrgGroup) int {
		return cmp.Or(cmp.Compare(a.GroupName, b.GroupName), cmp.Compare(a.GroupID, b.GroupID))
	})
	return api.PageOf(in.Paging, groups), nil
}

func (s *Service) group(o *model.Organization, p *model.Project, clusters []*model.Cluster, alerts map[model.ID]int) OrgGroup {
	g := OrgGroup{GroupID: p.ID, GroupName: p.Name, OrgID: o.ID, OrgName: o.Name, PlanType: "Atlas", Tags: []string{}}
	for _, c := range clusters {
		w := CloudCluster{
			AlertCount: alerts[c.ID], AuthEnabled: true, Availability: "unavailable", BackupEnabled: c.Declared.Backup, ClusterID: c.ID, Name: c.Name, Type: "REPLICA_SET",
			Versions: []string{s.Version},
		}
		if c.Runs() {
			w.Availability = "available"
		}
		for _, z := range c.Declared.Zones {
			for _, r := range z.Regions {
				w.NodeCount += r.Electable.Nodes + r.ReadOnly.Nodes + r.Analytics.Nodes
			}
		}
		g.Clusters = append(g.Clusters, w)
	}
	return g
}
