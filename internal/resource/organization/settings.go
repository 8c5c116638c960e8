package organization

import (
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
	MaxServiceAccountSecretValidityInHours *int                   `json:"maxServiceAccountSecretValidityInHours,omitempty" api:"min=8,max=8760" doc:"How many hours new secrets of service accounts are good for at most."`
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

func (in settingsIn) take(o *model.Organization) ([]event.Type, error) {
	before := o.Settings
	in.Body.take(&o.Settings)
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

// take changes what w names.
func (w *OrganizationSettings) take(s *model.OrganizationSettings) {
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

// edits are the events of a change of settings, of those that have one.
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
