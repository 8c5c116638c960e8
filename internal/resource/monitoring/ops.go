// Package monitoring is the family Monitoring and Logs: the processes of a project's clusters, which are the members of
// their replica sets, their databases and disks, and their logs.
package monitoring

import (
	"context"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what the family needs of the node's clusters.
type Plane interface {
	// Run runs a command on a cluster of this node, as no user.
	Run(ctx context.Context, cluster model.ID, command bson.D) (bson.Raw, error)
	// Measure returns sizes of a cluster of this node; ok is false if its database is not open.
	Measure(cluster model.ID) (m plane.Measures, ok bool)
	// Connections returns how many connections a member of a cluster of this node has; ok is false if that is not known.
	Connections(cluster model.ID, member int) (n int, ok bool)
	// LogDir is where a member of a cluster of this node keeps its logs.
	LogDir(cluster model.ID, member int) string
}

// Service serves the family.
type Service struct {
	Store   store.Store
	Plane   Plane
	Node    string // the name of this node
	Now     func() time.Time
	Version string // MongoDB version that databases show
}

const (
	tag       = "Monitoring and Logs"
	path      = "/groups/{groupId}/processes"
	one       = path + "/{processId}"
	databases = one + "/databases"
	disks     = one + "/disks"
	logs      = "/groups/{groupId}/clusters/{hostName}/logs/{logName}.gz"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	reader := authz.Any(authz.GroupReadOnly)
	return api.Operations{{
		ID: "listAtlasProcesses", Aliases: []string{"listGroupProcesses"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all MongoDB processes of one project", Description: "Returns the members of the replica sets that run, by host and port.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "getAtlasProcess", Aliases: []string{"getGroupProcess"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one MongoDB process of one project",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since("2023-01-01", store.Read(s.Store, s.get)),
	}, {
		ID: "listDatabases", Aliases: []string{"listGroupProcessDatabases"}, Method: http.MethodGet, Path: databases, Tag: tag,
		Summary: "Return all databases of one MongoDB process", Description: "Returns the databases by name.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound, onAnotherNode}, Versions: api.Since("2023-01-01", s.listDatabases),
	}, {
		ID: "getDatabase", Aliases: []string{"getGroupProcessDatabase"}, Method: http.MethodGet, Path: databases + "/{databaseName}", Tag: tag,
		Summary: "Return one database of one MongoDB process",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound, onAnotherNode}, Versions: api.Since("2023-01-01", s.getDatabase),
	}, {
		ID: "listDiskPartitions", Aliases: []string{"listGroupProcessDisks"}, Method: http.MethodGet, Path: disks, Tag: tag,
		Summary: "Return all disk partitions of one MongoDB process", Description: "Each process has one, which is called data.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listDisks)),
	}, {
		ID: "listDiskMeasurements", Aliases: []string{"getGroupProcessDisk", "getProcessDisk"}, Method: http.MethodGet, Path: disks + "/{partitionName}", Tag: tag,
		Summary: "Return one disk partition of one MongoDB process",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since("2023-01-01", store.Read(s.Store, s.getDisk)),
	}, {
		ID: "getHostMeasurements", Aliases: []string{"getGroupProcessMeasurements", "getProcessMeasurements"}, Method: http.MethodGet, Path: one + "/measurements", Tag: tag,
		Summary:     "Return measurements of one MongoDB process",
		Description: "Minutes are kept for two days, five minutes for a week, hours for 63 days and days for two years. A measurement that is not made here has no values.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since("2023-01-01", store.Read(s.Store, s.ofProcess)),
	}, {
		ID: "getDatabaseMeasurements", Aliases: []string{"getGroupProcessDatabaseMeasurements"}, Method: http.MethodGet, Path: databases + "/{databaseName}/measurements", Tag: tag,
		Summary: "Return measurements of one database of one MongoDB process",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound, onAnotherNode}, Versions: api.Since("2023-01-01", s.ofDatabase),
	}, {
		ID: "getDiskMeasurements", Aliases: []string{"getGroupProcessDiskMeasurements", "getProcessDiskMeasurements"}, Method: http.MethodGet,
		Path: disks + "/{partitionName}/measurements", Tag: tag,
		Summary: "Return measurements of one disk partition of one MongoDB process", Description: "The partition is that of the node's data directory.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound}, Versions: api.Since("2023-01-01", store.Read(s.Store, s.ofDisk)),
	}, {
		ID: "getHostLogs", Aliases: []string{"downloadGroupClusterLog"}, Method: http.MethodGet, Path: logs, Tag: tag,
		Summary: "Download a log of one host of one project",
		Description: "The name of a host stands for all of the project's processes there, whose lines are ordered by time; HOST:PORT is one process. " +
			"Nothing is logged by mongos, because there are no sharded clusters. The cluster must be on the node that is asked.",
		Roles:  authz.Any(authz.GroupClusterLogViewer, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupStreamProcessingOwner),
		Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{processNotFound, onAnotherNode},
		Versions: []api.Version{api.Streamed("2023-01-01", api.Gzip, s.download).Until("2027-07-01"), api.Streamed("2023-02-01", api.Gzip, s.download)},
	}}
}

// The kinds of errors that only this family answers with.
var (
	processNotFound = shape.ProcessNotFound
	onAnotherNode   = fault.NewKind("CLUSTER_ON_ANOTHER_NODE", fault.Conflict, "The cluster %s is on the node %s: ask there.") // Telamon's own
)
