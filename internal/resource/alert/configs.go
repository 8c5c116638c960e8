package alert

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Configurations serves alert configurations.
type Configurations struct {
	kept.Objects[oneConfigIn, GroupAlertsConfig, own]
}

type config = kept.Object[GroupAlertsConfig, own]

// own is what is never shown of a configuration: the secrets of its notifications, by their ids.
type own struct {
	Secrets map[string][]string `json:"secrets,omitempty"` // in the order of AlertsNotificationRootForGroup.secrets
}

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
	return &Configurations{kept.Objects[oneConfigIn, GroupAlertsConfig, own]{
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

// check refuses thresholds that say nothing and teams that the project's organization lacks, keeps secrets apart, and gives
// notifications their ids.
func check(tx store.Tx, before, c *config) error {
	c.Value.Updated = api.Time{Time: tx.Now()}
	if ends[c.Value.EventTypeName] == "" {
		if err := follow(tx, c.GroupID); err != nil {
			return err
		}
	}
	if before != nil && reflect.DeepEqual(before.Value.Notifications, c.Value.Notifications) {
		return checkThreshold(&c.Value)
	}
	var bad fault.Problems
	bad.AddAll(checkThreshold(&c.Value))
	c.Value.Notifications = slices.Clone(c.Value.Notifications)
	known := secretsOf(before)
	c.Internal.Secrets = map[string][]string{}
	for i := range c.Value.Notifications {
		n := &c.Value.Notifications[i]
		n.NotifierID = model.NewID()
		c.Internal.Secrets[n.NotifierID] = n.hide(known)
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

// secretsOf are the secrets of a configuration, by their masked forms: who sends a masked one back means the one that it has.
func secretsOf(c *config) map[string]string {
	known := map[string]string{}
	if c == nil {
		return known
	}
	for _, all := range c.Internal.Secrets {
		for i, s := range all {
			known[masked(i, s)] = s
		}
	}
	return known
}

func masked(field int, secret string) string { return strconv.Itoa(field) + kept.Masked(secret) }

// hide masks the secrets of a notification, and returns them.
func (w *AlertsNotificationRootForGroup) hide(known map[string]string) (all []string) {
	for i, secret := range w.secrets() {
		plain := *secret
		if strings.HasPrefix(plain, "*") {
			plain = cmp.Or(known[strconv.Itoa(i)+plain], plain)
		}
		all = append(all, plain)
		*secret = kept.Masked(plain)
	}
	return all
}

// reveal is a notification of a configuration with its secrets.
func reveal(c *config, n AlertsNotificationRootForGroup) AlertsNotificationRootForGroup {
	for i, secret := range n.secrets() {
		if all := c.Internal.Secrets[n.NotifierID]; i < len(all) {
			*secret = all[i]
		}
	}
	return n
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

func (s *Configurations) ofAlert(tx store.Tx, in ofAlertIn) (page api.Page[GroupAlertsConfig], err error) {
	a, err := find(tx, in.oneIn)
	if err != nil {
		return page, err
	}
	all, err := s.Select(tx, in.GroupID, store.Query{IDs: []string{a.ConfigID}})
	return api.PageOf(in.Paging, all), err
}
