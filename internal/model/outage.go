package model

import (
	"slices"
	"time"
)

// Outage simulates the loss of some of a cluster's regions, at its owner's request: their members cannot be reached.
type Outage struct {
	ID      ID             `json:"id"`
	Regions []OutageRegion `json:"regions"`
	State   OutageState    `json:"state"`
	Since   time.Time      `json:"since"` // when it came to its state
	Started time.Time      `json:"started"`
	Expires time.Time      `json:"expires"` // when it ends by itself
}

// OutageRegion is a region that is away.
type OutageRegion struct {
	Provider string `json:"provider"`
	Name     string `json:"name"`
}

// OutageState is the state of an outage, by the API's name.
type OutageState string

// The states of an outage, in their order.
const (
	OutageRequested   OutageState = "START_REQUESTED"
	OutageStarting    OutageState = "STARTING"
	OutageSimulating  OutageState = "SIMULATING"
	RecoveryRequested OutageState = "RECOVERY_REQUESTED"
	OutageRecovering  OutageState = "RECOVERING"
	OutageComplete    OutageState = "COMPLETE"
)

// Lost reports whether an outage has made a member of the cluster unreachable.
func (c *Cluster) Lost(m Member) bool {
	o := c.Outage
	return o != nil && (o.State == OutageSimulating || o.State == RecoveryRequested) && slices.Contains(o.Regions, OutageRegion{m.Provider, m.Region})
}
