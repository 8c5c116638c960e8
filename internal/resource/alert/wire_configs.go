package alert

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
)

// GroupAlertsConfig is an alert configuration, on the wire and on disk. Secrets are masked before they are stored.
type GroupAlertsConfig struct {
	Created          api.Time                         `json:"created,omitzero" api:"readonly" doc:"When the configuration was created."`
	Enabled          bool                             `json:"enabled" api:"default=false" doc:"Whether the configuration raises alerts."`
	EventTypeName    event.Type                       `json:"eventTypeName" api:"required" doc:"The event that raises alerts."`
	GroupID          string                           `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID               string                           `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the configuration."`
	Links            []api.Link                       `json:"links,omitempty" api:"readonly" doc:"The configuration itself."`
	Matchers         []AlertMatcher                   `json:"matchers" api:"maxItems=100" doc:"What must be true of the thing that the event is about."`
	MetricThreshold  *MetricThreshold                 `json:"metricThreshold,omitempty" doc:"The measured value beyond which there is an alert."`
	Notifications    []AlertsNotificationRootForGroup `json:"notifications" api:"required,maxItems=100" doc:"Notifications that are sent."`
	SeverityOverride string                           `json:"severityOverride,omitempty" api:"enum=INFO|WARNING|ERROR|CRITICAL" doc:"How severe alerts are, in place of what is usual for the event."`
	Threshold        *Threshold                       `json:"threshold,omitempty" doc:"The value beyond which there is an alert."`
	Updated          api.Time                         `json:"updated,omitzero" api:"readonly" doc:"When the configuration last changed."`
}

// AlertMatcher is a condition on the object that an event is about.
type AlertMatcher struct {
	FieldName fieldName `json:"fieldName" api:"required" doc:"The field that is looked at."`
	Operator  string    `json:"operator" api:"required,enum=EQUALS|CONTAINS|STARTS_WITH|ENDS_WITH|NOT_EQUALS|NOT_CONTAINS|REGEX" doc:"How it is compared."`
	Value     string    `json:"value" api:"required,maxLen=1024" doc:"What it is compared with."`
}

type fieldName string

// Values are the fields that a condition can look at.
func (fieldName) Values() []string {
	return []string{"ATLAS_NODE_TYPE", "CLUSTER_NAME", "HOSTNAME", "PORT", "HOSTNAME_AND_PORT", "APPLICATION_ID", "REPLICA_SET_NAME", "TYPE_NAME", "SHARD_NAME", "INSTANCE_NAME", "PROCESSOR_NAME"}
}

// MetricThreshold is the measured value beyond which there is an alert.
type MetricThreshold struct {
	MetricName string     `json:"metricName" api:"required,minLen=1,maxLen=255" doc:"The metric."`
	Mode       string     `json:"mode,omitempty" api:"enum=AVERAGE" doc:"How values are aggregated."`
	Operator   string     `json:"operator,omitempty" api:"enum=LESS_THAN|GREATER_THAN" doc:"On which side of the threshold there is an alert."`
	Threshold  api.Double `json:"threshold,omitempty" doc:"The value."`
	Units      string     `json:"units,omitempty" api:"maxLen=64" doc:"Unit of the value."`
}

// Threshold is the value beyond which there is an alert.
type Threshold struct {
	Operator  string `json:"operator,omitempty" api:"enum=LESS_THAN|GREATER_THAN|<|>" doc:"On which side of the threshold there is an alert."`
	Threshold int    `json:"threshold,omitempty" doc:"The value."`
	Units     string `json:"units,omitempty" api:"maxLen=64" doc:"Unit of the value."`
}

// AlertsToggle switches a configuration.
type AlertsToggle struct {
	Enabled *bool `json:"enabled,omitempty" doc:"Whether the configuration raises alerts."`
}

// AlertsNotificationRootForGroup says who is notified of an alert, and how.
type AlertsNotificationRootForGroup struct {
	APIToken                 string   `json:"apiToken,omitempty" api:"maxLen=512,when=typeName=SLACK" doc:"Token. Masked."`
	ChannelName              string   `json:"channelName,omitempty" api:"maxLen=255,when=typeName=SLACK" doc:"Channel to which messages are sent."`
	DatadogAPIKey            string   `json:"datadogApiKey,omitempty" api:"maxLen=512,when=typeName=DATADOG" doc:"API key. Masked."`
	DatadogRegion            string   `json:"datadogRegion,omitempty" api:"enum=US|EU|US3|US5|AP1|US1_FED,when=typeName=DATADOG" doc:"Site of the service."`
	DelayMin                 *int     `json:"delayMin,omitempty" api:"min=0,max=525600" doc:"Minutes after which the first message is sent."`
	EmailAddress             string   `json:"emailAddress,omitempty" api:"is=email,when=typeName=EMAIL" doc:"Address to which messages are sent."`
	EmailEnabled             *bool    `json:"emailEnabled,omitempty" api:"when=typeName=GROUP|ORG|TEAM|USER" doc:"Whether messages are sent by e-mail."`
	IntegrationID            string   `json:"integrationId,omitempty" api:"maxLen=64" doc:"Integration whose settings are used to send messages."`
	IntervalMin              *int     `json:"intervalMin,omitempty" api:"min=0,max=525600" doc:"Minutes between messages."`
	MicrosoftTeamsWebhookURL string   `json:"microsoftTeamsWebhookUrl,omitempty" api:"maxLen=2048,when=typeName=MICROSOFT_TEAMS" doc:"Address to which messages are sent. Masked."`
	MobileNumber             string   `json:"mobileNumber,omitempty" api:"maxLen=64,when=typeName=SMS" doc:"Number to which messages are sent."`
	NotificationToken        string   `json:"notificationToken,omitempty" api:"maxLen=512,when=typeName=HIP_CHAT" doc:"Token. Masked."`
	NotifierID               string   `json:"notifierId,omitempty" api:"is=objectId" doc:"Id of the notification; a new one after each replacement."`
	OpsGenieAPIKey           string   `json:"opsGenieApiKey,omitempty" api:"maxLen=512,when=typeName=OPS_GENIE" doc:"API key. Masked."`
	OpsGenieRegion           string   `json:"opsGenieRegion,omitempty" api:"enum=US|EU,when=typeName=OPS_GENIE" doc:"Site of the service."`
	Region                   string   `json:"region,omitempty" api:"enum=US|EU,when=typeName=PAGER_DUTY" doc:"Site of the service."`
	Roles                    []string `json:"roles,omitempty" api:"maxItems=50,maxLen=64,when=typeName=GROUP|ORG" doc:"Roles of the people who are notified; everybody if none is named."`
	RoomName                 string   `json:"roomName,omitempty" api:"maxLen=255,when=typeName=HIP_CHAT" doc:"Room to which messages are sent."`
	ServiceKey               string   `json:"serviceKey,omitempty" api:"maxLen=512,when=typeName=PAGER_DUTY" doc:"Service key. Masked."`
	SMSEnabled               *bool    `json:"smsEnabled,omitempty" api:"when=typeName=GROUP|ORG|TEAM|USER" doc:"Whether messages are sent by SMS."`
	TeamID                   string   `json:"teamId,omitempty" api:"is=objectId,when=typeName=TEAM" doc:"The team that is notified."`
	TeamName                 string   `json:"teamName,omitempty" api:"readonly,when=typeName=TEAM" doc:"Name of the team."`
	TypeName                 string   `json:"typeName" api:"required,enum=DATADOG|EMAIL|GROUP|HIP_CHAT|MICROSOFT_TEAMS|OPS_GENIE|ORG|PAGER_DUTY|SLACK|SMS|TEAM|USER|VICTOR_OPS|WEBHOOK" doc:"How the notification is sent."`
	Username                 string   `json:"username,omitempty" api:"is=email,when=typeName=USER" doc:"The person who is notified."`
	VictorOpsAPIKey          string   `json:"victorOpsApiKey,omitempty" api:"maxLen=512,when=typeName=VICTOR_OPS" doc:"API key. Masked."`
	VictorOpsRoutingKey      string   `json:"victorOpsRoutingKey,omitempty" api:"maxLen=512,when=typeName=VICTOR_OPS" doc:"Routing key. Masked."`
	WebhookBodyTemplate      string   `json:"webhookBodyTemplate,omitempty" api:"maxLen=10000,when=typeName=WEBHOOK" doc:"Template of what is sent."`
	WebhookHeadersTemplate   string   `json:"webhookHeadersTemplate,omitempty" api:"maxLen=10000,when=typeName=WEBHOOK" doc:"Template of the headers that are sent."`
	WebhookSecret            string   `json:"webhookSecret,omitempty" api:"maxLen=512,when=typeName=WEBHOOK" doc:"Secret with which messages are signed. Masked."`
	WebhookURL               string   `json:"webhookUrl,omitempty" api:"maxLen=2048,when=typeName=WEBHOOK" doc:"Address to which messages are sent. Masked."`
}

// secrets are the fields that are masked.
func (w *AlertsNotificationRootForGroup) secrets() []*string {
	return []*string{
		&w.APIToken, &w.DatadogAPIKey, &w.MicrosoftTeamsWebhookURL, &w.NotificationToken, &w.OpsGenieAPIKey, &w.ServiceKey,
		&w.VictorOpsAPIKey, &w.VictorOpsRoutingKey, &w.WebhookSecret, &w.WebhookURL,
	}
}
