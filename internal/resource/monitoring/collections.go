package monitoring

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/series"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// CollStatsLatencyNamespaceMetrics are the measurements of collections.
type CollStatsLatencyNamespaceMetrics struct {
	GroupID string                            `json:"groupId" api:"required,readonly,is=objectId" doc:"Id of the project."`
	Metrics []CollStatsLatencyNamespaceMetric `json:"metrics" api:"required,readonly" doc:"The measurements."`
}

// CollStatsLatencyNamespaceMetric is a measurement of collections.
type CollStatsLatencyNamespaceMetric struct {
	MetricName string `json:"metricName" api:"required,readonly" doc:"Name of the measurement."`
	Units      string `json:"units" api:"required,readonly" doc:"Unit of its values."`
}

func metricsOfCollections(tx store.Tx, in api.InGroup) (out CollStatsLatencyNamespaceMetrics, err error) {
	if _, err := state.Project(tx, in.GroupID); err != nil {
		return out, err
	}
	out.GroupID = in.GroupID
	for _, m := range measure.InCollection {
		out.Metrics = append(out.Metrics, CollStatsLatencyNamespaceMetric{m.Name, m.Units})
	}
	return out, nil
}

// CollStatsRankedNamespacesView are the collections that were used for longest.
type CollStatsRankedNamespacesView struct {
	GroupID          string   `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	IdentifierID     string   `json:"identifierId,omitempty" api:"readonly" doc:"The process, or the cluster's id."`
	RankedNamespaces []string `json:"rankedNamespaces" api:"required,readonly" doc:"The collections, those that were used for longest first, pinned ones before all others."`
}

// mostRanked is how many collections are ranked.
const mostRanked = 20

// windowIn is the time of a ranking or of measurements of collections.
type windowIn struct {
	Start  *time.Time `query:"start" doc:"Beginning of the time to return."`
	End    *time.Time `query:"end" doc:"End of the time to return. Without it: now."`
	Period string     `query:"period" api:"maxLen=64" doc:"Length of the time to return, as a duration of ISO 8601. Without it, and without start: a day."`
}

// read chooses the finest step that is kept for all of the time.
func (in windowIn) read(now time.Time) (s span, err error) {
	if in.Start == nil && in.Period == "" {
		in.Period = "PT24H"
	}
	var bad fault.Problems
	s = between(in.Start, in.End, in.Period, now, &bad)
	steps, kept := series.Steps()
	for i, step := range steps {
		if !s.from.Before(now.Add(-kept[i] - step)) {
			s.granularity, s.step = granularities[i], step
			return s, bad.Err()
		}
	}
	bad.Add(s.granularity, "must not reach back further than what is kept: two years")
	return s, bad.Err()
}

type ofHostIn struct {
	In
	windowIn
}

func (s *Service) rankedOfHost(tx store.Tx, in ofHostIn) (out CollStatsRankedNamespacesView, err error) {
	p, err := find(tx, in.In)
	if err != nil {
		return out, err
	}
	return ranked(tx, p.Cluster, []int{p.Member.ID}, in.windowIn, p.Address())
}

type clusterView string

// Values are which members are meant.
func (clusterView) Values() []string { return []string{"PRIMARY", "SECONDARY", "INDIVIDUAL_PROCESS"} }

type ofClusterIn struct {
	api.InCluster
	windowIn
	ClusterView clusterView `path:"clusterView" doc:"Which members are meant: the primary, the secondaries, or all."`
}

// members are those that the view means.
func (in ofClusterIn) members(c *model.Cluster) (ids []int) {
	for _, m := range c.Members {
		if in.ClusterView == "INDIVIDUAL_PROCESS" || m.Primary == (in.ClusterView == "PRIMARY") {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func (s *Service) rankedOfCluster(tx store.Tx, in ofClusterIn) (out CollStatsRankedNamespacesView, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	return ranked(tx, c, in.members(c), in.windowIn, c.ID)
}

// ranked ranks the collections that members have served.
func ranked(tx store.Tx, c *model.Cluster, members []int, in windowIn, id string) (out CollStatsRankedNamespacesView, err error) {
	part, err := in.read(tx.Now())
	if err != nil {
		return out, err
	}
	total := map[string]int64{}
	for _, m := range members {
		names, err := series.Targets(tx, measure.OfCollections(c.ID, m))
		if err != nil {
			return out, err
		}
		for _, target := range names {
			w, err := series.Read(tx, target, part.step, part.from, part.until, int(measure.TotalTime))
			if err != nil {
				return out, err
			}
			for _, v := range w.Columns[0] {
				if v != series.Missing {
					total[measure.NamespaceOf(target)] += v
				}
			}
		}
	}
	pinned, err := pinnedOf(tx, c)
	if err != nil {
		return out, err
	}
	rank := func(ns string) int64 {
		if slices.Contains(pinned, ns) {
			return 1<<62 + total[ns]/2
		}
		return total[ns]
	}
	all := slices.SortedFunc(maps.Keys(total), func(a, b string) int { return cmp.Or(cmp.Compare(rank(b), rank(a)), strings.Compare(a, b)) })
	return CollStatsRankedNamespacesView{c.GroupID, id, api.List(all[:min(len(all), mostRanked)])}, nil
}
