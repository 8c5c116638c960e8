package federation

// DataLakeTenant is a federated database instance, on the wire and on disk.
type DataLakeTenant struct {
	CloudProviderConfig      *DataLakeCloudProviderConfig `json:"cloudProviderConfig,omitempty" doc:"Roles with which stores at cloud providers are read."`
	DataProcessRegion        *DataLakeDataProcessRegion   `json:"dataProcessRegion,omitempty" doc:"Where queries are answered."`
	GroupID                  string                       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Hostnames                []string                     `json:"hostnames" api:"readonly" doc:"Addresses of the instance. Nothing listens there."`
	Name                     string                       `json:"name,omitempty" doc:"Name of the instance."`
	PrivateEndpointHostnames []PrivateEndpointHostname    `json:"privateEndpointHostnames" api:"readonly" doc:"Addresses behind private endpoints. There are none."`
	State                    string                       `json:"state,omitempty" api:"readonly,enum=UNVERIFIED|ACTIVE|DELETED" doc:"Status of the instance."`
	Storage                  *DataLakeStorage             `json:"storage" doc:"What is behind the instance's collections."`
}

// DataLakeCloudProviderConfig are the roles with which stores are read.
type DataLakeCloudProviderConfig struct {
	AWS   *DataLakeAWSCloudProviderConfig         `json:"aws,omitempty" doc:"A role at AWS."`
	Azure *DataFederationAzureCloudProviderConfig `json:"azure,omitempty" doc:"A role at AZURE."`
	GCP   *DataFederationGCPCloudProviderConfig   `json:"gcp,omitempty" doc:"A role at GCP."`
}

// DataLakeAWSCloudProviderConfig is a role at AWS.
type DataLakeAWSCloudProviderConfig struct {
	ExternalID        string `json:"externalId,omitempty" api:"readonly" doc:"External id with which the service takes the role."`
	IAMAssumedRoleARN string `json:"iamAssumedRoleARN,omitempty" api:"readonly,minLen=20,maxLen=2048" doc:"The role."`
	IAMUserARN        string `json:"iamUserARN,omitempty" api:"readonly" doc:"The account that takes the role."`
	RoleID            string `json:"roleId,omitempty" api:"required,is=objectId" doc:"Id of the role."`
	TestS3Bucket      string `json:"testS3Bucket,omitempty" api:"required,maxLen=255" doc:"Bucket for a trial of the role. It is not read."`
}

// DataFederationAzureCloudProviderConfig is a role at AZURE.
type DataFederationAzureCloudProviderConfig struct {
	AtlasAppID         string `json:"atlasAppId,omitempty" api:"readonly" doc:"Application of the role."`
	RoleID             string `json:"roleId,omitempty" api:"required,is=objectId" doc:"Id of the role."`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty" api:"readonly" doc:"Service principal of the role."`
	TenantID           string `json:"tenantId,omitempty" api:"readonly" doc:"Tenant of the role."`
}

// DataFederationGCPCloudProviderConfig is a role at GCP.
type DataFederationGCPCloudProviderConfig struct {
	GCPServiceAccount string `json:"gcpServiceAccount,omitempty" api:"readonly" doc:"Service account of the role."`
	RoleID            string `json:"roleId,omitempty" api:"required,is=objectId" doc:"Id of the role."`
}

// DataLakeDataProcessRegion is where queries are answered.
type DataLakeDataProcessRegion struct {
	CloudProvider string `json:"cloudProvider,omitempty" api:"required,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	Region        string `json:"region" api:"required,minLen=1,maxLen=64" doc:"Region of the provider."`
}

// PrivateEndpointHostname is an address behind a private endpoint.
type PrivateEndpointHostname struct {
	Hostname        string `json:"hostname,omitempty" api:"readonly" doc:"The address."`
	PrivateEndpoint string `json:"privateEndpoint,omitempty" api:"readonly" doc:"The endpoint."`
}

// DataLakeStorage is what is behind an instance's collections.
type DataLakeStorage struct {
	Databases []DataLakeDatabaseInstance `json:"databases" api:"nullable,maxItems=1000" doc:"Databases that the instance shows."`
	Stores    []DataLakeStoreSettings    `json:"stores" api:"nullable,maxItems=1000" doc:"Where data comes from."`
}

// DataLakeDatabaseInstance is a database of an instance.
type DataLakeDatabaseInstance struct {
	Collections            []DataLakeDatabaseCollection `json:"collections,omitempty" doc:"Collections of the database."`
	MaxWildcardCollections int                          `json:"maxWildcardCollections,omitempty" api:"min=1,max=1000" doc:"How many collections a wildcard stands for at most."`
	Name                   string                       `json:"name,omitempty" doc:"Name of the database."`
	Views                  []DataLakeApiBase            `json:"views,omitempty" doc:"Views of the database."`
}

// DataLakeDatabaseCollection is a collection of an instance.
type DataLakeDatabaseCollection struct {
	DataSources []DataLakeDatabaseDataSourceSettings `json:"dataSources,omitempty" doc:"What the collection's documents come from."`
	Name        string                               `json:"name,omitempty" doc:"Name of the collection; * for a wildcard."`
}

// DataLakeDatabaseDataSourceSettings is a source of documents.
type DataLakeDatabaseDataSourceSettings struct {
	AllowInsecure       *bool    `json:"allowInsecure,omitempty" doc:"Whether servers with certificates of unknown authorities are trusted."`
	Collection          string   `json:"collection,omitempty" doc:"Collection of the store."`
	CollectionRegex     string   `json:"collectionRegex,omitempty" doc:"Pattern of the store's collections."`
	Database            string   `json:"database,omitempty" doc:"Database of the store."`
	DatabaseRegex       string   `json:"databaseRegex,omitempty" doc:"Pattern of the store's databases."`
	DatasetName         string   `json:"datasetName,omitempty" doc:"Name of a data set."`
	DatasetPrefix       string   `json:"datasetPrefix,omitempty" doc:"Beginning of the names of data sets."`
	DefaultFormat       string   `json:"defaultFormat,omitempty" api:"enum=.avro|.avro.bz2|.avro.gz|.bson|.bson.bz2|.bson.gz|.bsonx|.csv|.csv.bz2|.csv.gz|.json|.json.bz2|.json.gz|.orc|.parquet|.tsv|.tsv.bz2|.tsv.gz" doc:"Format of files whose names do not say it."`
	Path                string   `json:"path,omitempty" doc:"Path of files, perhaps with patterns."`
	ProvenanceFieldName string   `json:"provenanceFieldName,omitempty" doc:"Field that says where a document comes from."`
	StoreName           string   `json:"storeName,omitempty" doc:"Name of the store."`
	TrimLevel           *int     `json:"trimLevel,omitempty" doc:"How many parts of a data set's name are left out."`
	URLs                []string `json:"urls,omitempty" doc:"Addresses of files."`
}

// DataLakeApiBase is a view.
type DataLakeApiBase struct {
	Name     string `json:"name,omitempty" doc:"Name of the view."`
	Pipeline string `json:"pipeline,omitempty" doc:"Stages of the view, in JSON."`
	Source   string `json:"source,omitempty" doc:"Collection that the view reads."`
}

// DataLakeStoreSettings is where data comes from.
type DataLakeStoreSettings struct {
	AdditionalStorageClasses []string                          `json:"additionalStorageClasses,omitempty" api:"enum=STANDARD|INTELLIGENT_TIERING|STANDARD_IA,when=provider=s3" doc:"Further storage classes that are read."`
	AllowInsecure            *bool                             `json:"allowInsecure,omitempty" api:"when=provider=http" doc:"Whether servers with certificates of unknown authorities are trusted."`
	Bucket                   string                            `json:"bucket,omitempty" api:"when=provider=gcs|s3" doc:"Name of the bucket."`
	ClusterName              string                            `json:"clusterName,omitempty" api:"when=provider=atlas" doc:"Name of the cluster."`
	ContainerName            string                            `json:"containerName,omitempty" api:"when=provider=azure" doc:"Name of the container."`
	DefaultFormat            string                            `json:"defaultFormat,omitempty" api:"when=provider=http" doc:"Format of files whose names do not say it."`
	Delimiter                string                            `json:"delimiter,omitempty" api:"when=provider=azure|gcs|s3" doc:"Delimiter of the parts of a path."`
	IncludeTags              *bool                             `json:"includeTags,omitempty" api:"when=provider=s3" doc:"Whether tags of files are read."`
	Name                     string                            `json:"name,omitempty" doc:"Name of the store."`
	Prefix                   string                            `json:"prefix,omitempty" api:"when=provider=azure|gcs|s3" doc:"Beginning of the paths that are read."`
	ProjectID                string                            `json:"projectId,omitempty" api:"is=objectId,when=provider=atlas" doc:"Id of the cluster's project."`
	Provider                 string                            `json:"provider,omitempty" api:"required,enum=s3|gcs|atlas|http|azure" doc:"Kind of the store."`
	Public                   *bool                             `json:"public,omitempty" api:"when=provider=azure|gcs|s3" doc:"Whether the store is read without a role."`
	ReadConcern              *DataLakeAtlasStoreReadConcern    `json:"readConcern,omitempty" api:"when=provider=atlas" doc:"Read concern of queries."`
	ReadPreference           *DataLakeAtlasStoreReadPreference `json:"readPreference,omitempty" api:"when=provider=atlas" doc:"Which members answer queries."`
	Region                   string                            `json:"region,omitempty" api:"maxLen=64,when=provider=azure|gcs|s3" doc:"Region of the provider."`
	ReplacementDelimiter     string                            `json:"replacementDelimiter,omitempty" api:"when=provider=azure|gcs" doc:"Replacement of delimiters in names."`
	ServiceURL               string                            `json:"serviceURL,omitempty" api:"when=provider=azure" doc:"Address of the service."`
	URLs                     []string                          `json:"urls,omitempty" api:"when=provider=http" doc:"Addresses of files."`
}

// DataLakeAtlasStoreReadConcern is the read concern of queries to a cluster.
type DataLakeAtlasStoreReadConcern struct {
	Level string `json:"level,omitempty" api:"enum=LOCAL|MAJORITY|LINEARIZABLE|SNAPSHOT|AVAILABLE" doc:"The read concern."`
}

// DataLakeAtlasStoreReadPreference says which members of a cluster answer queries.
type DataLakeAtlasStoreReadPreference struct {
	MaxStalenessSeconds *int                                    `json:"maxStalenessSeconds,omitempty" doc:"How far behind a member may be."`
	Mode                string                                  `json:"mode,omitempty" api:"enum=primary|primaryPreferred|secondary|secondaryPreferred|nearest" doc:"Which members may answer."`
	TagSets             [][]DataLakeAtlasStoreReadPreferenceTag `json:"tagSets,omitempty" doc:"Tags of members, in order of preference."`
}

// DataLakeAtlasStoreReadPreferenceTag is a tag of members.
type DataLakeAtlasStoreReadPreferenceTag struct {
	Name  string `json:"name,omitempty" doc:"Name of the tag."`
	Value string `json:"value,omitempty" doc:"Value of the tag."`
}
