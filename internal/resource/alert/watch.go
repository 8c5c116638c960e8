package alert

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Watch compares what was measured in the minute up to an instant with the configurations of the projects.
func (s *Service) Watch(tx store.Tx, at time.Time, readings []shape.Reading) error {
	byProject := map[model.ID][]shape.Reading{}
	for _, r := range readings {
		byProject[r.Cluster.GroupID] = append(byProject[r.Cluster.GroupID], r)
	}
	for groupID, some := range byProject {
		if err := s.watchProject(tx, groupID, at, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) watchProject(tx store.Tx, groupID model.ID, at time.Time, readings []shape.Reading) error {
	all, err := configs.List(tx, s.Configurations.InProject(groupID))
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c *config) bool { return !c.Value.Enabled || ends[c.Value.EventTypeName] == "" })
	living, err := Alerts.List(tx, store.Query{Index: "live", Prefix: []string{groupID}})
	if err != nil || len(all) == 0 && len(living) == 0 {
		return err
	}
	p, err := state.Project(tx, groupID)
	if err != nil {
		return err
	}
	live := map[string]*Alert{}
	for _, a := range living {
		live[a.ConfigID+" "+a.Target] = a
		if !slices.ContainsFunc(all, func(c *config) bool { return c.ID == a.ConfigID }) {
			if err := cancel(tx, a); err != nil {
				return err
			}
		}
	}
	for _, c := range all {
		for _, found := range c.Value.find(readings) {
			if err := s.settle(tx, p, c, live[c.ID+" "+found.target], found, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// find are the subjects of readings that a configuration is about, and whether its condition holds. Those of which nothing
// is known are left as they are.
func (w *GroupAlertsConfig) find(readings []shape.Reading) (all []condition) {
	for i, r := range readings {
		of := subject{cluster: r.Cluster, member: &readings[i].Member}
		first := i == 0 || readings[i-1].Cluster.ID != r.Cluster.ID
		switch w.EventTypeName {
		case "NO_PRIMARY":
			of.member = nil
			if first {
				all = w.add(all, condition{subject: of, holds: !slices.ContainsFunc(r.Cluster.Members, func(m model.Member) bool { return m.Primary })})
			}
		case "HOST_DOWN":
			all = w.add(all, condition{subject: of, holds: r.Member.Away || r.Cluster.State == model.Repairing})
		case "REPLICATION_OPLOG_WINDOW_RUNNING_OUT":
			of.member = nil
			if window, ok := oplogWindow.Of(r.Row, time.Minute); first && ok && w.Threshold != nil {
				span := window / 3600 / hours[w.Threshold.Units]
				all = w.add(all, condition{subject: of, holds: r.Trimmed && below(w.Threshold.Operator, "LESS_THAN", span, float64(w.Threshold.Threshold))})
			}
		default:
			if found, ok := w.compare(of, r.Row); ok {
				all = w.add(all, found)
			}
		}
	}
	return all
}

var oplogWindow, _ = measure.OfProcess.Find("OPLOG_MASTER_TIME")

// add adds a condition, if the configuration is about its subject.
func (w *GroupAlertsConfig) add(all []condition, found condition) []condition {
	if !w.about(found.subject) {
		return all
	}
	found.target = found.cluster.ID
	if found.member != nil {
		found.target += " " + found.member.Address()
	}
	return append(all, found)
}

// compare compares the metric of the threshold. Metrics of Flex clusters and serverless instances are about those alone, and
// others about all others.
func (w *GroupAlertsConfig) compare(of subject, row measure.Row) (found condition, ok bool) {
	m := w.MetricThreshold
	if m == nil || of.cluster.Flex != (w.EventTypeName != "OUTSIDE_METRIC_THRESHOLD") {
		return found, false
	}
	watched, known := measure.WatchedNamed(m.MetricName)
	if !known {
		return found, false
	}
	value, ok := watched.Of(row, time.Minute)
	factor, unit := watched.Kind.Factor(m.Units)
	if !ok || !unit {
		return found, false
	}
	value /= factor
	return condition{subject: of, holds: below(m.Operator, "", value, float64(m.Threshold)), value: &value}, true
}

// below reports whether a value is on the side of a threshold on which there is an alert.
func below(operator, usual string, value, threshold float64) bool {
	if op := cmp.Or(operator, usual); strings.HasPrefix(op, "LESS") || op == "<" {
		return value < threshold
	}
	return value > threshold
}

// OnClusterReady does nothing: clusters that run are watched.
func (s *Service) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterDelete cancels what is open about a cluster that has been deleted.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	living, err := Alerts.List(tx, store.Query{Index: "live", Prefix: []string{c.GroupID}})
	for _, a := range living {
		if err == nil && a.ClusterID == c.ID {
			err = cancel(tx, a)
		}
	}
	return err
}

// OnClusterLost leaves what is open: the cluster is not reached any more.
func (s *Service) OnClusterLost(store.Tx, *model.Cluster) error { return nil }
