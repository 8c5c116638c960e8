package reconcile

import (
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Backlog is work that is waiting.
type Backlog struct {
	Due  int           // pieces whose time has come, those that are being done among them
	Late time.Duration // for which the one that has waited longest has been due
}

// mostCounted bounds how much of a backlog is counted, for the node's own work and for the work of any node.
const mostCounted = 1000

// BacklogOf is the work that a node may do.
func BacklogOf(tx store.Tx, node string) (b Backlog, err error) {
	for _, of := range []string{"", node} {
		first, err := Works.List(tx, store.Query{Index: "due", Prefix: []string{of}, Limit: mostCounted})
		if err != nil {
			return b, err
		}
		for _, w := range first {
			late := tx.Now().Sub(w.Due)
			if late < 0 {
				break
			}
			b.Due++
			b.Late = max(b.Late, late)
		}
	}
	return b, nil
}
