package container

// BaseNetworkPeeringConnectionSettings is a connection of a container with another network, on the wire and on disk.
type BaseNetworkPeeringConnectionSettings struct {
	AccepterRegionName  string `json:"accepterRegionName,omitempty" api:"required,maxLen=64,when=providerName=AWS" doc:"Region of the other network, as AWS writes it."`
	AWSAccountID        string `json:"awsAccountId,omitempty" api:"required,is=awsAccount,when=providerName=AWS" doc:"Account of the other network."`
	AzureDirectoryID    string `json:"azureDirectoryId,omitempty" api:"required,maxLen=64,when=providerName=AZURE" doc:"Tenant of the other network."`
	AzureSubscriptionID string `json:"azureSubscriptionId,omitempty" api:"required,maxLen=64,when=providerName=AZURE" doc:"Subscription of the other network."`
	ConnectionID        string `json:"connectionId,omitempty" api:"readonly,when=providerName=AWS" doc:"Id of the connection at AWS. Absent: there is none."`
	ContainerID         string `json:"containerId,omitempty" api:"required,is=objectId" doc:"Id of the network container whose clusters are connected."`
	ErrorMessage        string `json:"errorMessage,omitempty" api:"readonly,when=providerName=GCP" doc:"What went wrong. Absent if nothing did."`
	ErrorState          string `json:"errorState,omitempty" api:"readonly,when=providerName=AZURE" doc:"What went wrong. Absent if nothing did."`
	ErrorStateName      string `json:"errorStateName,omitempty" api:"readonly,enum=REJECTED|EXPIRED|INVALID_ARGUMENT,when=providerName=AWS" doc:"What went wrong. Absent if nothing did."`
	GCPProjectID        string `json:"gcpProjectId,omitempty" api:"required,is=gcpName,maxLen=64,when=providerName=GCP" doc:"Project of the other network."`
	ID                  string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the connection."`
	NetworkName         string `json:"networkName,omitempty" api:"required,is=gcpVPC,maxLen=64,when=providerName=GCP" doc:"Name of the other network."`
	ProviderName        string `json:"providerName,omitempty" api:"enum=AWS|AZURE|GCP,default=AWS" doc:"The cloud provider; AWS by default."`
	ResourceGroupName   string `json:"resourceGroupName,omitempty" api:"required,is=azureName,maxLen=90,when=providerName=AZURE" doc:"Resource group of the other network."`
	RouteTableCIDRBlock string `json:"routeTableCidrBlock,omitempty" api:"required,is=network,when=providerName=AWS" doc:"The other network's range, to which traffic is routed."`
	Status              string `json:"status,omitempty" api:"readonly,enum=ADDING_PEER|AVAILABLE|FAILED|DELETION_FAILED|DELETING|WAITING_FOR_USER,when=providerName=AZURE|GCP" doc:"State of the connection."`
	StatusName          string `json:"statusName,omitempty" api:"readonly,enum=INITIATING|PENDING_ACCEPTANCE|FAILED|FINALIZING|AVAILABLE|TERMINATING,when=providerName=AWS" doc:"State of the connection."`
	VNetName            string `json:"vnetName,omitempty" api:"required,is=azureName,maxLen=64,when=providerName=AZURE" doc:"Name of the other network."`
	VPCID               string `json:"vpcId,omitempty" api:"required,is=vpcId,when=providerName=AWS" doc:"Id of the other network."`
}
