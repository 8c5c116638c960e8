package model

import (
	"net"
	"slices"
	"strconv"
)

// NodeType says what a member of a replica set is for.
type NodeType string

// The types of nodes, as the API and the tag nodeType of a member call them.
const (
	Electable NodeType = "ELECTABLE" // may become primary
	ReadOnly  NodeType = "READ_ONLY" // never becomes primary, and serves reads close to it
	Analytics NodeType = "ANALYTICS" // never becomes primary, and serves the reads that ask for it
)

// Member is one member of a cluster's replica set: to a driver, a server of its own.
type Member struct {
	ID       int      `json:"id"`   // in the replica set's configuration, where it stays
	Host     string   `json:"host"` // of the node that runs the cluster
	Port     int      `json:"port"` // kept over restarts; 0: it has none yet
	Node     NodeType `json:"node"`
	Provider string   `json:"provider"`           // AWS, AZURE or GCP
	Region   string   `json:"region"`             // as the API names it
	Priority int      `json:"priority,omitempty"` // in elections; 0: never elected
	Primary  bool     `json:"primary,omitempty"`
	Away     bool     `json:"away,omitempty"` // an outage of its region is simulated: nobody reaches it
}

// Address is HOST:PORT, at which clients reach the member.
func (m Member) Address() string { return net.JoinHostPort(m.Host, strconv.Itoa(m.Port)) }

// Tags are the tags by which clients may choose members. Source: Atlas documentation, "Pre-Defined Replica Set Tags".
func (m Member) Tags() []Tag {
	workload := "OPERATIONAL"
	if m.Node == Analytics {
		workload = "ANALYTICS"
	}
	return []Tag{{Key: "nodeType", Value: string(m.Node)}, {Key: "provider", Value: m.Provider}, {Key: "region", Value: m.Region}, {Key: "workloadType", Value: workload}}
}

// Topology says which members a cluster's replica set has, and which of them is primary.
type Topology struct {
	Members  []Member `json:"members,omitempty"`  // in the order of the replica set's configuration
	Term     int64    `json:"term,omitempty"`     // of the last election; it never goes back
	Version  int64    `json:"version,omitempty"`  // of the configuration; it never goes back
	Followed int64    `json:"followed,omitempty"` // how many of the cluster's Failovers have been made
}

// Equal reports whether nothing differs.
func (t Topology) Equal(u Topology) bool {
	return slices.Equal(t.Members, u.Members) && t.Term == u.Term && t.Version == u.Version && t.Followed == u.Followed
}
