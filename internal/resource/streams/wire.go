package streams

import "github.com/telamon-db/telamon/internal/api"

// StreamsTenant is a workspace, on the wire and on disk.
type StreamsTenant struct {
	ID                string                     `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the workspace."`
	Connections       []StreamsConnection        `json:"connections,omitempty" api:"readonly" doc:"The workspace's connections, where they are asked for."`
	DataProcessRegion *StreamsDataProcessRegion  `json:"dataProcessRegion,omitempty" doc:"Where the workspace is."`
	FailoverRegions   []StreamsDataProcessRegion `json:"failoverRegions,omitempty" api:"maxItems=2" doc:"Regions that take over when the first one is away."`
	GroupID           string                     `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Hostnames         []string                   `json:"hostnames,omitempty" api:"readonly" doc:"Names of hosts that nothing answers at."`
	Name              string                     `json:"name,omitempty" api:"is=clusterName,maxLen=64" doc:"Name of the workspace."`
	SampleConnections *StreamsSampleConnections  `json:"sampleConnections,omitempty" doc:"Which connections to sample data the workspace begins with."`
	StreamConfig      *StreamConfig              `json:"streamConfig,omitempty" doc:"How large processors are."`
}

// StreamsTenantUpdateRequest says what of a workspace is to change.
type StreamsTenantUpdateRequest struct {
	CloudProvider   string                     `json:"cloudProvider,omitempty" api:"enum=AWS|GCP|AZURE|TENANT|SERVERLESS" doc:"The cloud provider."`
	FailoverRegions []StreamsDataProcessRegion `json:"failoverRegions,omitempty" api:"maxItems=2" doc:"Regions that take over when the first one is away."`
	ProcessorStatus *StreamsProcessorStatus    `json:"processorStatus,omitempty" doc:"What all processors are to do."`
	Region          regionName                 `json:"region,omitempty" doc:"The region."`
	StreamConfig    *StreamConfig              `json:"streamConfig,omitempty" doc:"How large processors are."`
}

// AccountDetails names the network of a region's processors. No network is behind it.
type AccountDetails struct {
	AWSAccountID        string `json:"awsAccountId,omitempty" api:"when=cloudProvider=aws" doc:"Account at AWS."`
	AzureSubscriptionID string `json:"azureSubscriptionId,omitempty" api:"when=cloudProvider=azure" doc:"Subscription at AZURE."`
	CIDRBlock           string `json:"cidrBlock,omitempty" doc:"Range of the network."`
	CloudProvider       string `json:"cloudProvider,omitempty" api:"enum=aws|azure|gcp" doc:"The cloud provider."`
	GCPProjectID        string `json:"gcpProjectId,omitempty" api:"when=cloudProvider=gcp" doc:"Project at GCP."`
	VirtualNetworkName  string `json:"virtualNetworkName,omitempty" api:"when=cloudProvider=azure" doc:"Name of the network at AZURE."`
	VPCID               string `json:"vpcId,omitempty" api:"when=cloudProvider=aws" doc:"Id of the network at AWS."`
	VPCNetworkName      string `json:"vpcNetworkName,omitempty" api:"when=cloudProvider=gcp" doc:"Name of the network at GCP."`
}

// VPCPeeringActionChallenge repeats whose request is accepted.
type VPCPeeringActionChallenge struct {
	RequesterAccountID string `json:"requesterAccountId,omitempty" doc:"Account of the other network."`
	RequesterVPCID     string `json:"requesterVpcId,omitempty" doc:"Id of the other network."`
}

// VPCPeeringConnection is a connection with another network.
type VPCPeeringConnection struct {
	ID                 string    `json:"_id,omitempty" api:"is=objectId" doc:"Id of the connection."`
	AccepterAccountID  string    `json:"accepterAccountId,omitempty" doc:"Account of the service's network."`
	AccepterCIDR       string    `json:"accepterCidr,omitempty" doc:"Range of the service's network."`
	AccepterVPCID      string    `json:"accepterVpcId,omitempty" doc:"Id of the service's network."`
	CloudStatus        string    `json:"cloudStatus,omitempty" doc:"Its state at the provider."`
	ExpirationTime     *api.Time `json:"expirationTime,omitempty" doc:"When the request ends by itself."`
	GroupID            string    `json:"groupId,omitempty" api:"is=objectId" doc:"Id of the project."`
	LocalStatus        string    `json:"localStatus,omitempty" api:"enum=NONE|SCAN_FAILED|UPDATE_FAILED|REQUEST_ACCEPT|ACCEPT_REQUESTED|REQUEST_REJECT|REJECT_REQUESTED|REQUEST_DELETE|DELETE_REQUESTED|ACTIVE" doc:"Its state here."`
	Name               string    `json:"name,omitempty" doc:"Name of the connection."`
	RequesterAccountID string    `json:"requesterAccountId,omitempty" doc:"Account of the other network."`
	RequesterCIDR      string    `json:"requesterCidr,omitempty" doc:"Range of the other network."`
	RequesterVPCID     string    `json:"requesterVpcId,omitempty" doc:"Id of the other network."`
	StatusMessage      string    `json:"statusMessage,omitempty" doc:"What the state means."`
}

// StreamsDataProcessRegion is a region of a cloud provider.
type StreamsDataProcessRegion struct {
	CloudProvider string     `json:"cloudProvider" api:"required,enum=AWS|GCP|AZURE|TENANT|SERVERLESS" doc:"The cloud provider."`
	Region        regionName `json:"region" api:"required" doc:"The region."`
}

// StreamsSampleConnections says which sample data are wanted.
type StreamsSampleConnections struct {
	Solar *bool `json:"solar,omitempty" api:"default=false" doc:"Whether a stream of readings of solar panels is."`
}

// StreamConfig says how large processors are.
type StreamConfig struct {
	MaxTierSize string `json:"maxTierSize,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Largest size of a processor."`
	Tier        string `json:"tier,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Size of a processor that names none."`
}

// StreamsProcessorStatus says what all processors of a workspace are to do.
type StreamsProcessorStatus struct {
	Mode   string `json:"mode,omitempty" api:"nullable,enum=GRACEFUL|FORCED" doc:"Whether the first region is asked before."`
	Region string `json:"region,omitempty" api:"nullable" doc:"Region that takes them over."`
	Status string `json:"status" api:"required,enum=STARTED|STOPPED|FAILED_OVER" doc:"What they are to do."`
}
