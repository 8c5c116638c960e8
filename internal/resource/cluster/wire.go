package cluster

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// common are the fields that every version's shape of a cluster has.
type common struct {
	AcceptDataRisks        *api.Time                `json:"acceptDataRisksAndForceReplicaSetReconfig,omitempty" doc:"Asks to rebuild a replica set that has lost its majority. Refused: the members of Telamon's clusters share one copy of the data, which is not lost with some of them."`
	AdvancedConfiguration  *AdvancedConfiguration   `json:"advancedConfiguration,omitempty" doc:"How clients may speak TLS with the cluster. Kept as declared."`
	BIConnector            *BIConnector             `json:"biConnector,omitempty" doc:"The connector for BI tools. Kept as declared: Telamon has none."`
	ClusterType            string                   `json:"clusterType,omitempty" api:"enum=REPLICASET|SHARDED|GEOSHARDED" doc:"Kind of cluster. Only REPLICASET is accepted so far."`
	ConfigServerManagement string                   `json:"configServerManagementMode,omitempty" api:"enum=ATLAS_MANAGED|FIXED_TO_DEDICATED" doc:"How config servers of a sharded cluster are managed. Absent from replica sets."`
	ConfigServerType       string                   `json:"configServerType,omitempty" api:"readonly,enum=DEDICATED|EMBEDDED" doc:"Kind of config servers of a sharded cluster. Absent from replica sets."`
	ConnectionStrings      *ConnectionStrings       `json:"connectionStrings,omitempty" api:"readonly" doc:"How drivers reach the cluster. Empty while the cluster is being created."`
	CreateDate             api.Time                 `json:"createDate,omitzero" api:"readonly" doc:"When the cluster was created."`
	DiskWarmingMode        string                   `json:"diskWarmingMode,omitempty" api:"enum=FULLY_WARMED|VISIBLE_EARLIER|ENHANCED_FULLY_WARMED,default=FULLY_WARMED" doc:"When a new node becomes visible. Kept as declared."`
	EncryptionAtRest       string                   `json:"encryptionAtRestProvider,omitempty" api:"enum=NONE|AWS|AZURE|GCP" doc:"Who keeps the keys that data at rest is encrypted with. Kept as declared: Telamon does not encrypt it."`
	FCV                    string                   `json:"featureCompatibilityVersion,omitempty" api:"readonly" doc:"MongoDB version whose features the cluster has."`
	FCVExpiry              api.Time                 `json:"featureCompatibilityVersionExpirationDate,omitzero" api:"readonly" doc:"When the feature compatibility version is no longer pinned. Absent if it is not."`
	GlobalSelfManaged      *bool                    `json:"globalClusterSelfManagedSharding,omitempty" doc:"Whether the owner shards the collections of a global cluster. False for replica sets."`
	GroupID                string                   `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID                     string                   `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	Labels                 []shape.ComponentLabel   `json:"labels" api:"deprecated" doc:"Labels on the cluster. Tags are their successors."`
	Links                  []api.Link               `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	EmployeeAccess         *EmployeeAccessGrantView `json:"mongoDBEmployeeAccessGrant,omitempty" api:"readonly" doc:"Access for employees of the service. Kept as granted: nobody but you runs Telamon."`
	MajorVersion           string                   `json:"mongoDBMajorVersion,omitempty" doc:"MongoDB version that the cluster is compatible with, one that getProjectLtsVersions names. It cannot go back. Telamon has one engine behind all of them."`
	Version                string                   `json:"mongoDBVersion,omitempty" api:"readonly,is=mongoDBVersion" doc:"MongoDB version that the cluster shows."`
	Name                   string                   `json:"name,omitempty" api:"is=clusterName" doc:"Name of the cluster: at most 64 characters, its first 23 unique in the project. It cannot change."`
	Paused                 *bool                    `json:"paused,omitempty" doc:"Whether the cluster's database is stopped. Its data is kept."`
	PITEnabled             *bool                    `json:"pitEnabled,omitempty" doc:"Whether backups allow any point in time. Needs backups."`
	ScalingStrategy        string                   `json:"replicaSetScalingStrategy,omitempty" api:"enum=SEQUENTIAL|WORKLOAD_TYPE|NODE_TYPE,default=WORKLOAD_TYPE" doc:"In which order nodes are replaced. Kept as declared."`
	RootCertType           string                   `json:"rootCertType,omitempty" api:"enum=ISRGROOTX1,default=ISRGROOTX1" doc:"Root of the cluster's certificates on the service. Kept as declared."`
	StateName              string                   `json:"stateName,omitempty" api:"readonly,enum=IDLE|CREATING|UPDATING|DELETING|REPAIRING" doc:"What is happening to the cluster."`
	Tags                   []shape.ResourceTag      `json:"tags" doc:"The cluster's tags."`
	TerminationProtection  *bool                    `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the cluster refuses to be deleted."`
	VersionReleaseSystem   string                   `json:"versionReleaseSystem,omitempty" api:"enum=LTS|CONTINUOUS,default=LTS" doc:"How the cluster follows new versions. Kept as declared."`
}

// AdvancedConfiguration is how clients may speak TLS with a cluster.
type AdvancedConfiguration struct {
	Ciphers12  []string `json:"customOpensslCipherConfigTls12" api:"enum=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" doc:"Cipher suites of TLS 1.2."`
	Ciphers13  []string `json:"customOpensslCipherConfigTls13" api:"enum=TLS_AES_256_GCM_SHA384|TLS_CHACHA20_POLY1305_SHA256|TLS_AES_128_GCM_SHA256|TLS_AES_128_CCM_SHA256,maxItems=4" doc:"Cipher suites of TLS 1.3."`
	MinimumTLS string   `json:"minimumEnabledTlsProtocol,omitempty" api:"enum=TLS1_0|TLS1_1|TLS1_2|TLS1_3" doc:"Oldest version of TLS."`
	CipherMode string   `json:"tlsCipherConfigMode,omitempty" api:"enum=CUSTOM|DEFAULT" doc:"Whether the cipher suites are the default ones."`
}

// BIConnector is the connector for BI tools.
type BIConnector struct {
	Enabled        *bool  `json:"enabled,omitempty" doc:"Whether there is a connector. Kept as declared: there is none."`
	ReadPreference string `json:"readPreference,omitempty" api:"enum=PRIMARY|SECONDARY|ANALYTICS,open" doc:"Which nodes the connector would read from; the names may be in small letters."`
}

// EmployeeAccessGrantView is access for employees of the service.
type EmployeeAccessGrantView struct {
	ExpirationTime api.Time   `json:"expirationTime" api:"required" doc:"When the access ends."`
	GrantType      string     `json:"grantType" api:"required,enum=CLUSTER_DATABASE_LOGS|CLUSTER_INFRASTRUCTURE|CLUSTER_INFRASTRUCTURE_AND_APP_SERVICES_SYNC_DATA" doc:"What may be seen."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// ConnectionStrings are how drivers reach a cluster.
type ConnectionStrings struct {
	AWSPrivateLink    map[string]string           `json:"awsPrivateLink,omitempty" api:"readonly" doc:"By endpoint. Telamon has no private endpoints."`
	AWSPrivateLinkSRV map[string]string           `json:"awsPrivateLinkSrv,omitempty" api:"readonly" doc:"By endpoint. Telamon has no private endpoints."`
	Private           string                      `json:"private,omitempty" api:"readonly" doc:"The connection string with private names, which clusters on AWS have where their project asks for custom DNS."`
	PrivateEndpoint   []PrivateEndpointConnection `json:"privateEndpoint,omitempty" api:"readonly" doc:"By private endpoint. Telamon has none."`
	PrivateSRV        string                      `json:"privateSrv,omitempty" api:"readonly" doc:"The one of them that DNS resolves."`
	Standard          string                      `json:"standard,omitempty" api:"readonly" doc:"The connection string, mongodb://."`
	StandardSRV       string                      `json:"standardSrv,omitempty" api:"readonly" doc:"The connection string that DNS resolves, mongodb+srv://. Absent where the server answers no DNS."`
}

// PrivateEndpointConnection is how drivers reach a cluster through private endpoints.
type PrivateEndpointConnection struct {
	ConnectionString string            `json:"connectionString,omitempty" api:"readonly" doc:"The connection string."`
	Endpoints        []PrivateEndpoint `json:"endpoints,omitempty" api:"readonly" doc:"The endpoints."`
	SRV              string            `json:"srvConnectionString,omitempty" api:"readonly" doc:"The connection string that DNS resolves."`
	SRVShard         string            `json:"srvShardOptimizedConnectionString,omitempty" api:"readonly" doc:"The one for sharded clusters."`
	Type             string            `json:"type,omitempty" api:"readonly,enum=MONGOD|MONGOS" doc:"What the string leads to."`
}

// PrivateEndpoint is one endpoint of a private connection.
type PrivateEndpoint struct {
	EndpointID   string `json:"endpointId,omitempty" api:"readonly" doc:"Id of the endpoint."`
	ProviderName string `json:"providerName,omitempty" api:"readonly,enum=AWS|AZURE|GCP" doc:"Cloud provider."`
	Region       string `json:"region,omitempty" api:"readonly" doc:"Region."`
}

// RegionName is the name of a provider's region. Any value passes the checks of the body: the rules of clusters refuse what
// is no region, with the error that clients look for.
type RegionName string

// Schema lists the regions of all providers without enforcing the list.
func (RegionName) Schema() *schema.Node { return &schema.Node{Enum: model.Regions} }

// UnmarshalJSON takes a value that is no string as a name that no region has.
func (n *RegionName) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = "?"
	}
	*n = RegionName(s)
	return nil
}

// DedicatedSize is the size of an instance that a cluster has for itself.
type DedicatedSize string

// Values are all sizes of all providers.
func (DedicatedSize) Values() []string { return model.Sizes }

// InstanceSize is the size of an instance, dedicated or shared.
type InstanceSize string

// Values are all sizes, those of shared clusters first.
func (InstanceSize) Values() []string {
	return append([]string{model.FreeSize, "M2", "M5"}, model.Sizes...)
}
