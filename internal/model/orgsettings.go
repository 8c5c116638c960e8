package model

// OrganizationSettings are an organization's settings. The zero value is that of a new organization.
type OrganizationSettings struct {
	// APIAccessListRequired: keys and accounts without an access list are refused from every address.
	APIAccessListRequired bool `json:"apiAccessListRequired,omitempty"`
	// MaxSecretValidityHours is the longest life of a service account's new secret: 0 for MaxSecretHours.
	MaxSecretValidityHours int `json:"maxServiceAccountSecretValidityInHours,omitempty"`

	MultiFactorAuthRequired bool   `json:"multiFactorAuthRequired,omitempty"`
	RestrictEmployeeAccess  bool   `json:"restrictEmployeeAccess,omitempty"`
	GenAIFeaturesOff        bool   `json:"genAIFeaturesOff,omitempty"`
	StreamsCrossGroup       bool   `json:"streamsCrossGroupEnabled,omitempty"`
	SecurityContact         string `json:"securityContact,omitempty"`
	OperationsContact       string `json:"operationsContact,omitempty"`
	AbsoluteSessionSeconds  int    `json:"absoluteSessionTimeoutInSeconds,omitempty"`
	IdleSessionSeconds      int    `json:"idleSessionTimeoutInSeconds,omitempty"`
}

// The bounds of a service account secret's life in hours.
const (
	MinSecretHours = 8
	MaxSecretHours = 8760
)

// Delegation is what an organization lets others do in its name. Nobody can do so here: it is stored and shown, without
// effect.
type Delegation struct {
	MCPAccess             string `json:"mcpAccess,omitempty"`
	PartnerAccess         string `json:"partnerAccess,omitempty"`
	IdleRefreshSeconds    int64  `json:"idleRefreshTokenLifetime,omitempty"`
	MaximumRefreshSeconds int64  `json:"maximumRefreshTokenLifetime,omitempty"`
}

// MaxSecretHours is the longest life of a new secret.
func (s *OrganizationSettings) MaxSecretHours() int {
	if s.MaxSecretValidityHours == 0 {
		return MaxSecretHours
	}
	return s.MaxSecretValidityHours
}
