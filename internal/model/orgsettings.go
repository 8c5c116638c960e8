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
