package alert

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// usual are the configurations that a project begins with, as the service makes them: its owners are told by mail, every hour.
func usual() []GroupAlertsConfig {
	all := []GroupAlertsConfig{
		{EventTypeName: "REPLICATION_OPLOG_WINDOW_RUNNING_OUT", Threshold: &Threshold{Operator: "LESS_THAN", Threshold: 1, Units: "HOURS"}},
		{EventTypeName: "NO_PRIMARY"}, {EventTypeName: "CLUSTER_MONGOS_IS_MISSING"},
		beyond("CONNECTIONS_PERCENT", 80), beyond("DISK_PARTITION_SPACE_USED_DATA", 90), beyond("QUERY_TARGETING_SCANNED_OBJECTS_PER_RETURNED", 1000),
		{EventTypeName: "CREDIT_CARD_ABOUT_TO_EXPIRE"},
	}
	delays := []int{0, 15, 15, 0, 0, 10, 0}
	intervals := []int{60, 60, 60, 60, 60, 60, 1440}
	for i := range all {
		all[i].Enabled = true
		all[i].Notifications = []AlertsNotificationRootForGroup{{
			TypeName: "GROUP", DelayMin: api.Ptr(delays[i]), IntervalMin: api.Ptr(intervals[i]), EmailEnabled: api.Ptr(true), SMSEnabled: api.Ptr(false),
			Roles: []string{string(authz.GroupOwner)},
		}}
	}
	return all
}

func beyond(metric string, threshold float64) GroupAlertsConfig {
	return GroupAlertsConfig{EventTypeName: "OUTSIDE_METRIC_THRESHOLD", MetricThreshold: &MetricThreshold{
		MetricName: metric, Mode: "AVERAGE", Operator: "GREATER_THAN", Threshold: api.Double(threshold), Units: "RAW",
	}}
}

// OnProjectCreate gives a project the usual configurations, if it is to begin with them.
func (s *Configurations) OnProjectCreate(tx store.Tx, p *model.Project) error {
	if !p.WithDefaultAlerts {
		return nil
	}
	for _, w := range usual() {
		w.Updated.Time, w.Notifications[0].NotifierID = tx.Now(), model.NewID()
		c := &config{GroupID: p.ID, ID: model.NewID(), Value: w, Created: tx.Now()}
		if err := configs.Put(tx, c); err != nil {
			return err
		}
	}
	return nil
}
