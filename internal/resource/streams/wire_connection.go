package streams

// StreamsConnection is a connection, on the wire and on disk. Of its secrets the disk has nothing.
type StreamsConnection struct {
	Authentication               *StreamsKafkaAuthentication         `json:"authentication,omitempty" api:"when=type=Kafka" doc:"How to log in."`
	AWS                          *StreamsAWSConnectionConfig         `json:"aws,omitempty" api:"when=type=AWSKinesisDataStreams|AWSLambda|S3" doc:"Role at AWS."`
	Azure                        *AzureConnection                    `json:"azure,omitempty" api:"when=type=AzureBlobStorage" doc:"Account at AZURE."`
	BootstrapServers             string                              `json:"bootstrapServers,omitempty" api:"when=type=Kafka" doc:"Addresses of the Kafka cluster, with commas between them."`
	ClusterGroupID               string                              `json:"clusterGroupId,omitempty" api:"is=objectId,nullable,when=type=Cluster" doc:"Project of the cluster, if it is another one."`
	ClusterName                  string                              `json:"clusterName,omitempty" api:"when=type=Cluster" doc:"Name of the cluster."`
	Config                       map[string]string                   `json:"config,omitempty" api:"when=type=Kafka" doc:"Settings of the Kafka client."`
	DBRoleToExecute              *DBRoleToExecute                    `json:"dbRoleToExecute,omitempty" api:"when=type=Cluster" doc:"Role with which the cluster is used."`
	GCP                          *StreamsGCPConnectionConfig         `json:"gcp,omitempty" api:"when=type=GCPPubSub" doc:"Account at GCP."`
	Headers                      map[string]string                   `json:"headers,omitempty" doc:"Headers of every request. Of connections over HTTPS only."`
	ID                           string                              `json:"id,omitempty" api:"readonly" doc:"Id of the connection."`
	Name                         string                              `json:"name,omitempty" doc:"Name of the connection."`
	Networking                   *StreamsKafkaNetworking             `json:"networking,omitempty" api:"when=type=AWSKinesisDataStreams|Kafka|S3" doc:"Through which network the connection goes."`
	Provider                     string                              `json:"provider,omitempty" api:"required,enum=CONFLUENT,when=type=SchemaRegistry" doc:"Whose schema registry it is."`
	PublicPrivateNetworking      *StreamsPublicPrivateLinkNetworking `json:"publicPrivateNetworking,omitempty" api:"when=type=AWSLambda|AzureBlobStorage|GCPPubSub" doc:"Through which network the connection goes."`
	Region                       string                              `json:"region,omitempty" doc:"The region."`
	SchemaRegistryAuthentication *SchemaRegistryAuthentication       `json:"schemaRegistryAuthentication,omitempty" api:"required,when=type=SchemaRegistry" doc:"How to log in to the schema registry."`
	SchemaRegistryUrls           []string                            `json:"schemaRegistryUrls,omitempty" api:"required,maxItems=10,unique,maxLen=2048,when=type=SchemaRegistry" doc:"Addresses of the schema registry."`
	Security                     *StreamsKafkaSecurity               `json:"security,omitempty" api:"when=type=Kafka" doc:"How the connection is encrypted."`
	State                        string                              `json:"state,omitempty" api:"readonly,enum=PENDING|READY|DELETING|FAILED" doc:"How far the connection is."`
	Type                         string                              `json:"type,omitempty" api:"enum=Sample|Cluster|Kafka|Https|AWSLambda|S3|AWSKinesisDataStreams|SchemaRegistry|AzureBlobStorage|GCPPubSub" doc:"What the connection leads to."`
	URL                          string                              `json:"url,omitempty" api:"when=type=Https" doc:"The address."`
}

// StreamsFailoverConnection is a connection that stands in for another one in another region, on the wire and on disk.
type StreamsFailoverConnection struct {
	Authentication   *StreamsKafkaAuthentication `json:"authentication,omitempty" api:"when=type=Kafka" doc:"How to log in."`
	BootstrapServers string                      `json:"bootstrapServers,omitempty" api:"when=type=Kafka" doc:"Addresses of the Kafka cluster, with commas between them."`
	ClusterGroupID   string                      `json:"clusterGroupId,omitempty" api:"is=objectId,nullable,when=type=Cluster" doc:"Project of the cluster, if it is another one."`
	ClusterName      string                      `json:"clusterName,omitempty" api:"when=type=Cluster" doc:"Name of the cluster."`
	Config           map[string]string           `json:"config,omitempty" api:"when=type=Kafka" doc:"Settings of the Kafka client."`
	DBRoleToExecute  *DBRoleToExecute            `json:"dbRoleToExecute,omitempty" api:"when=type=Cluster" doc:"Role with which the cluster is used."`
	ID               string                      `json:"id,omitempty" api:"readonly" doc:"Id of the connection."`
	Name             string                      `json:"name,omitempty" doc:"Name of the connection that it stands in for."`
	Networking       *StreamsKafkaNetworking     `json:"networking,omitempty" api:"when=type=Kafka" doc:"Through which network the connection goes."`
	Region           string                      `json:"region,omitempty" doc:"The region."`
	Security         *StreamsKafkaSecurity       `json:"security,omitempty" api:"when=type=Kafka" doc:"How the connection is encrypted."`
	State            string                      `json:"state,omitempty" api:"readonly,enum=PENDING|READY|DELETING|FAILED" doc:"How far the connection is."`
	Type             string                      `json:"type,omitempty" api:"enum=Cluster|Kafka" doc:"What the connection leads to."`
}

// StreamsPrivateLinkConnection is a private link, on the wire and on disk.
type StreamsPrivateLinkConnection struct {
	ID                       string   `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the private link."`
	ARN                      string   `json:"arn,omitempty" api:"maxLen=2048" doc:"Name of the service at AWS."`
	AuthenticationScheme     string   `json:"authenticationScheme,omitempty" api:"enum=TLS|SASL_SCRAM|IAM" doc:"How to log in."`
	AzureResourceIDs         []string `json:"azureResourceIds,omitempty" doc:"Ids of the service at AZURE."`
	DNSDomain                string   `json:"dnsDomain,omitempty" doc:"Domain of the service."`
	DNSSubDomain             []string `json:"dnsSubDomain,omitempty" doc:"Names below the domain."`
	ErrorMessage             string   `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	GCPConnectionIDs         []string `json:"gcpConnectionIds,omitempty" api:"maxItems=3,unique" doc:"Ids of the connections at GCP."`
	GCPServiceAttachmentUris []string `json:"gcpServiceAttachmentUris,omitempty" api:"maxItems=3,unique" doc:"What the link attaches to at GCP."`
	InterfaceEndpointID      string   `json:"interfaceEndpointId,omitempty" api:"readonly" doc:"Id of the endpoint at the provider. Absent: there is none."`
	InterfaceEndpointName    string   `json:"interfaceEndpointName,omitempty" api:"readonly" doc:"Name of the endpoint at the provider. Absent: there is none."`
	Provider                 string   `json:"provider" api:"required" doc:"The cloud provider."`
	ProviderAccountID        string   `json:"providerAccountId,omitempty" api:"readonly" doc:"Account of the endpoint. Absent: there is none."`
	Region                   string   `json:"region,omitempty" doc:"The region."`
	ServiceEndpointID        string   `json:"serviceEndpointId,omitempty" doc:"Id of the service."`
	State                    string   `json:"state,omitempty" api:"readonly" doc:"How far the private link is."`
	Vendor                   string   `json:"vendor,omitempty" doc:"Whose service it is."`
}

// StreamsPrivateLinkConnectionRequest says what of a private link is to change.
type StreamsPrivateLinkConnectionRequest struct {
	DNSDomain string `json:"dnsDomain,omitempty" doc:"Domain of the service."`
}

// StreamsKafkaAuthentication says how to log in to Kafka.
type StreamsKafkaAuthentication struct {
	AWS                       *StreamsAWSConnectionConfig `json:"aws,omitempty" doc:"Role at AWS."`
	ClientID                  string                      `json:"clientId,omitempty" doc:"Id of the client."`
	ClientSecret              string                      `json:"clientSecret,omitempty" api:"writeonly,format=password" doc:"Secret of the client."`
	Mechanism                 string                      `json:"mechanism,omitempty" doc:"Mechanism of the login."`
	Method                    string                      `json:"method,omitempty" doc:"Method of the login by OAuth."`
	Password                  string                      `json:"password,omitempty" api:"writeonly,format=password" doc:"Password."`
	SaslOauthbearerExtensions string                      `json:"saslOauthbearerExtensions,omitempty" doc:"Further members of a login by OAuth."`
	Scope                     string                      `json:"scope,omitempty" doc:"Scope of the token."`
	SSLCertificate            string                      `json:"sslCertificate,omitempty" doc:"Certificate of the client, in PEM."`
	SSLKey                    string                      `json:"sslKey,omitempty" api:"writeonly,format=password" doc:"Key of the certificate, in PEM."`
	SSLKeyPassword            string                      `json:"sslKeyPassword,omitempty" api:"writeonly,format=password" doc:"Password of the key."`
	TokenEndpointURL          string                      `json:"tokenEndpointUrl,omitempty" doc:"Address that gives tokens."`
	Username                  string                      `json:"username,omitempty" doc:"Name of the user."`
}

// StreamsAWSConnectionConfig names a role at AWS.
type StreamsAWSConnectionConfig struct {
	RoleARN    string `json:"roleArn,omitempty" doc:"The role."`
	TestBucket string `json:"testBucket,omitempty" doc:"Bucket by which the role is tried."`
}

// AzureConnection names an account at AZURE.
type AzureConnection struct {
	Region             string `json:"region,omitempty" api:"deprecated" doc:"The region."`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty" doc:"Id of the service principal."`
	StorageAccountName string `json:"storageAccountName,omitempty" doc:"Name of the storage account."`
}

// DBRoleToExecute names a role in a cluster.
type DBRoleToExecute struct {
	Role string `json:"role,omitempty" doc:"Name of the role."`
	Type string `json:"type,omitempty" api:"enum=BUILT_IN|CUSTOM" doc:"Whose role it is."`
}

// StreamsGCPConnectionConfig names an account at GCP.
type StreamsGCPConnectionConfig struct {
	ServiceAccountID string `json:"serviceAccountId,omitempty" doc:"Id of the service account."`
}

// StreamsKafkaNetworking says through which network a connection goes.
type StreamsKafkaNetworking struct {
	Access *StreamsKafkaNetworkingAccess `json:"access,omitempty" doc:"The network."`
}

// StreamsPublicPrivateLinkNetworking says through which network a connection goes.
type StreamsPublicPrivateLinkNetworking struct {
	Access *StreamsPublicPrivateLinkNetworkingAccess `json:"access,omitempty" doc:"The network."`
}

// SchemaRegistryAuthentication says how to log in to a schema registry.
type SchemaRegistryAuthentication struct {
	Password string `json:"password,omitempty" api:"required,writeonly,when=type=USER_INFO" doc:"Password."`
	Type     string `json:"type" api:"required,enum=USER_INFO|SASL_INHERIT" doc:"By a password of its own, or that of the Kafka connection."`
	Username string `json:"username,omitempty" api:"required,when=type=USER_INFO" doc:"Name of the user."`
}

// StreamsKafkaSecurity says how a connection is encrypted.
type StreamsKafkaSecurity struct {
	BrokerPublicCertificate string `json:"brokerPublicCertificate,omitempty" doc:"Certificate of the authority that the Kafka cluster's is from, in PEM."`
	Protocol                string `json:"protocol,omitempty" doc:"Protocol of the connection."`
}

// StreamsKafkaNetworkingAccess is the network of a connection.
type StreamsKafkaNetworkingAccess struct {
	ConnectionID string `json:"connectionId,omitempty" api:"is=objectId" doc:"Id of the private link."`
	Name         string `json:"name,omitempty" doc:"Name of the private link."`
	TgwRouteID   string `json:"tgwRouteId,omitempty" api:"is=objectId" doc:"Id of the route of a transit gateway."`
	Type         string `json:"type,omitempty" api:"enum=PUBLIC|VPC|PRIVATE_LINK|TRANSIT_GATEWAY" doc:"Kind of the network."`
}

// StreamsPublicPrivateLinkNetworkingAccess is the network of a connection.
type StreamsPublicPrivateLinkNetworkingAccess struct {
	ConnectionID string `json:"connectionId,omitempty" api:"is=objectId" doc:"Id of the private link."`
	Type         string `json:"type,omitempty" api:"enum=PUBLIC|PRIVATE_LINK" doc:"Kind of the network."`
}
