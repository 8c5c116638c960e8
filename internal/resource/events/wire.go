package events

import (
	"net"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// EventView is an event on the wire. Who did it is named by apiKeyId and publicKey, or by userId and username; what
// the server did by itself names nobody.
type EventView struct {
	AlertConfigID   string     `json:"alertConfigId,omitempty" api:"readonly,is=objectId" doc:"Id of the alert configuration that it is about."`
	AlertID         string     `json:"alertId,omitempty" api:"readonly,is=objectId" doc:"Id of the alert that it is about."`
	APIKeyID        string     `json:"apiKeyId,omitempty" api:"readonly,is=objectId" doc:"Id of the API key or service account that did it."`
	Created         api.Time   `json:"created" api:"required,readonly" doc:"When it happened."`
	CurrentValue    *Measured  `json:"currentValue,omitempty" api:"readonly" doc:"What was measured."`
	DBUserUsername  string     `json:"dbUserUsername,omitempty" api:"readonly" doc:"Name of the database user that it is about."`
	EventTypeName   event.Type `json:"eventTypeName" api:"required,readonly" doc:"What happened."`
	GroupID         string     `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project in which it happened."`
	ID              string     `json:"id" api:"required,readonly,is=objectId" doc:"Id of the event."`
	IsGlobalAdmin   bool       `json:"isGlobalAdmin" api:"readonly" doc:"Whether the operator of the service did it."`
	Links           []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MetricName      string     `json:"metricName,omitempty" api:"readonly" doc:"The metric that it is about."`
	OrgID           string     `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	Port            int        `json:"port,omitempty" api:"readonly" doc:"Port of the process that it is about."`
	PublicKey       string     `json:"publicKey,omitempty" api:"readonly" doc:"Public part of the API key, or client id of the service account, that did it."`
	Raw             *Raw       `json:"raw,omitempty" api:"readonly" doc:"More about the event, with includeRaw=true."`
	RemoteAddress   string     `json:"remoteAddress,omitempty" api:"readonly,is=ip" doc:"Address that the request came from."`
	ReplicaSetName  string     `json:"replicaSetName,omitempty" api:"readonly" doc:"Replica set that it is about."`
	TargetPublicKey string     `json:"targetPublicKey,omitempty" api:"readonly" doc:"Public part of the API key that it is about."`
	TargetUsername  string     `json:"targetUsername,omitempty" api:"readonly,is=email" doc:"Cloud user that it is about."`
	TeamID          string     `json:"teamId,omitempty" api:"readonly,is=objectId" doc:"Team that the event is about."`
	UserID          string     `json:"userId,omitempty" api:"readonly,is=objectId" doc:"Id of the cloud user who did it."`
	Username        string     `json:"username,omitempty" api:"readonly,is=email" doc:"Cloud user who did it."`
	WhitelistEntry  string     `json:"whitelistEntry,omitempty" api:"readonly" doc:"Entry of an access list that it is about."`
}

// Measured is a measured value.
type Measured struct {
	Number api.Double `json:"number" api:"readonly" doc:"The value."`
	Units  string     `json:"units,omitempty" api:"readonly" doc:"Unit of the value."`
}

// Raw is what else is known of an event.
type Raw struct {
	Type          string   `json:"_t,omitempty" doc:"What happened."`
	AlertConfigID string   `json:"alertConfigId,omitempty" api:"readonly,is=objectId" doc:"Id of the alert configuration that it is about."`
	GroupID       string   `json:"cid,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ClusterName   string   `json:"clusterName,omitempty" api:"readonly" doc:"Name of the cluster that it is about."`
	Created       api.Time `json:"cre" api:"readonly" doc:"When it happened."`
	Description   string   `json:"description,omitempty" doc:"What happened, in words."`
	GroupName     string   `json:"gn,omitempty" api:"minLen=1,maxLen=64" doc:"Name of the project."`
	ID            string   `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the event."`
	OrgID         string   `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	OrgName       string   `json:"orgName,omitempty" api:"minLen=1,maxLen=64" doc:"Name of the organization."`
	Severity      string   `json:"severity,omitempty" api:"enum=INFO|WARNING|ERROR|CRITICAL" doc:"How severe it is."`
}

// toWire writes an event of the feed at path.
func toWire(feed string, e *event.Event) EventView {
	v := EventView{
		Created: api.Time{Time: e.Created}, EventTypeName: e.Type, GroupID: e.GroupID, ID: e.ID, Links: api.Self(feed + "/" + e.ID),
		OrgID: e.OrgID, RemoteAddress: shape.AddressText(e.Address), DBUserUsername: e.DatabaseUser,
		TargetPublicKey: e.TargetKey, TargetUsername: e.TargetUser, TeamID: e.TeamID, WhitelistEntry: e.Entry, AlertID: e.AlertID, AlertConfigID: e.ConfigID,
	}
	if m := e.Measured; m != nil {
		v.MetricName, v.ReplicaSetName = m.Metric, m.ReplicaSet
		if _, port, err := net.SplitHostPort(m.Host); err == nil {
			v.Port, _ = strconv.Atoi(port) // it was one when the event was written
		}
		if m.Metric != "" {
			v.CurrentValue = &Measured{api.Double(m.Value), m.Units}
		}
	}
	switch e.ActorKind {
	case authz.CloudUser:
		v.UserID, v.Username = e.ActorID, e.ActorName
	case authz.APIKey:
		v.APIKeyID, v.PublicKey = e.ActorID, e.ActorName
	case authz.ServiceAccount:
		// The API has no fields of their own for service accounts. A client id ends in an id like those of keys.
		v.APIKeyID, v.PublicKey = e.ActorID[strings.LastIndex(e.ActorID, "_")+1:], e.ActorName
	}
	return v
}

// raw writes what else is known of an event.
func raw(e *event.Event, names map[string]string) *Raw {
	sentence := e.Type.Sentence()
	if e.Reason != "" {
		sentence += " Reason: " + e.Reason + "."
	}
	return &Raw{
		Type: string(e.Type), AlertConfigID: e.ConfigID, GroupID: e.GroupID, ClusterName: e.Cluster, Created: api.Time{Time: e.Created},
		Description: sentence, GroupName: names[e.GroupID], ID: e.ID, OrgID: e.OrgID, OrgName: names[e.OrgID], Severity: "INFO",
	}
}

// EventTypeDetails describes a type of events.
type EventTypeDetails struct {
	Description string `json:"description,omitempty" api:"readonly" doc:"The type in words."`
	EventType   string `json:"eventType,omitempty" api:"readonly" doc:"The type's name."`
}

// ProjectEventType is the name of a type that projects' events have.
type ProjectEventType string

// Values are the names.
func (ProjectEventType) Values() []string { return event.TypesIn(event.OfProject) }

// OrganizationEventType is the name of a type that organizations' events have.
type OrganizationEventType string

// Values are the names.
func (OrganizationEventType) Values() []string { return event.TypesIn(event.OfOrganization) }
