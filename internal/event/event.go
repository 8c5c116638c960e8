// Package event writes events into the event log, in the transaction of the change itself.
package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Event is the stored form of one event.
type Event struct {
	ID           model.ID   `json:"id"`
	Type         Type       `json:"type"`
	Created      time.Time  `json:"created"`
	OrgID        model.ID   `json:"orgId"`
	GroupID      model.ID   `json:"groupId,omitempty"` // empty: an event of the organization
	Cluster      string     `json:"cluster,omitempty"`
	ActorKind    authz.Kind `json:"actorKind"`
	ActorID      string     `json:"actorId,omitempty"`
	ActorName    string     `json:"actorName,omitempty"`
	Address      string     `json:"address,omitempty"`
	DatabaseUser string     `json:"databaseUser,omitempty"`
	TargetUser   string     `json:"targetUser,omitempty"` // a cloud user's name
	TargetKey    string     `json:"targetKey,omitempty"`
	Entry        string     `json:"entry,omitempty"`
	TeamID       model.ID   `json:"teamId,omitempty"`
	Reason       string     `json:"reason,omitempty"` // why something failed
	AlertID      model.ID   `json:"alertId,omitempty"`
	ConfigID     model.ID   `json:"alertConfigId,omitempty"`
	Measured     *Measured  `json:"measured,omitempty"`
}

// InProject returns an event in a project.
func InProject(t Type, p *model.Project) Event { return Event{Type: t, OrgID: p.OrgID, GroupID: p.ID} }

// InOrg returns an event in an organization.
func InOrg(t Type, orgID model.ID) Event { return Event{Type: t, OrgID: orgID} }

// Subject is what an event is about: a Cluster, a DatabaseUser, and so on.
type Subject interface{ of(e *Event) }

type (
	Cluster      string   // its name
	DatabaseUser string   // the username
	CloudUser    string   // the username
	Key          string   // an API key by its public part, or a service account by its client id
	Team         model.ID // its id
	Entry        string   // of an access list
	Reason       string   // why something failed
	Alert        model.ID // its id
	AlertConfig  model.ID // the id of an alert configuration
)

// Measured is what was measured where, and how much; without a metric, where something is the matter.
type Measured struct {
	Metric     string  `json:"metric,omitempty"`
	Value      float64 `json:"value,omitempty"`
	Units      string  `json:"units,omitempty"`
	Host       string  `json:"host,omitempty"` // and port
	ReplicaSet string  `json:"replicaSet,omitempty"`
}

func (c Cluster) of(e *Event)      { e.Cluster = string(c) }
func (u DatabaseUser) of(e *Event) { e.DatabaseUser = string(u) }
func (u CloudUser) of(e *Event)    { e.TargetUser = string(u) }
func (k Key) of(e *Event)          { e.TargetKey = string(k) }
func (t Team) of(e *Event)         { e.TeamID = string(t) }
func (n Entry) of(e *Event)        { e.Entry = string(n) }
func (r Reason) of(e *Event)       { e.Reason = string(r) }
func (a Alert) of(e *Event)        { e.AlertID = model.ID(a) }
func (a AlertConfig) of(e *Event)  { e.ConfigID = model.ID(a) }
func (m Measured) of(e *Event)     { e.Measured = &m }

// About returns e with its subject.
func (e Event) About(subjects ...Subject) Event {
	for _, s := range subjects {
		s.of(&e)
	}
	return e
}

// Write appends e, with the caller of tx's context as its actor. An event in a project is in the project's feed, and in
// the organization's too if its type belongs to both: so GROUP_DELETED can be read after the project is deleted. A type
// that the API does not have is an error.
func Write(tx store.Tx, e Event) error { return WriteAt(tx, e, tx.Now()) }

// WriteAt is Write for an event of an earlier instant, such as one that the clock was moved over.
func WriteAt(tx store.Tx, e Event, at time.Time) error {
	if !e.Type.Known() {
		return fmt.Errorf("event: the API has no type %q", e.Type)
	}
	who := authz.From(tx.Context())
	e.ID, e.Created = model.NewID(), at
	e.ActorKind, e.ActorID, e.ActorName = who.Kind, who.ID, who.Name
	if who.Address.IsValid() {
		e.Address = who.Address.String()
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("event: encode %s: %w", e.Type, err)
	}
	row := store.Event{ID: e.ID, Created: e.Created, Type: string(e.Type), Cluster: e.Cluster, Body: body}
	for _, row.Series = range e.series() {
		if err := tx.AppendEvent(row); err != nil {
			return err
		}
	}
	return nil
}

// WriteInProject writes an event in the project with an id.
func WriteInProject(tx store.Tx, groupID model.ID, what Type, about ...Subject) error {
	p, err := state.Projects.Get(tx, groupID)
	if err != nil {
		return err
	}
	return Write(tx, InProject(what, p).About(about...))
}

// series returns the feeds that have the event, by the id of their project or organization.
func (e *Event) series() []string {
	switch {
	case e.GroupID == "":
		return []string{e.OrgID}
	case feeds[e.Type] == ofBoth:
		return []string{e.GroupID, e.OrgID}
	}
	return []string{e.GroupID}
}

// Decode reads an event from the log. Created is the log's, which never decreases.
func Decode(row store.Event) (*Event, error) {
	e := new(Event)
	if err := json.Unmarshal(row.Body, e); err != nil {
		return nil, fmt.Errorf("event: decode %s: %w", row.ID, err)
	}
	if strings.HasPrefix(row.Type, "MONGODB_USER_") && e.DatabaseUser == "" { // before database users had a field of their own
		e.DatabaseUser, e.TargetUser = e.TargetUser, ""
	}
	e.Created = row.Created
	return e, nil
}
