package model

// OrganizationSettings are what an organization's owner has decided for all of it. The zero value is how a new
// organization is.
type OrganizationSettings struct {
	// APIAccessListRequired: keys and accounts without an access list are let in from nowhere.
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

// Delegation is what an organization lets others do in its name. Telamon has nobody who could: it is kept for those who
// ask for it.
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
