package monitoring

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Collections serves the family Collection Level Metrics.
type Collections struct{ *Service }

const (
	levelTag    = "Collection Level Metrics"
	ofClusters  = "/groups/{groupId}/clusters/{clusterName}"
	pinnedPath  = ofClusters + "/collStats/pinned"
	since       = "2023-11-15"
	collections = "/{databaseName}/{collectionName}/collStats/measurements"
)

// Operations are the family's operations.
func (c Collections) Operations() api.Operations {
	s, reader := c.Service, authz.Any(authz.GroupReadOnly)
	return api.Operations{{
		ID: "getCollStatsLatencyNamespaceMetrics", Aliases: []string{"listGroupCollStatMetrics", "listCollStatMetrics"}, Method: http.MethodGet,
		Path: "/groups/{groupId}/collStats/metrics", Tag: levelTag,
		Summary: "Return the measurements that collections have",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since(since, store.Read(s.Store, metricsOfCollections)),
	}, {
		ID: "getCollStatsLatencyNamespacesForHost", Aliases: []string{"getGroupProcessCollStatNamespaces", "getProcessNamespaces"}, Method: http.MethodGet,
		Path: one + "/collStats/namespaces", Tag: levelTag,
		Summary: "Return the collections that one process served for longest",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since(since, store.Read(s.Store, s.rankedOfHost)),
	}, {
		ID: "getCollStatsLatencyNamespaceHostMeasurements", Aliases: []string{"listGroupProcessCollStatMeasurements", "listProcessMeasurements"}, Method: http.MethodGet,
		Path: one + collections, Tag: levelTag,
		Summary: "Return measurements of one collection at one process",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since(since, store.Read(s.Store, s.latencyOfHost)),
	}, {
		ID: "getCollStatsLatencyNamespacesForCluster", Aliases: []string{"getGroupClusterCollStatNamespaces", "getClusterNamespaces"}, Method: http.MethodGet,
		Path: ofClusters + "/{clusterView}/collStats/namespaces", Tag: levelTag,
		Summary: "Return the collections that one cluster served for longest",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Read(s.Store, s.rankedOfCluster)),
	}, {
		ID: "getCollStatsLatencyNamespaceClusterMeasurements", Aliases: []string{"listGroupClusterCollStatMeasurements", "listCollStatMeasurements"}, Method: http.MethodGet,
		Path: ofClusters + "/{clusterView}" + collections, Tag: levelTag,
		Summary: "Return measurements of one collection at the members of one cluster",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Read(s.Store, s.latencyOfCluster)),
	}, {
		ID: "getPinnedNamespaces", Aliases: []string{"listGroupClusterCollStatPinnedNamespaces", "listPinnedNamespaces"}, Method: http.MethodGet, Path: pinnedPath, Tag: levelTag,
		Summary: "Return the collections of one cluster that are pinned",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Read(s.Store, listPinned)),
	}, {
		ID: "pinNamespacesPut", Aliases: []string{"pinGroupClusterCollStatPinnedNamespaces", "pinNamespaces"}, Method: http.MethodPut, Path: pinnedPath, Tag: levelTag,
		Summary: "Pin collections of one cluster, and no others",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Write(s.Store, pinOnly)),
	}, {
		ID: "pinNamespacesPatch", Aliases: []string{"updateGroupClusterCollStatPinnedNamespaces", "updatePinnedNamespaces"}, Method: http.MethodPatch, Path: pinnedPath, Tag: levelTag,
		Summary: "Pin more collections of one cluster",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Write(s.Store, pin)),
	}, {
		ID: "unpinNamespaces", Aliases: []string{"unpinGroupClusterCollStatUnpinNamespaces"}, Method: http.MethodPatch, Path: ofClusters + "/collStats/unpin", Tag: levelTag,
		Summary: "Unpin collections of one cluster",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since(since, store.Write(s.Store, unpin)),
	}}
}
