package model

import (
	"time"

	"github.com/telamon-db/telamon/internal/authz"
)

// Organization is the owner of projects, keys, accounts and cloud users.
type Organization struct {
	ID                ID                   `json:"id"`
	Name              string               `json:"name"`
	Created           time.Time            `json:"created"`
	SkipDefaultAlerts bool                 `json:"skipDefaultAlertsSettings,omitempty"`
	Settings          OrganizationSettings `json:"settings,omitzero"`
	Delegation        Delegation           `json:"delegation,omitzero"`
	WaveAssignment    string               `json:"waveAssignmentMode,omitempty"` // "" for MANUAL
	Rev               int64                `json:"-"`
}

// Project groups clusters and the people and addresses that may use them. In paths it is a group.
type Project struct {
	ID                ID        `json:"id"`
	OrgID             ID        `json:"orgId"`
	Name              string    `json:"name"`
	Created           time.Time `json:"created"`
	Tags              []Tag     `json:"tags,omitempty"`
	WithDefaultAlerts bool      `json:"withDefaultAlertsSettings"`
	Limits            Overrides `json:"limits,omitempty"`
	Settings          Switches  `json:"settings,omitempty"`
	Rev               int64     `json:"-"`
}

// Switches are the settings of a project that differ from a new project's, by the API's names. A switch that is not a
// field of the project's settings has the name of its operations.
type Switches map[string]bool

// Set changes one of the project's settings.
func (p *Project) Set(name string, on bool) {
	if p.Settings == nil {
		p.Settings = Switches{}
	}
	p.Settings[name] = on
}

// Tag is a key-value pair that an owner gives to a project or cluster.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// CloudUser is a person with a login to the control plane. Roles are in Memberships.
type CloudUser struct {
	ID           ID        `json:"id"`
	Username     string    `json:"username"` // an e-mail address, compared without case
	PasswordHash string    `json:"passwordHash,omitempty"`
	FirstName    string    `json:"firstName"`
	LastName     string    `json:"lastName"`
	Country      string    `json:"country,omitempty"`
	MobileNumber string    `json:"mobileNumber,omitempty"`
	Created      time.Time `json:"created"`
	LastAuth     time.Time `json:"lastAuth,omitzero"`
	Maker        ID        `json:"maker,omitempty"` // the organization or user that had the account created, until an invitation is accepted
	Rev          int64     `json:"-"`
}

// Membership is what a cloud user has in one organization or in one project.
type Membership struct {
	UserID   ID           `json:"userId"`
	Username string       `json:"username"`
	OrgID    ID           `json:"orgId"`
	GroupID  ID           `json:"groupId,omitempty"` // empty: the membership is in the organization itself
	Roles    []authz.Role `json:"roles"`
	Pending  bool         `json:"pending,omitempty"` // until the invitation is accepted
	Hidden   bool         `json:"aside,omitempty"`   // pending because of a deprecated invitation into a project; only operations on that invitation show and end it
	Created  time.Time    `json:"created"`
	Rev      int64        `json:"-"`
}

// Scope is the id of the project or organization that the membership is in.
func (m *Membership) Scope() ID {
	if m.GroupID != "" {
		return m.GroupID
	}
	return m.OrgID
}

// Grants are the membership's roles in their scope.
func (m *Membership) Grants() []authz.Grant {
	grants := make([]authz.Grant, len(m.Roles))
	for i, r := range m.Roles {
		grants[i] = authz.Grant{Role: r, GroupID: m.GroupID}
		if m.GroupID == "" {
			grants[i].OrgID = m.OrgID
		}
	}
	return grants
}
