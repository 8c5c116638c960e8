package model

import "time"

// Move is a cluster on its way from one node to another.
type Move struct {
	ClusterID ID        `json:"clusterId"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Dataset   string    `json:"dataset"`
	Snapshot  ID        `json:"snapshot"` // by which the data go
	Stage     MoveStage `json:"stage"`
	Reason    string    `json:"reason,omitempty"` // why it failed
	Paused    time.Time `json:"paused,omitzero"`  // when the old node took no more writes, in the system's time
	Opened    time.Time `json:"opened,omitzero"`  // when the new node began to take them

	Rev int64 `json:"-"`
}

// MoveStage is how far a move is.
type MoveStage string

// The stages of a move. The old node has the cluster up to Turning, the new one from Opening.
const (
	Copying  MoveStage = "copying"  // a snapshot is put into the bucket
	Laying   MoveStage = "laying"   // the new node gets it
	Turning  MoveStage = "turning"  // the old node takes no more writes
	Opening  MoveStage = "opening"  // the new node catches up, and takes them
	Clearing MoveStage = "clearing" // the old node removes what it has
	Moved    MoveStage = "moved"
	Undoing  MoveStage = "undoing" // the move has failed, and the new node removes what it has
	Unmoved  MoveStage = "failed"
)

// Over reports whether nothing is left to do.
func (m *Move) Over() bool { return m.Stage == Moved || m.Stage == Unmoved }
