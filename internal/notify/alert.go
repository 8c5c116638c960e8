package notify

import (
	"encoding/json"
	"time"

	"github.com/telamon-db/telamon/internal/model"
)

// Event is what happens to an alert that people are told of.
type Event string

// The events of an alert, as the service names them in a webhook's X-MMS-Event.
const (
	Opened       Event = "alert.open"
	Reminder     Event = "alert.update"
	Acknowledged Event = "alert.acknowledge"
	Closed       Event = "alert.close"
	Cancelled    Event = "alert.cancel"
	Informed     Event = "alert.inform"
)

// over reports whether there is nothing more to be done.
func (e Event) over() bool { return e == Closed || e == Cancelled }

// Alert is what receivers are told of an alert.
type Alert struct {
	ID       model.ID
	Event    Event
	At       time.Time
	Severity string // INFO, WARNING, ERROR or CRITICAL
	Title    string // in one line
	Text     string // in several
	Source   string // what it is about: a process, a cluster or a project
	Kind     string // type of the event that it warns of
	Project  string
	Document json.RawMessage // the alert as the API shows it
}

// Channel is where a project's alerts are sent to, with its secrets.
type Channel struct {
	Kind     string // as the API names it, such as SLACK
	URL      string // WEBHOOK, MICROSOFT_TEAMS
	Key      string // token, API key or service key
	Routing  string // routing key of VICTOR_OPS, channel of SLACK
	Region   string
	Secret   string // with which WEBHOOK signs
	Template string // of the body of WEBHOOK
	Headers  string // template of the headers of WEBHOOK, a JSON object
}

// Bases are the addresses of services that the operator has named, by kind: they take the place of the services' own.
type Bases map[string]string

// services are the addresses of services by kind and region.
var services = map[string]map[string]string{
	"SLACK":      {"": "https://slack.com"},
	"PAGER_DUTY": {"": "https://events.pagerduty.com", "US": "https://events.pagerduty.com", "EU": "https://events.eu.pagerduty.com"},
	"OPS_GENIE":  {"": "https://api.opsgenie.com", "US": "https://api.opsgenie.com", "EU": "https://api.eu.opsgenie.com"},
	"VICTOR_OPS": {"": "https://alert.victorops.com"},
	"DATADOG": {
		"": "https://api.datadoghq.com", "US": "https://api.datadoghq.com", "EU": "https://api.datadoghq.eu", "US3": "https://api.us3.datadoghq.com",
		"US5": "https://api.us5.datadoghq.com", "AP1": "https://api.ap1.datadoghq.com", "US1_FED": "https://api.ddog-gov.com",
	},
}

// Named reports whether a kind of service can have an address of the operator's.
func Named(kind string) bool { return services[kind] != nil }

// of is the address of a service, and whether the operator has named it.
func (b Bases) of(kind, region string) (base string, trusted bool) {
	if base := b[kind]; base != "" {
		return base, true
	}
	return services[kind][region], false
}

// Requests are what tells a channel of an alert: none if its kind is not told of such events, or takes no requests.
func (b Bases) Requests(c Channel, a Alert) ([]Request, error) {
	form := forms[c.Kind]
	if form == nil {
		return nil, nil
	}
	base, trusted := b.of(c.Kind, c.Region)
	r, body, err := form(base, c, a)
	if err != nil || r.URL == "" {
		return nil, err
	}
	if r.Body == nil {
		if r.Body, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	headers := map[string]string{"Content-Type": "application/json"}
	for name, value := range r.Headers {
		headers[name] = value
	}
	r.Headers, r.Trusted = headers, trusted
	return []Request{r}, nil
}
