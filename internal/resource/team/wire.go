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

// TeamUpdate renames a team.
type TeamUpdate struct {
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name  string     `json:"name" api:"required,writeonly" doc:"Name of the team, unique in the organization."`
}

// AddUserToTeam names a user to be added to a team.
type AddUserToTeam struct {
	ID string `json:"id" api:"required,is=objectId" doc:"Id of the user."`
}

// AddOrRemoveUserFromTeam names a user to be added to or removed from a team.
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

// roleIn shows a team's roles in a project.
func roleIn(t *model.Team, groupID model.ID) TeamRole {
	return TeamRole{Links: api.Self("/groups/" + groupID + "/teams/" + t.ID), RoleNames: authz.In(t.Grants, groupID), TeamID: t.ID}
}

// maxName bounds a name in characters: a limit of Telamon's own, because the API has none for teams.
const maxName = 128

// checkName validates a team's name.
func checkName(name string) error {
	odd := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	if name == "" || utf8.RuneCountInString(name) > maxName || odd || strings.TrimSpace(name) != name {
		return fault.Field("name", "must have 1 to %d printable characters, and no space at its ends", maxName)
	}
	return nil
}

// check validates roles in a project, as far as that needs no other object.
func (w *TeamRole) check(bad *fault.Problems, at string) {
	shape.GroupRoles(bad, at+"roleNames", w.RoleNames)
	if len(w.RoleNames) == 0 {
		bad.Add(at+"roleNames", "must have at least one role")
	}
}
