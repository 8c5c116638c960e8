package accesslist

import (
	"github.com/telamon-db/telamon/internal/api"
)

// NetworkPermissionEntry is an entry of a project's access list, on the wire and on disk. A request has one of
// awsSecurityGroup, cidrBlock and ipAddress; a response has the last two where the range is one address.
type NetworkPermissionEntry struct {
	AWSSecurityGroup string     `json:"awsSecurityGroup,omitempty" api:"is=securityGroup" doc:"Security group of AWS. It is stored but admits nobody: clusters are not in a network of AWS."`
	CIDRBlock        string     `json:"cidrBlock,omitempty" api:"is=network" doc:"Range of addresses in CIDR notation."`
	Comment          string     `json:"comment,omitempty" api:"maxLen=80" doc:"What the entry is for."`
	DeleteAfterDate  *api.Time  `json:"deleteAfterDate,omitempty" doc:"When the entry expires: at most a week after the request."`
	GroupID          string     `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	IPAddress        string     `json:"ipAddress,omitempty" api:"is=ip" doc:"One address."`
	Links            []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// NetworkPermissionEntryStatus says whether an entry is in force.
type NetworkPermissionEntryStatus struct {
	Status string `json:"STATUS" api:"required,readonly,enum=PENDING|FAILED|ACTIVE" doc:"Whether the entry is in effect."`
}
