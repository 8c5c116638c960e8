package federation

import "github.com/telamon-db/telamon/internal/api"

// DataFederationTenantQueryLimit is a limit of what queries may read, on the wire and on disk.
type DataFederationTenantQueryLimit struct {
	CurrentUsage     int64    `json:"currentUsage" api:"readonly" doc:"How much has been used. Always 0, because nothing can be queried."`
	DefaultLimit     int64    `json:"defaultLimit,omitempty" api:"readonly" doc:"The limit of requests that set none."`
	LastModifiedDate api.Time `json:"lastModifiedDate,omitzero" api:"readonly" doc:"When the limit was last set."`
	MaximumLimit     int64    `json:"maximumLimit,omitempty" api:"readonly" doc:"The largest limit."`
	Name             string   `json:"name" api:"required,readonly" doc:"Name of the limit."`
	OverrunPolicy    string   `json:"overrunPolicy,omitempty" api:"enum=BLOCK|BLOCK_AND_KILL" doc:"What happens to queries beyond the limit."`
	TenantName       string   `json:"tenantName,omitempty" api:"readonly" doc:"Name of the instance."`
	Value            int64    `json:"value" api:"required,min=0" doc:"The limit, in bytes."`
}

// PrivateNetworkEndpointIdEntry is a private endpoint of federated database instances, on the wire and on disk.
type PrivateNetworkEndpointIdEntry struct {
	AzureLinkID               string `json:"azureLinkId,omitempty" doc:"Link of the endpoint at AZURE."`
	Comment                   string `json:"comment,omitempty" api:"maxLen=255" doc:"Comment."`
	CustomerEndpointDNSName   string `json:"customerEndpointDNSName,omitempty" doc:"Name of the endpoint."`
	CustomerEndpointIPAddress string `json:"customerEndpointIPAddress,omitempty" api:"is=ip" doc:"Address of the endpoint."`
	EndpointID                string `json:"endpointId" api:"required,minLen=1,maxLen=1024" doc:"Id of the endpoint."`
	ErrorMessage              string `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	Provider                  string `json:"provider,omitempty" api:"enum=AWS|AZURE,default=AWS" doc:"The cloud provider."`
	Region                    string `json:"region,omitempty" doc:"Region of the provider."`
	Status                    string `json:"status,omitempty" api:"readonly,enum=PENDING|OK|FAILED|DELETING" doc:"State of the endpoint."`
	Type                      string `json:"type,omitempty" api:"enum=DATA_LAKE,default=DATA_LAKE" doc:"What is reached through the endpoint."`
}
