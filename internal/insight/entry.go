package insight

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Slow is an operation that was slow.
type Slow struct {
	At        time.Time `json:"at"`
	Member    int       `json:"member"`
	Line      string    `json:"line"` // of the member's log
	Namespace string    `json:"namespace"`
	Command   string    `json:"command"`
	Millis    int64     `json:"millis"`
	Keys      int64     `json:"keys"`
	Docs      int64     `json:"docs"`
	Returned  int64     `json:"returned"`
	Bytes     int64     `json:"bytes"`
	Indexed   bool      `json:"indexed"` // an index led to what was found
	Sorted    bool      `json:"sorted"`  // what was found was sorted
}

// Login is a login that has ended.
type Login struct {
	At        time.Time `json:"at"`
	Member    int       `json:"member"`
	Line      string    `json:"line"` // of the member's log
	Address   string    `json:"address"`
	User      string    `json:"user"`
	Source    string    `json:"source"` // the database that the user is of
	Mechanism string    `json:"mechanism"`
	Reason    string    `json:"reason,omitempty"` // why it failed; "": it succeeded
}

// latest returns the entries of a window, the latest first.
func latest[T any](tx store.Tx, t *store.Table[page[T]], cluster model.ID, w Window, at func(T) time.Time) (all []T, err error) {
	err = read(tx, t, cluster, w, func(p *page[T]) {
		for _, e := range p.Entries {
			if !at(e).Before(w.From) && !at(e).After(w.Until) {
				all = append(all, e)
			}
		}
	})
	slices.SortStableFunc(all, func(a, b T) int { return at(b).Compare(at(a)) })
	return all, err
}
