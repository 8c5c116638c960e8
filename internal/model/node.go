package model

import "time"

// Node is a process that shares the store, or once did. Its clusters are in its data directory.
type Node struct {
	Name      string    `json:"name"`
	Host      string    `json:"host"`               // at which its clusters are reached
	Started   time.Time `json:"started"`            // in the system's time, as Seen is
	Seen      time.Time `json:"seen"`               // its last heartbeat
	Forgotten time.Time `json:"forgotten,omitzero"` // when it was given up; it never comes back under its name
	Rev       int64     `json:"-"`
}
