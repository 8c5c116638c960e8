package resourcepolicy

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/policy"
)

// ApiAtlasResourcePolicyView is a resource policy.
type ApiAtlasResourcePolicyView struct {
	CreatedByUser     *ApiAtlasUserMetadataView `json:"createdByUser,omitempty" doc:"Who created the policy."`
	CreatedDate       api.Time                  `json:"createdDate,omitzero" api:"readonly" doc:"When the policy was created."`
	Description       string                    `json:"description,omitempty" api:"readonly" doc:"What the policy is for."`
	ID                string                    `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the policy."`
	LastUpdatedByUser *ApiAtlasUserMetadataView `json:"lastUpdatedByUser,omitempty" doc:"Who changed the policy last."`
	LastUpdatedDate   api.Time                  `json:"lastUpdatedDate,omitzero" api:"readonly" doc:"When the policy was changed last."`
	Name              string                    `json:"name,omitempty" api:"readonly" doc:"Name of the policy."`
	OrgID             string                    `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	Policies          []ApiAtlasPolicyView      `json:"policies,omitempty" api:"readonly" doc:"The policy's statements."`
	Version           string                    `json:"version,omitempty" api:"readonly" doc:"Version of the vocabulary."`
}

// ApiAtlasUserMetadataView names a caller: a cloud user, a key or an account.
type ApiAtlasUserMetadataView struct {
	ID   string `json:"id,omitempty" api:"readonly" doc:"The caller's id."`
	Name string `json:"name,omitempty" api:"readonly" doc:"Username, public key or client id."`
}

// ApiAtlasPolicyView is one statement.
type ApiAtlasPolicyView struct {
	Body string `json:"body,omitempty" api:"readonly" doc:"The statement, in Cedar."`
	ID   string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the statement."`
}

// ApiAtlasPolicyCreateView is a statement to create.
type ApiAtlasPolicyCreateView struct {
	Body string `json:"body" api:"required,minLen=1" doc:"The statement: one forbid of Cedar, of at most 8 KB."`
}

// ApiAtlasResourcePolicyCreateView is a policy to create.
type ApiAtlasResourcePolicyCreateView struct {
	Description api.Nullable[string]       `json:"description,omitzero" api:"maxLen=1000" doc:"What the policy is for."`
	Name        string                     `json:"name" api:"required,minLen=1,maxLen=255" doc:"Name of the policy, which no other one of the organization has."`
	Policies    []ApiAtlasPolicyCreateView `json:"policies" api:"required,minItems=1,maxItems=10" doc:"The policy's statements."`
}

// ApiAtlasResourcePolicyEditView says what of a policy is to change.
type ApiAtlasResourcePolicyEditView struct {
	Description api.Nullable[string]       `json:"description,omitzero" api:"maxLen=1000" doc:"What the policy is for; empty takes it away."`
	Name        api.Nullable[string]       `json:"name,omitzero" api:"minLen=1,maxLen=255" doc:"Name of the policy."`
	Policies    []ApiAtlasPolicyCreateView `json:"policies,omitempty" api:"minItems=1,maxItems=10" doc:"The policy's statements, in place of those that it has."`
}

// ApiAtlasNonCompliantResourceView is something that does not comply with policies.
type ApiAtlasNonCompliantResourceView struct {
	OrgID                                string                               `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	ResourceID                           string                               `json:"resourceId,omitempty" api:"readonly,is=objectId" doc:"Id of the project or cluster."`
	ResourceName                         string                               `json:"resourceName,omitempty" api:"readonly" doc:"Name of the project or cluster."`
	ResourcePoliciesCausingNonCompliance []ApiAtlasResourcePolicyMetadataView `json:"resourcePoliciesCausingNonCompliance,omitempty" api:"readonly" doc:"The policies that forbid it."`
	ResourceType                         string                               `json:"resourceType,omitempty" api:"readonly,enum=DEPRECATED_PROJECT|DEPRECATED_CLUSTER|PROJECT|CLUSTER" doc:"What it is."`
}

// ApiAtlasResourcePolicyMetadataView names a policy, and which of its statements forbid something.
type ApiAtlasResourcePolicyMetadataView struct {
	PoliciesCausingNonCompliance []ApiAtlasPolicyMetadataView `json:"policiesCausingNonCompliance,omitempty" api:"readonly" doc:"The statements."`
	ResourcePolicyID             string                       `json:"resourcePolicyId,omitempty" api:"readonly,is=objectId" doc:"Id of the policy."`
	ResourcePolicyName           string                       `json:"resourcePolicyName,omitempty" api:"readonly" doc:"Name of the policy."`
}

// ApiAtlasPolicyMetadataView names a statement.
type ApiAtlasPolicyMetadataView struct {
	PolicyID string `json:"policyId,omitempty" api:"readonly,is=objectId" doc:"Id of the statement."`
}

func toWire(p *policy.Policy) ApiAtlasResourcePolicyView {
	w := ApiAtlasResourcePolicyView{
		CreatedByUser: who(p.Created), CreatedDate: api.Time{Time: p.Created.At}, Description: p.Description, ID: p.ID,
		LastUpdatedByUser: who(p.Updated), LastUpdatedDate: api.Time{Time: p.Updated.At}, Name: p.Name, OrgID: p.OrgID, Version: "v1",
	}
	for _, s := range p.Statements {
		w.Policies = append(w.Policies, ApiAtlasPolicyView{Body: s.Body, ID: s.ID})
	}
	return w
}

func who(s policy.Stamp) *ApiAtlasUserMetadataView {
	return &ApiAtlasUserMetadataView{ID: s.ID, Name: s.Name}
}
