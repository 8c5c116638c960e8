package project

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// nameRule is the rule for a project's name, which the API's document does not have for this one request.
var nameRule = schema.Named("projectName")

// GroupUpdate changes a project.
type GroupUpdate struct {
	Name                      *string             `json:"name,omitempty" doc:"Name of the project, unique in its organization."`
	Tags                      []shape.ResourceTag `json:"tags,omitempty" doc:"All of the project's tags from now on."`
	WithDefaultAlertsSettings *bool               `json:"withDefaultAlertsSettings,omitempty" doc:"Whether the project began with the default alert configurations."`
}

type updateIn struct {
	getIn
	Body GroupUpdate
}

func (s *Service) update(tx store.Tx, in updateIn) (out Group, err error) {
	tags, err := checkUpdate(&in.Body)
	if err != nil {
		return out, err
	}
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if err := put(tx, p, in.Body.apply(p, tags)...); err != nil {
		return out, err
	}
	return show(tx, p)
}

// checkUpdate validates a change, as far as that needs no other object, and returns its tags.
func checkUpdate(w *GroupUpdate) ([]model.Tag, error) {
	var bad fault.Problems
	if w.Name != nil && !nameRule.OK(*w.Name) {
		bad.Add("name", "%s", nameRule.Says)
	}
	tags, err := shape.Tags("tags", w.Tags)
	bad.AddAll(err)
	return tags, bad.Err()
}

// apply makes the changes of w and returns the types of their events.
func (w *GroupUpdate) apply(p *model.Project, tags []model.Tag) (events []event.Type) {
	if w.Name != nil && *w.Name != p.Name {
		p.Name, events = *w.Name, append(events, "GROUP_NAME_CHANGED")
	}
	if w.Tags != nil && !slices.Equal(tags, p.Tags) {
		p.Tags, events = tags, append(events, "GROUP_TAGS_MODIFIED")
	}
	if with := api.Or(w.WithDefaultAlertsSettings, p.WithDefaultAlerts); with != p.WithDefaultAlerts {
		p.WithDefaultAlerts, events = with, append(events, "GROUP_DEFAULT_ALERTS_SETTINGS_CHANGED")
	}
	return events
}

// put stores a project and writes the events of its change. Error: groupAlreadyExists.
func put(tx store.Tx, p *model.Project, events ...event.Type) error {
	err := state.Projects.Put(tx, p)
	if _, taken := store.Duplicate(err); taken {
		err = groupAlreadyExists.With(p.Name)
	}
	for _, what := range events {
		if err == nil {
			err = event.Write(tx, event.InProject(what, p))
		}
	}
	return err
}
