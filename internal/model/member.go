package model

import (
	"net"
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
	Host     string   `json:"host"` // of the node that runs the cluster
	Port     int      `json:"port"` // kept over restarts
	Node     NodeType `json:"node"`
	Provider string   `json:"provider"` // AWS, AZURE or GCP
	Region   string   `json:"region"`   // as the API names it
}

// Address is where clients reach the member, HOST:PORT.
func (m Member) Address() string { return net.JoinHostPort(m.Host, strconv.Itoa(m.Port)) }

// Tags are what clients may choose members by. Source: Atlas documentation, "Pre-Defined Replica Set Tags".
func (m Member) Tags() []Tag {
	workload := "OPERATIONAL"
	if m.Node == Analytics {
		workload = "ANALYTICS"
	}
	return []Tag{{Key: "nodeType", Value: string(m.Node)}, {Key: "provider", Value: m.Provider}, {Key: "region", Value: m.Region}, {Key: "workloadType", Value: workload}}
}
