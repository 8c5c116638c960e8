package privatelink

// EndpointService is a private endpoint service, on the wire and on disk. It has names at its cloud provider once it is
// available; the network is simulated.
type EndpointService struct {
	CloudProvider                string   `json:"cloudProvider,omitempty" api:"required,readonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	EndpointGroupNames           []string `json:"endpointGroupNames,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Names of the service's endpoints at GCP."`
	EndpointServiceName          string   `json:"endpointServiceName,omitempty" api:"readonly,is=vpceService,when=cloudProvider=AWS" doc:"Name of the service at AWS."`
	ErrorMessage                 string   `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	ID                           string   `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the service."`
	InterfaceEndpoints           []string `json:"interfaceEndpoints,omitempty" api:"readonly,when=cloudProvider=AWS" doc:"Ids of the service's endpoints at AWS."`
	PortMappingEnabled           *bool    `json:"portMappingEnabled,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Whether one address serves all nodes, each at a port of its own."`
	PrivateEndpoints             []string `json:"privateEndpoints,omitempty" api:"readonly,when=cloudProvider=AZURE" doc:"Resource ids of the service's endpoints at AZURE."`
	PrivateLinkServiceName       string   `json:"privateLinkServiceName,omitempty" api:"readonly,is=plsName,when=cloudProvider=AZURE" doc:"Name of the service at AZURE."`
	PrivateLinkServiceResourceID string   `json:"privateLinkServiceResourceId,omitempty" api:"readonly,when=cloudProvider=AZURE" doc:"Resource id of the service at AZURE."`
	RegionName                   string   `json:"regionName,omitempty" api:"readonly" doc:"Region of the service."`
	ServiceAttachmentNames       []string `json:"serviceAttachmentNames,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Names of what endpoints at GCP attach to."`
	Status                       string   `json:"status,omitempty" api:"readonly,enum=INITIATING|AVAILABLE|WAITING_FOR_USER|FAILED|DELETING" doc:"State of the service."`
	SupportedRemoteRegions       []string `json:"supportedRemoteRegions,omitempty" api:"readonly,maxItems=35,when=cloudProvider=AWS" doc:"Other regions from which the service can be reached."`
}

// CloudProviderEndpointServiceRequest is a service to create.
type CloudProviderEndpointServiceRequest struct {
	PortMappingEnabled     bool     `json:"portMappingEnabled,omitempty" api:"writeonly,default=false" doc:"Whether one address serves all nodes, each at a port of its own. GCP only."`
	ProviderName           string   `json:"providerName" api:"required,writeonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	Region                 string   `json:"region" api:"required,writeonly,maxLen=64" doc:"Region of the service: by the API's name, or the provider's own."`
	SupportedRemoteRegions []string `json:"supportedRemoteRegions,omitempty" api:"writeonly,maxItems=35,maxLen=64" doc:"Other regions from which the service can be reached. AWS only."`
}

// ApiAtlasModifyEndpointServiceRequestView is a change of a service.
type ApiAtlasModifyEndpointServiceRequestView struct {
	CloudProvider          string   `json:"cloudProvider" api:"required,enum=AWS" doc:"AWS."`
	SupportedRemoteRegions []string `json:"supportedRemoteRegions,omitempty" api:"maxItems=35,maxLen=64" doc:"Other regions from which the service can be reached."`
}

// CreateEndpointRequest is an endpoint to create. Which fields it needs depends on the cloud provider in the path.
type CreateEndpointRequest struct {
	CloudProvider            string                           `json:"cloudProvider,omitempty" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider: that of the path."`
	EndpointGroupName        string                           `json:"endpointGroupName,omitempty" api:"writeonly,maxLen=255" doc:"Name of the endpoint. GCP."`
	Endpoints                []CreateGCPForwardingRuleRequest `json:"endpoints,omitempty" api:"maxItems=100" doc:"Addresses of the endpoint. GCP."`
	GCPProjectID             string                           `json:"gcpProjectId,omitempty" api:"writeonly,maxLen=64" doc:"Project of the endpoint. GCP."`
	ID                       string                           `json:"id,omitempty" api:"writeonly,maxLen=1024" doc:"Id of the endpoint at AWS; its resource id at AZURE."`
	PrivateEndpointIPAddress string                           `json:"privateEndpointIPAddress,omitempty" api:"is=ip" doc:"Address of the endpoint. AZURE."`
}

// CreateGCPForwardingRuleRequest is an address of an endpoint at GCP.
type CreateGCPForwardingRuleRequest struct {
	EndpointName string `json:"endpointName,omitempty" api:"writeonly,maxLen=255" doc:"Name of the address."`
	IPAddress    string `json:"ipAddress,omitempty" api:"writeonly,is=ip" doc:"The address."`
}

// PrivateLinkEndpoint is an endpoint, on the wire and on disk.
type PrivateLinkEndpoint struct {
	CloudProvider                 string                      `json:"cloudProvider,omitempty" api:"required,readonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	ConnectionStatus              string                      `json:"connectionStatus,omitempty" api:"readonly,enum=PENDING_ACCEPTANCE|PENDING|AVAILABLE|REJECTED|DELETING,when=cloudProvider=AWS" doc:"State of the endpoint."`
	DeleteRequested               bool                        `json:"deleteRequested" api:"readonly" doc:"Whether the endpoint is being removed."`
	EndpointGroupName             string                      `json:"endpointGroupName,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Name of the endpoint."`
	Endpoints                     []GCPConsumerForwardingRule `json:"endpoints,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Addresses of the endpoint."`
	ErrorMessage                  string                      `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	GCPProjectID                  string                      `json:"gcpProjectId,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Project of the endpoint."`
	InterfaceEndpointID           string                      `json:"interfaceEndpointId,omitempty" api:"readonly,when=cloudProvider=AWS" doc:"Id of the endpoint."`
	PortMappingEnabled            *bool                       `json:"portMappingEnabled,omitempty" api:"readonly,when=cloudProvider=GCP" doc:"Whether one address serves all nodes, each at a port of its own."`
	PrivateEndpointConnectionName string                      `json:"privateEndpointConnectionName,omitempty" api:"readonly,when=cloudProvider=AZURE" doc:"Name of the connection at AZURE. Absent: there is none."`
	PrivateEndpointIPAddress      string                      `json:"privateEndpointIPAddress,omitempty" api:"readonly,is=ip,when=cloudProvider=AZURE" doc:"Address of the endpoint."`
	PrivateEndpointResourceID     string                      `json:"privateEndpointResourceId,omitempty" api:"readonly,when=cloudProvider=AZURE" doc:"Resource id of the endpoint."`
	Status                        string                      `json:"status,omitempty" api:"readonly,enum=INITIATING|AVAILABLE|FAILED|DELETING|VERIFIED|DELETED,when=cloudProvider=AZURE|GCP" doc:"State of the endpoint."`
}

// GCPConsumerForwardingRule is an address of an endpoint at GCP.
type GCPConsumerForwardingRule struct {
	EndpointName string `json:"endpointName,omitempty" api:"readonly" doc:"Name of the address."`
	IPAddress    string `json:"ipAddress,omitempty" api:"readonly,is=ip" doc:"The address."`
	Status       string `json:"status,omitempty" api:"readonly,enum=INITIATING|AVAILABLE|FAILED|DELETING" doc:"State of the address."`
}

// ProjectSettingItemView is a setting that is on or off.
type ProjectSettingItemView struct {
	Enabled bool `json:"enabled" api:"required" doc:"Whether private endpoints are separate for each region."`
}
