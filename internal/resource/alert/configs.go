package alert

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Configurations serves alert configurations.
type Configurations struct {
	kept.Objects[oneConfigIn, GroupAlertsConfig, struct{}]
}

type config = kept.Object[GroupAlertsConfig, struct{}]

// maxConfigs is how many a project has at most (MongoDB's documentation of limits).
const maxConfigs = 500

var configs = &store.Table[config]{
	Name:    "alert_configs",
	ID:      func(c *config) string { return c.ID },
	Rev:     func(c *config) *int64 { return &c.Rev },
	Indexes: []store.Index[config]{{Name: "group", Key: func(c *config) []string { return []string{c.GroupID, c.ID} }}},
}

// NewConfigurations returns alert configurations on st.
func NewConfigurations(st store.Store) *Configurations {
	return &Configurations{kept.Objects[oneConfigIn, GroupAlertsConfig, struct{}]{
		Store: st, Table: configs, Validate: check, Limit: kept.Limit{N: maxConfigs, Exceeded: configsLimit}, Show: show,
		Events: func(*config) kept.Events {
			return kept.Events{Created: "ALERT_CONFIG_ADDED_AUDIT", Updated: "ALERT_CONFIG_CHANGED_AUDIT", Deleted: "ALERT_CONFIG_DELETED_AUDIT"}
		},
	}}
}

func show(store.Tx, model.ID) (func(c *config) GroupAlertsConfig, error) {
	return func(c *config) GroupAlertsConfig {
		w := c.Value
		w.ID, w.GroupID, w.Created, w.Matchers = c.ID, c.GroupID, api.Time{Time: c.Created}, api.List(w.Matchers)
		w.Links = api.Self("/groups/" + c.GroupID + "/alertConfigs/" + c.ID)
		return w
	}, nil
}

type oneConfigIn struct {
	api.InGroup
	AlertConfigID string `path:"alertConfigId" api:"is=objectId" doc:"Id of the alert configuration."`
}

// RowID is the id of the configuration's row.
func (in oneConfigIn) RowID() (string, error) {
	return in.AlertConfigID, configNotFound.With(in.AlertConfigID)
}

// check refuses teams that the project's organization lacks, masks secrets and gives notifications their ids.
func check(tx store.Tx, before, c *config) error {
	c.Value.Updated = api.Time{Time: tx.Now()}
	if before != nil && reflect.DeepEqual(before.Value.Notifications, c.Value.Notifications) {
		return nil
	}
	var bad fault.Problems
	c.Value.Notifications = slices.Clone(c.Value.Notifications)
	for i := range c.Value.Notifications {
		n := &c.Value.Notifications[i]
		n.NotifierID = model.NewID()
		for _, secret := range n.secrets() {
			*secret = kept.Masked(*secret)
		}
		if n.TypeName != "TEAM" {
			continue
		}
		name, err := teamName(tx, c.GroupID, n.TeamID)
		if err != nil {
			return err
		}
		if n.TeamName = name; name == "" {
			bad.Add(fmt.Sprintf("notifications[%d].teamId", i), "must be a team of the project's organization")
		}
	}
	return bad.Err()
}

// teamName is the name of a team of the project's organization; "" if that has none with the id.
func teamName(tx store.Tx, groupID, teamID model.ID) (string, error) {
	p, err := state.Project(tx, groupID)
	if err != nil {
		return "", err
	}
	t, err := state.Teams.Get(tx, teamID)
	if err != nil || t.OrgID != p.OrgID {
		return "", store.IfMissing(err, nil)
	}
	return t.Name, nil
}

type toggleIn struct {
	oneConfigIn
	Body AlertsToggle
}

func (s *Configurations) toggle(tx store.Tx, in toggleIn) (GroupAlertsConfig, error) {
	return s.Update(tx, in.oneConfigIn, func(c *config) error {
		c.Value.Enabled = api.Or(in.Body.Enabled, c.Value.Enabled)
		return nil
	})
}

type fieldNamesIn struct{}

func fieldNames(store.Tx, fieldNamesIn) ([]string, error) { return fieldName("").Values()[:9], nil }

type ofAlertIn struct {
	oneIn
	api.Paging
}

func (s *Configurations) ofAlert(_ store.Tx, in ofAlertIn) (page api.Page[GroupAlertsConfig], err error) {
	return page, alertNotFound.With(in.AlertID)
}
