package model

import (
	"time"

	"github.com/telamon-db/telamon/internal/authz"
)

// Team is a group of an organization's cloud users who have roles in projects together.
type Team struct {
	ID      ID            `json:"id"`
	OrgID   ID            `json:"orgId"`
	Name    string        `json:"name"`
	Grants  []authz.Grant `json:"grants,omitempty"` // of projects only
	Created time.Time     `json:"created"`
	Rev     int64         `json:"-"`
}

// TeamMember is a cloud user's place in a team. It gives no rights while the user's place in the organization is
// pending.
type TeamMember struct {
	TeamID   ID        `json:"teamId"`
	OrgID    ID        `json:"orgId"`
	UserID   ID        `json:"userId"`
	Username string    `json:"username"`
	Created  time.Time `json:"created"`
	Rev      int64     `json:"-"`
}
