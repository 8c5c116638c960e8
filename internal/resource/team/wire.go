package team

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// Team is a team to be created, and as just created.
type Team struct {
	ID        string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the team."`
	Links     []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name      string     `json:"name" api:"required" doc:"Name of the team, unique in the organization."`
	Usernames []string   `json:"usernames" api:"unique,is=email" doc:"Usernames of the team's first people, compared without regard to case. Without any, the team begins empty."`
}

// TeamResponse is a team.
type TeamResponse struct {
	ID    string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the team."`
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name  string     `json:"name,omitempty" doc:"Name of the team."`
}

// TeamUpdate gives a team another name.
type TeamUpdate struct {
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name  string     `json:"name" api:"required,writeonly" doc:"Name of the team, unique in the organization."`
}

// AddUserToTeam names a user who is to be in a team.
type AddUserToTeam struct {
	ID string `json:"id" api:"required,is=objectId" doc:"Id of the user."`
}

// AddOrRemoveUserFromTeam names a user who is to be in a team, or no longer.
type AddOrRemoveUserFromTeam struct {
	ID string `json:"id" api:"required,writeonly,is=objectId" doc:"Id of the user."`
}

// TeamRole is what a team has in a project.
type TeamRole struct {
	Links     []api.Link   `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	RoleNames []authz.Role `json:"roleNames" api:"required,unique" doc:"The team's roles in the project."`
	TeamID    string       `json:"teamId" api:"required,is=objectId" doc:"Id of the team."`
}

func path(t *model.Team) string { return "/orgs/" + t.OrgID + "/teams/" + t.ID }

func toWire(t *model.Team) TeamResponse {
	return TeamResponse{ID: t.ID, Links: api.Self(path(t)), Name: t.Name}
}

// roleIn shows what a team has in a project.
func roleIn(t *model.Team, groupID model.ID) TeamRole {
	return TeamRole{Links: api.Self("/groups/" + groupID + "/teams/" + t.ID), RoleNames: authz.In(t.Grants, groupID), TeamID: t.ID}
}

// maxName bounds a name in characters. It is no rule of the API, which has none for teams.
const maxName = 128

// checkName says what is wrong with a team's name.
func checkName(name string) error {
	odd := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	if name == "" || utf8.RuneCountInString(name) > maxName || odd || strings.TrimSpace(name) != name {
		return fault.Field("name", "must have 1 to %d printable characters, and no space at its ends", maxName)
	}
	return nil
}

// check adds what is wrong with roles in a project that needs no other object.
func (w *TeamRole) check(bad *fault.Problems, at string) {
	shape.GroupRoles(bad, at+"roleNames", w.RoleNames)
	if len(w.RoleNames) == 0 {
		bad.Add(at+"roleNames", "must have at least one role")
	}
}
