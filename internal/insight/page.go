package insight

import (
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// page is a row with a part of what has been seen at a member of a cluster.
type page[T any] struct {
	ID      model.ID  `json:"id"`
	Cluster model.ID  `json:"cluster"`
	Member  int       `json:"member"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"` // when it was last written
	Entries []T       `json:"entries"`
	Rev     int64     `json:"-"`
}

// pages is the table of pages of a kind, by cluster and time.
func pages[T any](name string) *store.Table[page[T]] {
	return &store.Table[page[T]]{
		Name: name,
		ID:   func(p *page[T]) string { return p.ID },
		Rev:  func(p *page[T]) *int64 { return &p.Rev },
		Indexes: []store.Index[page[T]]{
			{Name: "cluster", Key: func(p *page[T]) []string { return []string{p.Cluster, state.TimeKey(p.From)} }},
		},
	}
}

var (
	shapePages = pages[*Stat]("insight_shapes")
	slowPages  = pages[Slow]("insight_slow")
	loginPages = pages[Login]("insight_logins")
)

// How much of a cluster is kept. Shapes are kept by the hour.
const (
	hour       = time.Hour
	shapesKept = 25 * hour
	slowKept   = 100 // pages
	slowOnPage = 20
	loginsKept = 200 // pages
	loginsPage = 100
)

// Tables are those of the package.
func Tables() []*store.Schema {
	return []*store.Schema{shapePages.Schema(), slowPages.Schema(), loginPages.Schema()}
}

// Forget removes what has been seen at a cluster.
func Forget(tx store.Tx, cluster model.ID) error {
	all := store.Query{Index: "cluster", Prefix: []string{cluster}}
	if err := shapePages.DeleteAll(tx, all); err != nil {
		return err
	}
	if err := slowPages.DeleteAll(tx, all); err != nil {
		return err
	}
	return loginPages.DeleteAll(tx, all)
}

// forgetBefore removes pages of a cluster that begin before an instant.
func forgetBefore[T any](tx store.Tx, t *store.Table[page[T]], cluster model.ID, at time.Time) error {
	return t.DeleteAll(tx, store.Query{Index: "cluster", Prefix: []string{cluster}, Until: []string{state.TimeKey(at)}})
}

// keepLatest removes the oldest pages of a cluster, so that so many are left.
func keepLatest[T any](tx store.Tx, t *store.Table[page[T]], cluster model.ID, kept int) error {
	return t.DeleteAll(tx, store.Query{Index: "cluster", Prefix: []string{cluster}, Reverse: true, Offset: kept})
}

// Window is a time, both ends included, and the members that are asked about.
type Window struct {
	From, Until time.Time
	Members     map[int]bool // nil: all
}

func (w Window) has(member int, from, until time.Time) bool {
	return !until.Before(w.From) && !from.After(w.Until) && (w.Members == nil || w.Members[member])
}

// read returns the entries of the pages of a window, the latest page first.
func read[T any](tx store.Tx, t *store.Table[page[T]], cluster model.ID, w Window, each func(p *page[T])) error {
	all, err := t.List(tx, store.Query{Index: "cluster", Prefix: []string{cluster}, Reverse: true})
	for _, p := range all {
		if w.has(p.Member, p.From, p.Until) {
			each(p)
		}
	}
	return err
}

// Shapes returns what commands have done in a window, by shape, those that took longest first. The window is rounded to
// the hours that it touches.
func Shapes(tx store.Tx, cluster model.ID, w Window) ([]*Stat, error) {
	var all []*Stat
	err := read(tx, shapePages, cluster, w, func(p *page[*Stat]) { all = append(all, p.Entries...) })
	return merged(all), err
}

// SlowOnes returns the slow operations of a window, the latest first.
func SlowOnes(tx store.Tx, cluster model.ID, w Window) ([]Slow, error) {
	return latest(tx, slowPages, cluster, w, func(s Slow) time.Time { return s.At })
}

// Logins returns the logins of a window, the latest first.
func Logins(tx store.Tx, cluster model.ID, w Window) ([]Login, error) {
	return latest(tx, loginPages, cluster, w, func(l Login) time.Time { return l.At })
}
