// Package encryption is the family Encryption at Rest using Customer Key Management: which keys encrypt a project's data.
// The configuration is validated, stored and shown; Telamon encrypts nothing and calls no key service.
package encryption

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ kept.Setting[EncryptionAtRest] }

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Setting[EncryptionAtRest]{Store: st, Table: configurations, Validate: check, Events: func(_, _ EncryptionAtRest) []event.Type {
		return []event.Type{"ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"}
	}}}
}

var configurations = kept.Table[EncryptionAtRest]("encryption_at_rest", nil)

const (
	tag  = "Encryption at Rest using Customer Key Management"
	path = "/groups/{groupId}/encryptionAtRest"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getEncryptionAtRest", Aliases: []string{"getGroupEncryptionAtRest"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the configuration of encryption at rest of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateEncryptionAtRest", Aliases: []string{"updateGroupEncryptionAtRest"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary: "Update the configuration of encryption at rest of one project",
		Description: "Each key service that the body names replaces its earlier configuration. " +
			"Secrets are dropped, because nothing here calls a key service, and no data is encrypted.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Patch)),
	}}
}

// EncryptionAtRest is a project's configuration of encryption at rest, by key service.
type EncryptionAtRest struct {
	AWSKMS                AWSKMSConfiguration `json:"awsKms" doc:"Keys in AWS KMS."`
	AzureKeyVault         AzureKeyVault       `json:"azureKeyVault" doc:"Keys in Azure Key Vault."`
	EnabledForSearchNodes bool                `json:"enabledForSearchNodes" doc:"Whether search nodes are encrypted too."`
	GoogleCloudKMS        GoogleCloudKMS      `json:"googleCloudKms" doc:"Keys in Google Cloud KMS."`
}

// AWSKMSConfiguration is a key in AWS KMS, and how to access it.
type AWSKMSConfiguration struct {
	AccessKeyID              string `json:"accessKeyID,omitempty" api:"minLen=16,maxLen=128" doc:"Id of the access key that may use the key."`
	CustomerMasterKeyID      string `json:"customerMasterKeyID,omitempty" api:"minLen=1,maxLen=2048" doc:"Id of the key."`
	Enabled                  bool   `json:"enabled" doc:"Whether this key service is used."`
	Region                   string `json:"region,omitempty" api:"minLen=1,maxLen=64" doc:"Region of the key, such as US_EAST_1."`
	RequirePrivateNetworking *bool  `json:"requirePrivateNetworking,omitempty" doc:"Whether the key service is called over private networking only."`
	RoleID                   string `json:"roleId,omitempty" api:"is=objectId" doc:"Id of the role that may use the key."`
	SecretAccessKey          string `json:"secretAccessKey,omitempty" api:"writeonly" doc:"The access key's secret. It is not stored."`
	Valid                    bool   `json:"valid" api:"readonly" doc:"Whether the configuration is complete."`
}

// AzureKeyVault is a key in Azure Key Vault, and how to access it.
type AzureKeyVault struct {
	AzureEnvironment         string `json:"azureEnvironment,omitempty" api:"enum=AZURE|AZURE_CHINA|AZURE_US_GOVERNMENT" doc:"The Azure cloud."`
	ClientID                 string `json:"clientID,omitempty" api:"maxLen=64" doc:"Id of the application that may use the key."`
	Enabled                  bool   `json:"enabled" doc:"Whether this key service is used."`
	KeyIdentifier            string `json:"keyIdentifier,omitempty" api:"maxLen=2048" doc:"Address of the key."`
	KeyVaultName             string `json:"keyVaultName,omitempty" api:"maxLen=256" doc:"Name of the vault."`
	RequirePrivateNetworking *bool  `json:"requirePrivateNetworking,omitempty" doc:"Whether the key service is called over private networking only."`
	ResourceGroupName        string `json:"resourceGroupName,omitempty" api:"maxLen=256" doc:"The vault's resource group."`
	RoleID                   string `json:"roleId,omitempty" api:"is=objectId" doc:"Id of the service principal that may use the key."`
	Secret                   string `json:"secret,omitempty" api:"writeonly" doc:"The application's secret. It is not stored."`
	SubscriptionID           string `json:"subscriptionID,omitempty" api:"maxLen=64" doc:"The vault's subscription."`
	TenantID                 string `json:"tenantID,omitempty" api:"maxLen=64" doc:"The tenant of the application."`
	Valid                    bool   `json:"valid" api:"readonly" doc:"Whether the configuration is complete."`
}

// GoogleCloudKMS is a key in Google Cloud KMS, and how to access it.
type GoogleCloudKMS struct {
	Enabled              bool   `json:"enabled" doc:"Whether this key service is used."`
	KeyVersionResourceID string `json:"keyVersionResourceID,omitempty" api:"maxLen=2048" doc:"Resource id of the key's version."`
	RoleID               string `json:"roleId,omitempty" api:"is=objectId" doc:"Id of the role that may use the key."`
	ServiceAccountKey    string `json:"serviceAccountKey,omitempty" api:"writeonly" doc:"Key of the service account that may use the key. It is not stored."`
	Valid                bool   `json:"valid" api:"readonly" doc:"Whether the configuration is complete."`
}

// need is a field that a key service requires.
type need struct{ field, value string }

// check refuses key services that are enabled and incomplete, and drops secrets and the configuration of disabled services.
// It does not ask the key service whether it accepts the credentials.
func check(w *EncryptionAtRest) error {
	aws, azure, gcp := &w.AWSKMS, &w.AzureKeyVault, &w.GoogleCloudKMS
	var bad fault.Problems
	if aws.Valid = aws.Enabled; aws.Enabled {
		lacks(&bad, "awsKms", need{"customerMasterKeyID", aws.CustomerMasterKeyID}, need{"region", aws.Region}, need{"roleId", aws.RoleID + aws.AccessKeyID})
	} else {
		*aws = AWSKMSConfiguration{}
	}
	if azure.Valid = azure.Enabled; azure.Enabled {
		lacks(&bad, "azureKeyVault", need{"keyIdentifier", azure.KeyIdentifier}, need{"keyVaultName", azure.KeyVaultName},
			need{"resourceGroupName", azure.ResourceGroupName}, need{"subscriptionID", azure.SubscriptionID}, need{"roleId", azure.RoleID + azure.ClientID})
	} else {
		*azure = AzureKeyVault{}
	}
	if gcp.Valid = gcp.Enabled; gcp.Enabled {
		lacks(&bad, "googleCloudKms", need{"keyVersionResourceID", gcp.KeyVersionResourceID})
	} else {
		*gcp = GoogleCloudKMS{}
	}
	aws.SecretAccessKey, azure.Secret, gcp.ServiceAccountKey = "", "", ""
	return bad.Err()
}

func lacks(bad *fault.Problems, service string, needs ...need) {
	for _, n := range needs {
		if n.value == "" {
			bad.Add(service+"."+n.field, "is required while the key service is enabled")
		}
	}
}
