package organization

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
)

// OrgDelegationSettings is what others may do in an organization's name, in requests and answers. What has never been set is absent.
type OrgDelegationSettings struct {
	DelegatedMCPAccess          *string `json:"delegatedMcpAccess,omitempty" api:"nullable,enum=DISALLOWED|READ_ONLY|READ_WRITE" doc:"What MCP servers may do in the name of a person."`
	DelegatedPartnerAccess      *string `json:"delegatedPartnerAccess,omitempty" api:"nullable,enum=DISALLOWED|READ_WRITE" doc:"What partners may do in the name of a person."`
	IdleRefreshTokenLifetime    *int64  `json:"idleRefreshTokenLifetime,omitempty" api:"nullable,min=1,max=31536000" doc:"Seconds after which a refresh token ends that is not used."`
	MaximumRefreshTokenLifetime *int64  `json:"maximumRefreshTokenLifetime,omitempty" api:"nullable,min=1,max=31536000" doc:"Seconds after which a refresh token ends."`
}

func toDelegation(o *model.Organization) OrgDelegationSettings {
	d := o.Delegation
	return OrgDelegationSettings{ifSet(d.MCPAccess), ifSet(d.PartnerAccess), ifSet(d.IdleRefreshSeconds), ifSet(d.MaximumRefreshSeconds)}
}

// ifSet is nil for the zero value.
func ifSet[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

type delegationIn struct {
	getIn
	Body OrgDelegationSettings
}

func (in delegationIn) take(o *model.Organization) ([]event.Type, error) {
	d := &o.Delegation
	before := *d
	d.MCPAccess = api.Or(in.Body.DelegatedMCPAccess, d.MCPAccess)
	d.PartnerAccess = api.Or(in.Body.DelegatedPartnerAccess, d.PartnerAccess)
	d.IdleRefreshSeconds = api.Or(in.Body.IdleRefreshTokenLifetime, d.IdleRefreshSeconds)
	d.MaximumRefreshSeconds = api.Or(in.Body.MaximumRefreshTokenLifetime, d.MaximumRefreshSeconds)
	if *d == before {
		return nil, nil
	}
	return []event.Type{"ORG_DELEGATION_SETTINGS_UPDATED"}, nil
}
