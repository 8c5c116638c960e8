package model

import (
	"cmp"
	"strings"
	"time"
)

// Cluster is a declared database deployment: what its owner wants, and what the reconciler has made of it.
type Cluster struct {
	ID      ID           `json:"id"`
	GroupID ID           `json:"groupId"`
	Name    string       `json:"name"`
	Flex    bool         `json:"flex,omitempty"` // shown by the Flex and serverless operations, not by the cluster operations
	State   ClusterState `json:"state"`
	Created time.Time    `json:"created"`
	Settled time.Time    `json:"settled,omitzero"` // not to leave its transitional state before
	Ready   bool         `json:"ready,omitempty"`  // has been IDLE

	Declared     Declared `json:"declared"`
	AutoIndexing bool     `json:"autoIndexing,omitempty"` // indexes are built by themselves: the switch of serverless instances
	SQL          bool     `json:"sql,omitempty"`          // the switch of the SQL interface, which does nothing
	Pinned       Pin      `json:"pinned,omitzero"`
	Access       Access   `json:"access,omitzero"`
	Outage       *Outage  `json:"outage,omitempty"`    // nil: all regions are there
	Failovers    int64    `json:"failovers,omitempty"` // how often its owner has asked for another primary

	Node       string `json:"node"` // the node whose data directory holds it
	Site              // of that node
	CustomDNS  bool   `json:"customDNS,omitempty"` // it has private names too, as its project asks for its clusters on AWS
	Dataset    string `json:"dataset"`             // name of the live data directory; a restore puts another in its place
	ReplicaSet string `json:"replicaSet"`
	Topology

	Rev int64 `json:"-"`
}

// ClusterState is a stateName of the API.
type ClusterState string

// The states of a cluster.
const (
	Creating  ClusterState = "CREATING"
	Idle      ClusterState = "IDLE"
	Updating  ClusterState = "UPDATING"
	Deleting  ClusterState = "DELETING"
	Repairing ClusterState = "REPAIRING"
)

// Runs reports whether the cluster has a database that should be running.
func (c *Cluster) Runs() bool {
	return c.State != Creating && c.State != Deleting && !c.Declared.Paused
}

// Pin holds a cluster's feature compatibility version while its databases are upgraded.
type Pin struct {
	Version string    `json:"version"`
	Expires time.Time `json:"expires"`
}

// Access is what employees of the service may see of a cluster. There are none here: it is stored and shown, without
// effect.
type Access struct {
	Type    string    `json:"type"`
	Expires time.Time `json:"expires"`
}

// FCV is the cluster's feature compatibility version.
func (c *Cluster) FCV() string { return cmp.Or(c.Pinned.Version, c.Declared.MajorVersion) }

// Addresses are where the cluster is reached: HOST:PORT of every member, with commas between them.
func (c *Cluster) Addresses() string {
	all := make([]string, len(c.Members))
	for i, m := range c.Members {
		all[i] = m.Address()
	}
	return strings.Join(all, ",")
}

// Provider is the cloud provider that the cluster declares first, or "".
func (c *Cluster) Provider() string {
	if first := c.first(); first != nil {
		return first.Cloud()
	}
	return ""
}
