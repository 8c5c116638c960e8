package cloudaccess

import "github.com/telamon-db/telamon/internal/api"

// CloudProviderAccessRole is a role at a cloud provider, on the wire and on disk.
type CloudProviderAccessRole struct {
	ID                         string   `json:"_id,omitempty" api:"readonly,is=objectId,when=providerName=AZURE" doc:"Id of the role at AZURE."`
	AtlasAWSAccountARN         string   `json:"atlasAWSAccountArn,omitempty" api:"readonly,minLen=20,maxLen=2048,when=providerName=AWS" doc:"The account that gets access: an invented one."`
	AtlasAssumedRoleExternalID string   `json:"atlasAssumedRoleExternalId,omitempty" api:"readonly,when=providerName=AWS" doc:"External id with which the account takes the role."`
	AtlasAzureAppID            string   `json:"atlasAzureAppId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Application that gets access."`
	AuthorizedDate             api.Time `json:"authorizedDate,omitzero" api:"readonly,when=providerName=AWS" doc:"When the role was authorized. Absent until then."`
	CreatedDate                api.Time `json:"createdDate,omitzero" api:"readonly" doc:"When the role was created."`
	FeatureUsages              []usage  `json:"featureUsages" api:"readonly" doc:"Features that use the role. Always empty."`
	GCPServiceAccountForAtlas  string   `json:"gcpServiceAccountForAtlas,omitempty" api:"readonly,is=gcpAccount,when=providerName=GCP" doc:"The service account that gets access: an invented one."`
	IAMAssumedRoleARN          string   `json:"iamAssumedRoleArn,omitempty" api:"minLen=20,maxLen=2048,when=providerName=AWS" doc:"The role. Absent until it is authorized."`
	LastUpdatedDate            api.Time `json:"lastUpdatedDate,omitzero" api:"readonly,when=providerName=AZURE" doc:"When the role last changed."`
	ProviderName               string   `json:"providerName" api:"required,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	RoleID                     string   `json:"roleId,omitempty" api:"readonly,is=objectId,when=providerName=AWS|GCP" doc:"Id of the role at AWS and GCP."`
	ServicePrincipalID         string   `json:"servicePrincipalId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Service principal of the application."`
	Status                     string   `json:"status,omitempty" api:"readonly,enum=IN_PROGRESS|COMPLETE|FAILED|NOT_INITIATED,when=providerName=GCP" doc:"State of the service account."`
	TenantID                   string   `json:"tenantId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Tenant of the application."`
}

// usage is a feature that uses a role.
type usage struct {
	FeatureType string `json:"featureType,omitempty" api:"readonly,enum=ATLAS_DATA_LAKE|ENCRYPTION_AT_REST|EXPORT_SNAPSHOT|PUSH_BASED_LOG_EXPORT|ATLAS_LOG_INTEGRATION" doc:"The feature."`
}

// CloudProviderAccessRoleRequest is a role to create, or the authorization of one.
type CloudProviderAccessRoleRequest struct {
	AtlasAzureAppID    string `json:"atlasAzureAppId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Application that gets access."`
	IAMAssumedRoleARN  string `json:"iamAssumedRoleArn,omitempty" api:"minLen=20,maxLen=2048,when=providerName=AWS" doc:"The role, with which it is authorized."`
	ProviderName       string `json:"providerName" api:"required,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	ServicePrincipalID string `json:"servicePrincipalId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Service principal of the application."`
	TenantID           string `json:"tenantId,omitempty" api:"maxLen=64,when=providerName=AZURE" doc:"Tenant of the application."`
}

// CloudProviderAccessRoles are a project's roles, by provider.
type CloudProviderAccessRoles struct {
	AWSIAMRoles            []CloudProviderAccessRole `json:"awsIamRoles" doc:"Roles at AWS."`
	AzureServicePrincipals []CloudProviderAccessRole `json:"azureServicePrincipals" doc:"Roles at AZURE."`
	GCPServiceAccounts     []CloudProviderAccessRole `json:"gcpServiceAccounts" doc:"Roles at GCP."`
}
