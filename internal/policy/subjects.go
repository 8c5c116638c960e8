package policy

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Cluster is c, as it is stored. converts says that it becomes sharded.
func Cluster(tx store.Tx, c *model.Cluster, converts bool) (Subject, error) {
	n, err := state.Clusters.Count(tx, store.Query{Index: "name", Prefix: []string{c.GroupID}})
	about := cedar.RecordMap{"cluster": describe(&c.Declared, converts), "project": cedar.NewRecord(cedar.RecordMap{"clustersInProject": cedar.Long(n)})}
	return Subject{Action: "cluster.modify", GroupID: c.GroupID, Cluster: c, Context: cedar.NewRecord(about)}, err
}

// describe is what policies can ask about a cluster that declares d.
func describe(d *model.Declared, converts bool) cedar.Record {
	var providers, regions []string
	sizes, disk := bounds{least: math.MaxInt64}, int64(0)
	for _, z := range d.Zones {
		for _, r := range z.Regions {
			cloud := strings.ToLower(r.Cloud())
			providers = append(providers, cloud)
			regions = append(regions, cloud+":"+model.OwnRegion(r.Cloud(), r.Name))
			sizes.region(&r)
			disk = max(disk, int64(math.Ceil(r.Electable.DiskGB)))
		}
	}
	shards := int64(1)
	if d.Type != "REPLICASET" {
		shards = int64(len(d.Zones))
	}
	m := cedar.RecordMap{
		"cloudProviders": set("CloudProvider", providers), "regions": set("Region", regions),
		"minTLSVersion":    uid("TLSVersion", strings.ToLower(d.Advanced.MinimumTLS)),
		"cipherConfigMode": uid("CipherConfigMode", strings.ToLower(d.Advanced.CipherMode)),
		"cipherSuites":     set("CipherSuite", append(append([]string(nil), d.Advanced.Ciphers12...), d.Advanced.Ciphers13...)),
		"clusterType":      uid("ClusterType", strings.ToLower(d.Type)),
		"minShardCount":    cedar.Long(shards), "maxShardCount": cedar.Long(shards),
		"isConvertingToSharded": cedar.Boolean(converts),
	}
	if sizes.most > 0 {
		m["minGeneralClassInstanceSizeValue"], m["maxGeneralClassInstanceSizeValue"] = cedar.Long(sizes.least), cedar.Long(sizes.most)
	}
	if !d.Shared() {
		m["diskSizeGB"] = cedar.Long(disk)
	}
	return cedar.NewRecord(m)
}

// bounds are the smallest and the largest size of a cluster's nodes of the general class, those they can scale to included.
// Without such nodes, most is 0.
type bounds struct{ least, most int64 }

func (b *bounds) region(r *model.Region) {
	for _, h := range []model.Hardware{r.Electable, r.ReadOnly, r.Analytics} {
		if h.Nodes > 0 {
			b.size(h.Size)
		}
	}
	for _, s := range []model.AutoScaling{r.Scaling, r.AnalyticsScaling} {
		if s.Compute {
			b.size(s.MaxSize)
		}
		if s.ScaleDown {
			b.size(s.MinSize)
		}
	}
}

// size counts a size such as M30 or M30_GEN_2. Those with a low CPU (R40) or NVMe disks are of other classes.
func (b *bounds) size(name string) {
	number, isGeneral := strings.CutPrefix(strings.TrimSuffix(name, "_GEN_2"), "M")
	if n, err := strconv.ParseInt(number, 10, 64); isGeneral && err == nil && n > 0 {
		b.least, b.most = min(b.least, n), max(b.most, n)
	}
}

// inProject is a subject that is a project, with one thing that policies can ask about it.
func inProject(action string, groupID model.ID, attribute string, value cedar.Value) Subject {
	about := cedar.NewRecord(cedar.RecordMap{cedar.String(attribute): value})
	return Subject{Action: action, GroupID: groupID, Context: cedar.NewRecord(cedar.RecordMap{"project": about})}
}

// AccessList is a project's access list: addresses and ranges in CIDR notation.
func AccessList(groupID model.ID, networks []netip.Prefix) Subject {
	var all []cedar.Value
	for _, n := range networks {
		all = append(all, cedar.IPAddr(n))
	}
	return inProject("project.ipAccessList.modify", groupID, "ipAccessList", cedar.NewSet(all...))
}

// MaintenanceWindow is whether a project has a maintenance window.
func MaintenanceWindow(groupID model.ID, defined bool) Subject {
	return inProject("project.maintenanceWindow.modify", groupID, "hasDefinedMaintenanceWindow", cedar.Boolean(defined))
}

// Peering are a project's connections with other networks, such as aws:ACCOUNT:VPC:CIDR.
func Peering(groupID model.ID, connections []string) Subject {
	return inProject("project.vpcPeering.modify", groupID, "peeringConnections", texts(connections))
}

// PrivateEndpoints are a project's private endpoints, such as aws:VPCE.
func PrivateEndpoints(groupID model.ID, endpoints []string) Subject {
	return inProject("project.privateEndpoint.modify", groupID, "privateEndpoints", texts(endpoints))
}

func texts(list []string) cedar.Set {
	var all []cedar.Value
	for _, s := range list {
		all = append(all, cedar.String(s))
	}
	return cedar.NewSet(all...)
}

// SearchIndex is a search index of c, which makes embeddings by itself or does not.
func SearchIndex(c *model.Cluster, autoEmbed bool) Subject {
	index := cedar.NewRecord(cedar.RecordMap{"isAutoEmbed": cedar.Boolean(autoEmbed)})
	about := cedar.NewRecord(cedar.RecordMap{"index": index})
	return Subject{Action: "search.index.modify", GroupID: c.GroupID, Cluster: c, Context: cedar.NewRecord(cedar.RecordMap{"search": about})}
}
