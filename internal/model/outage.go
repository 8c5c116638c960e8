package model

import (
	"slices"
	"time"
)

// Outage takes the members in some of a cluster's regions away, as its owner asks, to see what happens then.
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

// OutageState is how far an outage is, as the API calls it.
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

// Lost reports whether an outage has taken a member of the cluster away.
func (c *Cluster) Lost(m Member) bool {
	o := c.Outage
	return o != nil && (o.State == OutageSimulating || o.State == RecoveryRequested) && slices.Contains(o.Regions, OutageRegion{m.Provider, m.Region})
}
