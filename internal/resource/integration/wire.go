package integration

// ThirdPartyIntegration is an integration, on the wire and on disk. Secrets are masked before they are stored.
type ThirdPartyIntegration struct {
	AccountID                           string `json:"accountId,omitempty" api:"required,when=type=NEW_RELIC" doc:"The account's id. Masked."`
	APIKey                              string `json:"apiKey,omitempty" api:"required,minLen=1,maxLen=512,when=type=DATADOG|OPS_GENIE|VICTOR_OPS" doc:"The API key. Masked."`
	APIToken                            string `json:"apiToken,omitempty" api:"required,minLen=1,maxLen=512,when=type=SLACK" doc:"The token. Masked."`
	BodyTemplate                        string `json:"bodyTemplate,omitempty" api:"maxLen=10000,when=type=WEBHOOK" doc:"Template of what is sent."`
	ChannelName                         string `json:"channelName,omitempty" api:"required,minLen=1,maxLen=80,when=type=SLACK" doc:"Channel to which messages are sent."`
	Enabled                             *bool  `json:"enabled,omitempty" api:"required,when=type=PROMETHEUS" doc:"Whether the integration is used."`
	HeadersTemplate                     string `json:"headersTemplate,omitempty" api:"maxLen=10000,when=type=WEBHOOK" doc:"Template of the headers that are sent."`
	ID                                  string `json:"id,omitempty" api:"maxLen=64" doc:"Id of the integration. Ignored in requests."`
	LicenseKey                          string `json:"licenseKey,omitempty" api:"required,when=type=NEW_RELIC" doc:"The license key. Masked."`
	MicrosoftTeamsWebhookURL            string `json:"microsoftTeamsWebhookUrl,omitempty" api:"required,is=httpURL,maxLen=2048,when=type=MICROSOFT_TEAMS" doc:"Address to which messages are sent. Its path is masked."`
	Password                            string `json:"password,omitempty" api:"writeonly,maxLen=512,when=type=PROMETHEUS" doc:"The password. It is not stored."`
	ReadToken                           string `json:"readToken,omitempty" api:"required,minLen=1,maxLen=512,when=type=NEW_RELIC" doc:"The token for queries. Masked."`
	Region                              string `json:"region,omitempty" api:"enum=US|EU|US3|US5|AP1|US1_FED,default=US,when=type=DATADOG|OPS_GENIE|PAGER_DUTY" doc:"Site of the service."`
	RoutingKey                          string `json:"routingKey,omitempty" api:"maxLen=512,when=type=VICTOR_OPS" doc:"The routing key."`
	Secret                              string `json:"secret,omitempty" api:"maxLen=512,when=type=WEBHOOK" doc:"Secret with which messages are signed. Masked."`
	SendCollectionLatencyMetrics        *bool  `json:"sendCollectionLatencyMetrics,omitempty" api:"default=false,when=type=DATADOG" doc:"Whether latencies of collections are sent."`
	SendDatabaseMetrics                 *bool  `json:"sendDatabaseMetrics,omitempty" api:"default=false,when=type=DATADOG" doc:"Whether metrics of databases are sent."`
	SendQueryStatsMetrics               *bool  `json:"sendQueryStatsMetrics,omitempty" api:"default=false,when=type=DATADOG" doc:"Whether statistics of queries are sent."`
	SendUserProvidedResourceTags        *bool  `json:"sendUserProvidedResourceTags,omitempty" api:"default=false,when=type=DATADOG" doc:"Whether tags of clusters and projects are sent."`
	SendUserProvidedResourceTagsEnabled *bool  `json:"sendUserProvidedResourceTagsEnabled,omitempty" api:"default=false,when=type=PROMETHEUS" doc:"Whether tags of clusters and projects are sent."`
	ServiceDiscovery                    string `json:"serviceDiscovery,omitempty" api:"required,enum=http|file,when=type=PROMETHEUS" doc:"How Prometheus finds its targets."`
	ServiceKey                          string `json:"serviceKey,omitempty" api:"required,minLen=1,maxLen=512,when=type=PAGER_DUTY" doc:"The service key. Masked."`
	TeamName                            string `json:"teamName,omitempty" api:"maxLen=255,when=type=SLACK" doc:"Name of the workspace."`
	Type                                kind   `json:"type,omitempty" doc:"The other service: that of the path."`
	URL                                 string `json:"url,omitempty" api:"required,is=httpURL,maxLen=2048,when=type=WEBHOOK" doc:"Address to which messages are sent. Its path is masked."`
	Username                            string `json:"username,omitempty" api:"required,minLen=1,maxLen=255,when=type=PROMETHEUS" doc:"The user name."`
	WriteToken                          string `json:"writeToken,omitempty" api:"required,minLen=1,maxLen=512,when=type=NEW_RELIC" doc:"The token for writes. Masked."`
}

// kind is one of the services that a project can be integrated with.
type kind string

// Values are the kinds, in the order of lists.
func (kind) Values() []string {
	return []string{"PAGER_DUTY", "DATADOG", "OPS_GENIE", "VICTOR_OPS", "WEBHOOK", "MICROSOFT_TEAMS", "NEW_RELIC", "PROMETHEUS", "SLACK"}
}

// secrets returns the fields that are masked. Of addresses, only what follows the host is.
func (w *ThirdPartyIntegration) secrets() (keys, addresses []*string) {
	return []*string{&w.AccountID, &w.APIKey, &w.APIToken, &w.LicenseKey, &w.ReadToken, &w.Secret, &w.ServiceKey, &w.WriteToken},
		[]*string{&w.MicrosoftTeamsWebhookURL, &w.URL}
}
