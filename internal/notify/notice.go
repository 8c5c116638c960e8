package notify

import (
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Request is what is sent.
type Request struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    []byte            `json:"body"`
	Expect  string            `json:"expect,omitempty"`  // what the answer has if the receiver has taken it; "": a status of 2xx says so
	Trusted bool              `json:"trusted,omitempty"` // the operator has named the address, so it may be anywhere
}

// Notice is a request that has not been taken yet, in stored form. Its times are the system's: receivers do not live by the
// domain's clock.
type Notice struct {
	ID      model.ID  `json:"id"`
	GroupID model.ID  `json:"groupId"`
	Target  string    `json:"target"` // notices to the same target go one after another
	Request Request   `json:"request"`
	Created time.Time `json:"created"`
	Due     time.Time `json:"due"`
	Tries   int       `json:"tries,omitempty"`
	Problem string    `json:"problem,omitempty"` // of the last try
	Holder  string    `json:"holder,omitempty"`
	Until   time.Time `json:"until,omitzero"` // for which the holder has it
	Rev     int64     `json:"-"`
}

// Notices are the notices to be sent, by the time when they are due.
var Notices = &store.Table[Notice]{
	Name: "notices",
	ID:   func(n *Notice) string { return n.ID },
	Rev:  func(n *Notice) *int64 { return &n.Rev },
	Indexes: []store.Index[Notice]{
		{Name: "due", Key: func(n *Notice) []string { return []string{state.TimeKey(n.Due)} }},
		{Name: "group", Key: func(n *Notice) []string { return []string{n.GroupID, n.ID} }},
	},
}

// mostWaiting is how many notices of a project wait at most. When more come, those that have waited longest are dropped: a
// receiver that has been away for so long is not told of everything.
const mostWaiting = 2000

// Queue stores a notice of a project. It is sent after tx has committed.
func Queue(tx store.Tx, groupID model.ID, target string, r Request) error {
	of := store.Query{Index: "group", Prefix: []string{groupID}}
	n, err := Notices.Count(tx, of)
	if err != nil {
		return err
	}
	if n >= mostWaiting {
		of.Limit = int(n-mostWaiting) + 1
		if err := Notices.DeleteAll(tx, of); err != nil {
			return err
		}
	}
	now := time.Now().UTC()
	tx.AfterCommit(wake)
	return Notices.Put(tx, &Notice{ID: model.NewID(), GroupID: groupID, Target: groupID + " " + target, Request: r, Created: now, Due: now})
}

// Drop removes the notices of a project.
func Drop(tx store.Tx, groupID model.ID) error {
	return Notices.DeleteAll(tx, store.Query{Index: "group", Prefix: []string{groupID}})
}
