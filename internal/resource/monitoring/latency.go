package monitoring

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// MeasurementsCollStatsLatency is what was measured of a collection at members of a cluster.
type MeasurementsCollStatsLatency struct {
	ClusterID      string               `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	ClusterView    string               `json:"clusterView,omitempty" api:"readonly" doc:"Which members are meant."`
	CollectionName string               `json:"collectionName,omitempty" api:"readonly" doc:"Name of the collection."`
	DatabaseName   string               `json:"databaseName,omitempty" api:"readonly" doc:"Name of the database."`
	End            api.Time             `json:"end,omitzero" api:"readonly" doc:"Time of the last point."`
	Granularity    string               `json:"granularity,omitempty" api:"readonly,enum=PT1M|PT5M|PT1H|P1D" doc:"Step between two points."`
	GroupID        string               `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Measurements   []MetricsMeasurement `json:"measurements" api:"readonly" doc:"The measurements, one process after another."`
	ProcessID      string               `json:"processId,omitempty" api:"readonly,is=processId" doc:"Host and port of the process, if it is one."`
	Start          api.Time             `json:"start,omitzero" api:"readonly" doc:"Time of the first point."`
}

type collectionMetric string

// Values are the names of measurements.
func (collectionMetric) Values() []string { return measure.InCollection.Names() }

// collectionIn names a collection and its measurements.
type collectionIn struct {
	DatabaseName   string             `path:"databaseName" doc:"Name of the database."`
	CollectionName string             `path:"collectionName" doc:"Name of the collection."`
	Metrics        []collectionMetric `query:"metrics" doc:"Names of measurements: only these."`
}

type ofHostCollectionIn struct {
	In
	windowIn
	collectionIn
}

func (s *Service) latencyOfHost(tx store.Tx, in ofHostCollectionIn) (out MeasurementsCollStatsLatency, err error) {
	p, err := find(tx, in.In)
	if err != nil {
		return out, err
	}
	out, err = in.latency(tx, p.Cluster, []int{p.Member.ID}, in.windowIn)
	out.ClusterID, out.ProcessID = "", p.Address()
	return out, err
}

type ofClusterCollectionIn struct {
	ofClusterIn
	collectionIn
}

func (s *Service) latencyOfCluster(tx store.Tx, in ofClusterCollectionIn) (out MeasurementsCollStatsLatency, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	ids := in.members(c)
	out, err = in.latency(tx, c, ids, in.windowIn)
	out.ClusterView = string(in.ClusterView)
	for _, m := range c.Members {
		if len(ids) == 1 && m.ID == ids[0] {
			out.ProcessID = m.Address()
		}
	}
	return out, err
}

// latency are the measurements of a collection at members.
func (in collectionIn) latency(tx store.Tx, c *model.Cluster, members []int, window windowIn) (out MeasurementsCollStatsLatency, err error) {
	part, err := window.read(tx.Now())
	if err != nil {
		return out, err
	}
	out = MeasurementsCollStatsLatency{
		ClusterID: c.ID, CollectionName: in.CollectionName, DatabaseName: in.DatabaseName, GroupID: c.GroupID, Granularity: part.granularity, Measurements: []MetricsMeasurement{},
	}
	ns := measure.Namespace{DB: in.DatabaseName, Collection: in.CollectionName}
	for _, id := range members {
		all, start, end, err := points(tx, part, measure.CollectionTarget(c.ID, id, ns), measure.InCollection.Named(texts(in.Metrics)))
		if err != nil {
			return out, err
		}
		out.Start, out.End, out.Measurements = start, end, append(out.Measurements, all...)
	}
	return out, nil
}
