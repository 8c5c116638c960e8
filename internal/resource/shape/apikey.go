package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// APIKeyUserDetails is an API key on the wire.
type APIKeyUserDetails struct {
	Desc       string           `json:"desc,omitempty" api:"minLen=1,maxLen=250" doc:"What the key is for."`
	ID         string           `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the key."`
	Links      []api.Link       `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PrivateKey string           `json:"privateKey,omitempty" api:"readonly" doc:"Private key in the answer to its creation; afterwards its last characters behind asterisks."`
	PublicKey  string           `json:"publicKey,omitempty" api:"readonly,minLen=8,maxLen=8" doc:"Public key."`
	Roles      []RoleAssignment `json:"roles" doc:"What the key may do, and where."`
}

// CreateAtlasOrganizationAPIKey asks for a key.
type CreateAtlasOrganizationAPIKey struct {
	Desc  string   `json:"desc" api:"required,minLen=1,maxLen=250" doc:"What the key is for."`
	Roles OrgRoles `json:"roles" api:"required,minItems=1" doc:"Roles in the organization."`
}

// hidden stands for what is not kept of a private key, which is a UUID.
const hidden = "********-****-****-"

// APIKey writes k, with its private key if that has just been made.
func APIKey(k *model.APIKey, private string) APIKeyUserDetails {
	if private == "" {
		private = hidden + k.Tail
	}
	return APIKeyUserDetails{
		Desc: k.Desc, ID: k.ID, Links: api.Self("/orgs/" + k.OrgID + "/apiKeys/" + k.ID), PrivateKey: private, PublicKey: k.PublicKey,
		Roles: RoleAssignments(k.Grants),
	}
}
