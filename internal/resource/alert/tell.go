package alert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/letters"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// letterLife is for how long a letter about an alert is worth sending.
const letterLife = 3 * 24 * time.Hour

// tell tells of an alert by one notification of its configuration.
func (s *Service) tell(tx store.Tx, p *model.Project, c *config, n *AlertsNotificationRootForGroup, a *Alert, what notify.Event, at time.Time) error {
	told, err := a.told(p, c, what, at)
	if err != nil {
		return err
	}
	people, err := n.people(tx, p)
	if err != nil {
		return err
	}
	for _, to := range people {
		if _, err := letters.Queue(tx, to, "["+p.Name+"] "+told.Title, told.Text+"\n", tx.Now().Add(letterLife)); err != nil {
			return err
		}
	}
	requests, err := s.Bases.Requests(n.channel(), told)
	if err != nil {
		return nil // a template of the project's own that makes nothing of it
	}
	for i, r := range requests {
		if err := notify.Queue(tx, p.ID, n.NotifierID+strconv.Itoa(i), r); err != nil {
			return err
		}
	}
	return nil
}

// channel is where a notification goes, with its secrets.
func (w *AlertsNotificationRootForGroup) channel() notify.Channel {
	c := notify.Channel{Kind: w.TypeName}
	switch w.TypeName {
	case "SLACK":
		c.Key, c.Routing = w.APIToken, w.ChannelName
	case "PAGER_DUTY":
		c.Key, c.Region = w.ServiceKey, w.Region
	case "OPS_GENIE":
		c.Key, c.Region = w.OpsGenieAPIKey, w.OpsGenieRegion
	case "VICTOR_OPS":
		c.Key, c.Routing = w.VictorOpsAPIKey, w.VictorOpsRoutingKey
	case "DATADOG":
		c.Key, c.Region = w.DatadogAPIKey, w.DatadogRegion
	case "MICROSOFT_TEAMS":
		c.URL = w.MicrosoftTeamsWebhookURL
	case "WEBHOOK":
		c.URL, c.Secret, c.Template, c.Headers = w.WebhookURL, w.WebhookSecret, w.WebhookBodyTemplate, w.WebhookHeadersTemplate
	}
	return c
}

// told is what receivers hear of an alert.
func (a *Alert) told(p *model.Project, c *config, what notify.Event, at time.Time) (out notify.Alert, err error) {
	out = notify.Alert{ID: a.ID, Event: what, At: at, Severity: a.Severity, Source: a.source(p), Kind: string(a.Type), Project: p.Name, Title: a.title(p, c, what)}
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\nProject: %s\n", out.Title, p.Name)
	for _, l := range [][2]string{{"Cluster", a.Cluster}, {"Process", a.Host}, {"Replica set", a.ReplicaSet}, {"Value", a.valueText()}} {
		if l[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", l[0], l[1])
		}
	}
	fmt.Fprintf(&b, "Since: %s\nAlert: %s", a.Created.UTC().Format(time.RFC3339), a.ID)
	out.Text = b.String()
	shown := a.show()
	shown.Links = nil
	out.Document, err = json.Marshal(shown)
	return out, err
}

// source is what the alert is about, by name.
func (a *Alert) source(p *model.Project) string {
	for _, name := range []string{a.Host, a.Cluster} {
		if name != "" {
			return name
		}
	}
	return p.Name
}

func (a *Alert) valueText() string {
	if a.Value == nil {
		return ""
	}
	text := strconv.FormatFloat(*a.Value, 'g', 6, 64)
	if a.Units != "RAW" {
		text += " " + a.Units
	}
	return text
}

func (a *Alert) title(p *model.Project, c *config, what notify.Event) string {
	text := a.Type.Sentence() + ": " + a.source(p)
	if m := c.Value.MetricThreshold; m != nil && a.Metric != "" {
		side := "above"
		if m.Operator == "LESS_THAN" {
			side = "below"
		}
		text = fmt.Sprintf("%s of %s is %s %g", m.MetricName, a.source(p), side, float64(m.Threshold))
	}
	switch what {
	case notify.Closed:
		return "Over: " + text
	case notify.Acknowledged:
		return "Acknowledged: " + text
	}
	return text
}

// mostPeople is how many people one notification reaches.
const mostPeople = 500

// people are the addresses that a notification is mailed to.
func (w *AlertsNotificationRootForGroup) people(tx store.Tx, p *model.Project) (to []string, err error) {
	if w.EmailEnabled != nil && !*w.EmailEnabled {
		return nil, nil
	}
	switch w.TypeName {
	case "EMAIL":
		return []string{w.EmailAddress}, nil
	case "USER":
		return w.user(tx, p)
	case "TEAM":
		to, err = ofTeam(tx, w.TeamID, to)
	case "ORG":
		to, err = withRoles(tx, p.OrgID, w.Roles, to)
	case "GROUP":
		to, err = w.ofProject(tx, p)
	}
	slices.Sort(to)
	to = slices.Compact(to)
	return to[:min(len(to), mostPeople)], err
}

// user is the person that a notification names, while they are in the project's organization.
func (w *AlertsNotificationRootForGroup) user(tx store.Tx, p *model.Project) ([]string, error) {
	u, err := state.UserNamed(tx, w.Username)
	if err != nil {
		return nil, store.IfMissing(err, nil)
	}
	m, err := state.Memberships.Get(tx, state.MembershipID(u.ID, p.OrgID))
	if err != nil || m.Pending {
		return nil, store.IfMissing(err, nil)
	}
	return []string{u.Username}, nil
}

func ofTeam(tx store.Tx, teamID model.ID, to []string) ([]string, error) {
	members, err := state.TeamMembers.List(tx, state.MembersOfTeam(teamID))
	for _, m := range members {
		in, err := state.Memberships.Get(tx, state.MembershipID(m.UserID, m.OrgID))
		if err != nil && !store.IsNotFound(err) {
			return nil, err
		}
		if err == nil && !in.Pending {
			to = append(to, m.Username)
		}
	}
	return to, err
}

// withRoles are the people who have any of the roles in a place; everybody there if no role is named.
func withRoles(tx store.Tx, scope model.ID, roles []string, to []string) ([]string, error) {
	members, err := state.Memberships.List(tx, state.MembershipsIn(scope))
	for _, m := range members {
		if !m.Pending && anyOf(m.Roles, roles) {
			to = append(to, m.Username)
		}
	}
	return to, err
}

func anyOf(held []authz.Role, roles []string) bool {
	return len(roles) == 0 || slices.ContainsFunc(held, func(r authz.Role) bool { return slices.Contains(roles, string(r)) })
}

// ofProject are the people of the project, by themselves or through teams.
func (w *AlertsNotificationRootForGroup) ofProject(tx store.Tx, p *model.Project) (to []string, err error) {
	if to, err = withRoles(tx, p.ID, w.Roles, nil); err != nil {
		return nil, err
	}
	teams, err := state.TeamHolders.In(tx, p)
	for _, t := range teams {
		if err == nil && anyOf(authz.In(t.Grants, p.ID), w.Roles) {
			to, err = ofTeam(tx, t.ID, to)
		}
	}
	return to, err
}
