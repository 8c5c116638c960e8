package migration

// LiveMigrationResponse is a migration.
type LiveMigrationResponse struct {
	ID              string   `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the migration."`
	LagTimeSeconds  *int64   `json:"lagTimeSeconds,omitempty" api:"readonly,nullable" doc:"How many seconds the destination is behind."`
	MigrationHosts  []string `json:"migrationHosts,omitempty" api:"readonly,is=hostName" doc:"Host that migrates."`
	ReadyForCutover *bool    `json:"readyForCutover,omitempty" api:"readonly" doc:"Whether the cutover can begin."`
	Status          string   `json:"status,omitempty" api:"readonly,enum=NEW|WORKING|FAILED|COMPLETE|EXPIRED" doc:"How far the migration is."`
}

// LiveImportValidation is a trial of a migration, on the wire and on disk.
type LiveImportValidation struct {
	ID            string `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the trial."`
	ErrorMessage  string `json:"errorMessage,omitempty" api:"readonly,nullable" doc:"What went wrong. Absent if nothing did."`
	GroupID       string `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project of the destination."`
	SourceGroupID string `json:"sourceGroupId,omitempty" api:"is=objectId" doc:"Id of the project of the source."`
	Status        string `json:"status,omitempty" api:"readonly,enum=PENDING|SUCCESS|FAILED" doc:"How far the trial is."`
}

// LiveImportAvailableProject is a project from which clusters can be migrated.
type LiveImportAvailableProject struct {
	Deployments    []AvailableClustersDeployment `json:"deployments" api:"required" doc:"Its clusters."`
	MigrationHosts []string                      `json:"migrationHosts" api:"required" doc:"Hosts that could migrate."`
	Name           string                        `json:"name,omitempty" api:"required,readonly,minLen=1,maxLen=64" doc:"Name of the project."`
	ProjectID      string                        `json:"projectId,omitempty" api:"required,readonly,is=objectId" doc:"Id of the project."`
}

// TargetOrgRequest says who may use a link token.
type TargetOrgRequest struct {
	AccessListIPs []string `json:"accessListIps,omitempty" api:"is=network,maxItems=200" doc:"Addresses from which the token may be used."`
}

// TargetOrg has a link token.
type TargetOrg struct {
	LinkToken string `json:"linkToken" api:"required" doc:"The token. It is shown once."`
}

// request is what all versions of a migration to begin have.
type request struct {
	ID             string           `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the migration."`
	Destination    Destination      `json:"destination" api:"required" doc:"Where data is migrated to."`
	MigrationHosts []string         `json:"migrationHosts" api:"required,minItems=1,maxItems=1,minLen=1" doc:"Host that migrates."`
	Sharding       *ShardingRequest `json:"sharding,omitempty" api:"writeonly" doc:"How collections are sharded."`
	Source         Source           `json:"source" api:"required" doc:"Where data is migrated from."`
}

// AvailableClustersDeployment is a cluster that can be migrated.
type AvailableClustersDeployment struct {
	AgentVersion                string `json:"agentVersion,omitempty" api:"readonly" doc:"Version of its agent."`
	ClusterID                   string `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	DBSizeBytes                 *int64 `json:"dbSizeBytes,omitempty" api:"readonly" doc:"Bytes that it has."`
	FeatureCompatibilityVersion string `json:"featureCompatibilityVersion,omitempty" api:"required,readonly" doc:"Its feature compatibility version."`
	Managed                     *bool  `json:"managed,omitempty" api:"required,readonly" doc:"Whether it is managed."`
	MongoDBVersion              string `json:"mongoDBVersion,omitempty" api:"required,readonly" doc:"Its version of MongoDB."`
	Name                        string `json:"name,omitempty" api:"required,readonly" doc:"Name of the cluster."`
	OplogSizeMB                 *int   `json:"oplogSizeMB,omitempty" api:"readonly" doc:"Megabytes of its oplog."`
	Sharded                     *bool  `json:"sharded,omitempty" api:"required,readonly" doc:"Whether it is sharded."`
	ShardsSize                  *int   `json:"shardsSize,omitempty" api:"readonly" doc:"How many shards it has."`
	TLSEnabled                  *bool  `json:"tlsEnabled,omitempty" api:"required,readonly" doc:"Whether connections are encrypted."`
}

// LiveMigrationRequest20240530 is a migration to begin.
type LiveMigrationRequest20240530 struct {
	request
	DropDestinationData *bool `json:"dropDestinationData,omitempty" api:"writeonly,default=false" doc:"Whether the destination's data is dropped before."`
}

// LiveMigrationRequest is a migration to begin, until 2024-05-30.
type LiveMigrationRequest struct {
	request
	DropEnabled bool `json:"dropEnabled" api:"required,writeonly" doc:"Whether the destination's data is dropped before."`
}

// Destination is the cluster that data is migrated to.
type Destination struct {
	ClusterName        string `json:"clusterName" api:"required,minLen=1" doc:"Name of the cluster."`
	GroupID            string `json:"groupId" api:"required,is=objectId" doc:"Id of the project."`
	HostnameSchemaType string `json:"hostnameSchemaType" api:"required,enum=PUBLIC|PRIVATE_LINK|VPC_PEERING,minLen=1" doc:"Through which network the cluster is reached."`
	PrivateLinkID      string `json:"privateLinkId,omitempty" api:"nullable" doc:"Id of the private endpoint."`
}

// ShardingRequest says how collections are sharded.
type ShardingRequest struct {
	CreateSupportingIndexes bool         `json:"createSupportingIndexes" api:"required,writeonly" doc:"Whether indexes for the shard keys are made."`
	ShardingEntries         []ShardEntry `json:"shardingEntries" api:"required,writeonly,maxItems=1000" doc:"The collections."`
}

// Source is the cluster that data is migrated from.
type Source struct {
	CACertificatePath     string `json:"caCertificatePath,omitempty" api:"nullable" doc:"Path of the certificate of its authority, at the host that migrates."`
	ClusterName           string `json:"clusterName" api:"required,minLen=1" doc:"Name of the cluster."`
	GroupID               string `json:"groupId" api:"required,is=objectId" doc:"Id of the project."`
	ManagedAuthentication bool   `json:"managedAuthentication" api:"required" doc:"Whether the service logs in by itself."`
	Password              string `json:"password,omitempty" api:"writeonly,nullable" doc:"Password."`
	SSL                   bool   `json:"ssl" api:"required" doc:"Whether connections are encrypted."`
	Username              string `json:"username,omitempty" api:"writeonly,nullable" doc:"Name of the user."`
}

// ShardEntry is a collection that is to be sharded.
type ShardEntry struct {
	Collection      string    `json:"collection" api:"required,writeonly" doc:"Name of the collection."`
	Database        string    `json:"database" api:"required,writeonly" doc:"Name of the database."`
	ShardCollection ShardKeys `json:"shardCollection" api:"required,writeonly" doc:"Its shard key."`
}

// ShardKeys is a shard key.
type ShardKeys struct {
	Key []map[string]any `json:"key" api:"required,writeonly,maxItems=32" doc:"Its fields."`
}
