package apikey

import (
	"math"
	"net/netip"
	"net/url"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// A key and the request for one. Creating an organization uses them too.
type (
	APIKeyUserDetails             = shape.APIKeyUserDetails
	CreateAtlasOrganizationAPIKey = shape.CreateAtlasOrganizationAPIKey
)

// UpdateAtlasOrganizationAPIKey changes a key.
type UpdateAtlasOrganizationAPIKey struct {
	Desc  *string        `json:"desc,omitempty" api:"minLen=1,maxLen=250" doc:"What the key is for."`
	Roles shape.OrgRoles `json:"roles,omitempty" doc:"Roles in the organization, in place of those that the key has there."`
}

// CreateAtlasProjectAPIKey asks for a key with roles in a project.
type CreateAtlasProjectAPIKey struct {
	Desc  string       `json:"desc" api:"required,minLen=1,maxLen=250" doc:"What the key is for."`
	Roles []authz.Role `json:"roles" api:"required,minItems=1" doc:"Roles in the project, and optionally in its organization."`
}

// UpdateAtlasProjectAPIKey changes a key in a project.
type UpdateAtlasProjectAPIKey struct {
	Desc  *string      `json:"desc,omitempty" api:"minLen=1,maxLen=250" doc:"What the key is for."`
	Roles []authz.Role `json:"roles,omitempty" doc:"Roles in the project, in place of those that the key has there."`
}

// UserAccessRoleAssignment gives a key roles in a project.
type UserAccessRoleAssignment struct {
	Roles  []authz.Role `json:"roles,omitempty" doc:"Roles in the project."`
	UserID string       `json:"userId,omitempty" api:"readonly,is=objectId" doc:"Id of the key."`
}

// UserAccessListRequest is an entry to be added to a key's access list: an address or a range.
type UserAccessListRequest struct {
	CIDRBlock string `json:"cidrBlock,omitempty" api:"is=cidr" doc:"Range of addresses in CIDR notation."`
	IPAddress string `json:"ipAddress,omitempty" api:"is=ip" doc:"One address."`
}

// UserAccessListResponse is an entry of a key's access list.
type UserAccessListResponse struct {
	CIDRBlock       string     `json:"cidrBlock,omitempty" api:"is=cidr" doc:"Range of addresses in CIDR notation."`
	Count           *int       `json:"count,omitempty" api:"readonly,min=1" doc:"How many requests the entry has admitted. Absent if none."`
	Created         api.Time   `json:"created,omitzero" api:"readonly" doc:"When the entry was added."`
	IPAddress       string     `json:"ipAddress,omitempty" api:"is=ip" doc:"The address, if the range has only one."`
	LastUsed        api.Time   `json:"lastUsed,omitzero" api:"readonly" doc:"When the entry admitted a request last. Absent before the first."`
	LastUsedAddress string     `json:"lastUsedAddress,omitempty" api:"readonly" doc:"Address that the last request came from."`
	Links           []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// toWire shows k without its private key.
func toWire(k *model.APIKey) APIKeyUserDetails { return shape.APIKey(k, "") }

func toEntry(k *model.APIKey, a *model.KeyAddress) UserAccessListResponse {
	w := UserAccessListResponse{
		CIDRBlock: a.CIDR, Created: api.Time{Time: a.Created},
		Links: api.Self("/orgs/" + k.OrgID + "/apiKeys/" + k.ID + "/accessList/" + url.PathEscape(a.CIDR)),
	}
	if p, err := netip.ParsePrefix(a.CIDR); err == nil {
		w.CIDRBlock, w.IPAddress = shape.CIDR(p), shape.SingleAddress(p)
	}
	if a.Count > 0 {
		w.Count = api.Ptr(int(min(a.Count, math.MaxInt32)))
		w.LastUsed = api.Time{Time: a.LastUsed}
		w.LastUsedAddress = shape.AddressText(a.LastAddress)
	}
	return w
}
