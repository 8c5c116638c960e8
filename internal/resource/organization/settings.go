package organization

import (
	"cmp"
	"net/mail"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// OrganizationSettings are an organization's settings on the wire.
type OrganizationSettings struct {
	APIAccessListRequired                  *bool                  `json:"apiAccessListRequired,omitempty" doc:"Whether keys and accounts can be used only from the addresses of their access lists, and not at all without one."`
	CustomSessionTimeouts                  *CustomSessionTimeouts `json:"customSessionTimeouts,omitempty" doc:"How long people stay logged in to the console. Telamon has no console."`
	GenAIFeaturesEnabled                   *bool                  `json:"genAIFeaturesEnabled,omitempty" api:"default=true" doc:"Whether features that use generative models are wanted. Telamon has none."`
	MaxServiceAccountSecretValidityInHours *int                   `json:"maxServiceAccountSecretValidityInHours,omitempty" api:"min=8,max=8760" doc:"For how many hours new secrets of service accounts are valid at most."`
	MultiFactorAuthRequired                *bool                  `json:"multiFactorAuthRequired,omitempty" doc:"Whether people must log in to the console with a second factor. Telamon has no console."`
	OperationsContact                      *string                `json:"operationsContact,omitempty" api:"nullable" doc:"E-mail address for questions of operations; empty for none."`
	RestrictEmployeeAccess                 *bool                  `json:"restrictEmployeeAccess,omitempty" doc:"Whether the service's staff may not touch the clusters. Telamon has no staff."`
	SecurityContact                        *string                `json:"securityContact,omitempty" doc:"E-mail address for questions of security; empty for none."`
	StreamsCrossGroupEnabled               *bool                  `json:"streamsCrossGroupEnabled,omitempty" doc:"Whether stream processing may reach from one project into another. Telamon has no stream processing."`
}

// CustomSessionTimeouts is how long people stay logged in.
type CustomSessionTimeouts struct {
	AbsoluteSessionTimeoutInSeconds int `json:"absoluteSessionTimeoutInSeconds,omitempty" doc:"Seconds after which a session ends. Absent for the service's own time."`
	IdleSessionTimeoutInSeconds     int `json:"idleSessionTimeoutInSeconds,omitempty" doc:"Seconds without a request after which a session ends. Absent for the service's own time."`
}

func toSettings(o *model.Organization) OrganizationSettings {
	s := o.Settings
	w := OrganizationSettings{
		APIAccessListRequired: &s.APIAccessListRequired, GenAIFeaturesEnabled: api.Ptr(!s.GenAIFeaturesOff),
		MaxServiceAccountSecretValidityInHours: api.Ptr(s.MaxSecretHours()), MultiFactorAuthRequired: &s.MultiFactorAuthRequired,
		RestrictEmployeeAccess: &s.RestrictEmployeeAccess, StreamsCrossGroupEnabled: &s.StreamsCrossGroup,
	}
	if s.SecurityContact != "" {
		w.SecurityContact = &s.SecurityContact
	}
	if s.OperationsContact != "" {
		w.OperationsContact = &s.OperationsContact
	}
	if s.AbsoluteSessionSeconds != 0 || s.IdleSessionSeconds != 0 {
		w.CustomSessionTimeouts = &CustomSessionTimeouts{s.AbsoluteSessionSeconds, s.IdleSessionSeconds}
	}
	return w
}

type settingsIn struct {
	getIn
	Body OrganizationSettings
}

func (in settingsIn) apply(o *model.Organization) ([]event.Type, error) {
	before := o.Settings
	in.Body.apply(&o.Settings)
	return edits(before, o.Settings), fault.Check(in.Body.check)
}

func (w *OrganizationSettings) check(bad *fault.Problems) {
	checkContact(bad, "operationsContact", w.OperationsContact)
	checkContact(bad, "securityContact", w.SecurityContact)
	if t := w.CustomSessionTimeouts; t != nil {
		if t.AbsoluteSessionTimeoutInSeconds < 0 {
			bad.Add("customSessionTimeouts.absoluteSessionTimeoutInSeconds", "must be positive")
		}
		if t.IdleSessionTimeoutInSeconds < 0 {
			bad.Add("customSessionTimeouts.idleSessionTimeoutInSeconds", "must be positive")
		}
	}
}

func checkContact(bad *fault.Problems, field string, contact *string) {
	c := api.Or(contact, "")
	if c == "" {
		return
	}
	if a, err := mail.ParseAddress(c); err == nil && a.Address == c && len(c) <= 254 {
		return
	}
	bad.Add(field, "must be an e-mail address, or empty")
}

// apply makes the changes of w.
func (w *OrganizationSettings) apply(s *model.OrganizationSettings) {
	s.APIAccessListRequired = api.Or(w.APIAccessListRequired, s.APIAccessListRequired)
	s.GenAIFeaturesOff = !api.Or(w.GenAIFeaturesEnabled, !s.GenAIFeaturesOff)
	s.MaxSecretValidityHours = api.Or(w.MaxServiceAccountSecretValidityInHours, s.MaxSecretValidityHours)
	s.MultiFactorAuthRequired = api.Or(w.MultiFactorAuthRequired, s.MultiFactorAuthRequired)
	s.OperationsContact = api.Or(w.OperationsContact, s.OperationsContact)
	s.RestrictEmployeeAccess = api.Or(w.RestrictEmployeeAccess, s.RestrictEmployeeAccess)
	s.SecurityContact = api.Or(w.SecurityContact, s.SecurityContact)
	s.StreamsCrossGroup = api.Or(w.StreamsCrossGroupEnabled, s.StreamsCrossGroup)
	if t := w.CustomSessionTimeouts; t != nil {
		s.AbsoluteSessionSeconds, s.IdleSessionSeconds = t.AbsoluteSessionTimeoutInSeconds, t.IdleSessionTimeoutInSeconds
	}
}

// edits returns the events of a change of settings.
func edits(a, b model.OrganizationSettings) (events []event.Type) {
	for _, e := range []struct {
		changed bool
		on      bool
		yes, no event.Type
	}{
		{a.APIAccessListRequired != b.APIAccessListRequired, b.APIAccessListRequired, "ORG_PUBLIC_API_ACCESS_LIST_REQUIRED", "ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED"},
		{a.MultiFactorAuthRequired != b.MultiFactorAuthRequired, b.MultiFactorAuthRequired, "ORG_TWO_FACTOR_AUTH_REQUIRED", "ORG_TWO_FACTOR_AUTH_OPTIONAL"},
		{a.RestrictEmployeeAccess != b.RestrictEmployeeAccess, b.RestrictEmployeeAccess, "ORG_EMPLOYEE_ACCESS_RESTRICTED", "ORG_EMPLOYEE_ACCESS_UNRESTRICTED"},
		{a.MaxSecretHours() != b.MaxSecretHours(), true, "ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED", ""},
		{a.SecurityContact != b.SecurityContact, true, "SECURITY_CONTACT_MODIFIED", ""},
		{a.OperationsContact != b.OperationsContact, true, "OPERATIONS_CONTACT_MODIFIED", ""},
		{a.AbsoluteSessionSeconds != b.AbsoluteSessionSeconds || a.IdleSessionSeconds != b.IdleSessionSeconds, true, "CUSTOM_SESSION_TIMEOUT_MODIFIED", ""},
	} {
		switch {
		case e.changed && e.on:
			events = append(events, e.yes)
		case e.changed:
			events = append(events, e.no)
		}
	}
	return events
}

// OrgDelegationSettings is what others may do in an organization's name. A setting that was never changed is absent.
type OrgDelegationSettings struct {
	DelegatedMCPAccess          *string `json:"delegatedMcpAccess,omitempty" api:"nullable,enum=DISALLOWED|READ_ONLY|READ_WRITE" doc:"What MCP servers may do on behalf of a person."`
	DelegatedPartnerAccess      *string `json:"delegatedPartnerAccess,omitempty" api:"nullable,enum=DISALLOWED|READ_WRITE" doc:"What partners may do on behalf of a person."`
	IdleRefreshTokenLifetime    *int64  `json:"idleRefreshTokenLifetime,omitempty" api:"nullable,min=1,max=31536000" doc:"Seconds after which an unused refresh token expires."`
	MaximumRefreshTokenLifetime *int64  `json:"maximumRefreshTokenLifetime,omitempty" api:"nullable,min=1,max=31536000" doc:"Seconds after which a refresh token expires."`
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

func (in delegationIn) apply(o *model.Organization) ([]event.Type, error) {
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

// manual is the default mode.
const manual = "MANUAL"

// OrganizationMaintenanceSettingsResponse is an organization's maintenance settings.
type OrganizationMaintenanceSettingsResponse struct {
	EffectiveWaveAssignmentMode string `json:"effectiveWaveAssignmentMode,omitempty" api:"readonly,enum=MANUAL|ENV_TAG_MAPPING" doc:"The mode that is in effect."`
	WaveAssignmentMode          string `json:"waveAssignmentMode,omitempty" api:"nullable,enum=MANUAL|ENV_TAG_MAPPING" doc:"The mode that was set; absent if none was."`
}

// OrganizationMaintenanceSettingsUpdateRequest changes an organization's maintenance settings.
type OrganizationMaintenanceSettingsUpdateRequest struct {
	WaveAssignmentMode string `json:"waveAssignmentMode,omitempty" api:"enum=MANUAL|ENV_TAG_MAPPING" doc:"How the order is chosen in which clusters are maintained: by hand, or by the tag that names their environment."`
}

func toMaintenance(o *model.Organization) OrganizationMaintenanceSettingsResponse {
	return OrganizationMaintenanceSettingsResponse{cmp.Or(o.WaveAssignment, manual), o.WaveAssignment}
}

type maintenanceIn struct {
	getIn
	Body OrganizationMaintenanceSettingsUpdateRequest
}

func (in maintenanceIn) apply(o *model.Organization) ([]event.Type, error) {
	return choose(o, cmp.Or(in.Body.WaveAssignmentMode, o.WaveAssignment))
}

func (getIn) resetMaintenance(o *model.Organization) ([]event.Type, error) { return choose(o, "") }

// choose sets a mode, and returns an event if the mode in effect changes.
func choose(o *model.Organization, mode string) (events []event.Type, err error) {
	if now := cmp.Or(mode, manual); now != cmp.Or(o.WaveAssignment, manual) {
		events = append(events, event.Type("ORG_WAVE_ASSIGNMENT_MODE_"+now))
	}
	o.WaveAssignment = mode
	return events, nil
}
