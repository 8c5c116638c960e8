package model

import "time"

// Recovery is a cluster that comes back from its copies on another node, because its own is gone for good.
type Recovery struct {
	Cluster string    `json:"cluster"`
	GroupID ID        `json:"groupId"`
	Until   time.Time `json:"until"` // all of its changes up to then come back
	Lost    float64   `json:"lost"`  // seconds of its oplog that do not, at most
}

// Node is a process that shares the store, or once did. Its clusters are in its data directory.
type Node struct {
	Name      string    `json:"name"`
	Host      string    `json:"host"`               // at which its clusters are reached
	Started   time.Time `json:"started"`            // in the system's time, as Seen is
	Seen      time.Time `json:"seen"`               // its last heartbeat
	Forgotten time.Time `json:"forgotten,omitzero"` // when it was given up; it never comes back under its name
	Rev       int64     `json:"-"`
}
