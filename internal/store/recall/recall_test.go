package recall_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/recall"
)

type account struct {
	ID      string   `json:"id"`
	Balance int      `json:"balance"`
	Notes   []string `json:"notes,omitempty"`
	Rev     int64    `json:"-"`
}

func table(name string) *store.Table[account] {
	return &store.Table[account]{
		Name: name, ID: func(a *account) string { return a.ID }, Rev: func(a *account) *int64 { return &a.Rev },
		Indexes: []store.Index[account]{{Name: "balance", Key: func(a *account) []string { return []string{fmt.Sprintf("%09d", a.Balance)} }}},
	}
}

// fake is a snapshot that counts how often it is read.
type fake struct {
	store.Tx
	reads int
}

func (f *fake) Get(_ *store.Schema, id string) (store.Row, error) {
	f.reads++
	if id == "nobody" {
		return store.Row{}, store.ErrNotFound
	}
	return store.Row{ID: id, Rev: 1, Body: []byte(`{"id":"` + id + `","notes":["x"]}`)}, nil
}

func (f *fake) Now() time.Time           { return time.Time{} }
func (f *fake) Context() context.Context { return context.Background() }
func (f *fake) AfterCommit(func())       {}

func (f *fake) Events(store.EventQuery) ([]store.Event, error) { return nil, nil }

func TestWhatIsRemembered(t *testing.T) {
	accounts, others := table("accounts"), table("others")
	c := recall.New(1<<20, []*store.Schema{accounts.Schema(), others.Schema()})
	f := &fake{}
	get := func(table *store.Table[account], id string) func(store.Tx) error {
		return func(tx store.Tx) error { _, err := table.Get(tx, id); return err }
	}
	known := func(fn func(store.Tx) error) bool {
		_, done := c.View(t.Context(), time.Now, fn)
		return done
	}
	read := func(fn func(store.Tx) error) { _ = fn(c.Watch()(f)) } // an error is remembered too
	for _, id := range []string{"somebody", "nobody"} {
		if known(get(accounts, id)) {
			t.Errorf("%s is remembered before anybody has asked", id)
		}
		read(get(accounts, id))
		if !known(get(accounts, id)) || known(get(others, id)) {
			t.Errorf("%s is not remembered, or in the wrong table", id)
		}
	}
	ended := c.Committing([]string{"accounts"})
	if known(get(accounts, "somebody")) {
		t.Error("during a commit what it writes to is remembered")
	}
	read(get(accounts, "somebody")) // perhaps before, perhaps after the commit
	read(get(others, "somebody"))
	ended()
	if known(get(accounts, "somebody")) || !known(get(others, "somebody")) {
		t.Error("a commit ends what is remembered of its tables, and of no others")
	}
	late := c.Watch()
	c.Committing([]string{"accounts"})()
	_ = get(accounts, "somebody")(late(f))
	if known(get(accounts, "somebody")) {
		t.Error("what a snapshot from before a commit reads is remembered")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	accounts := table("accounts")
	c := recall.New(64<<10, []*store.Schema{accounts.Schema()})
	f := &fake{}
	hot := func(tx store.Tx) error { _, err := accounts.Get(tx, "hot"); return err }
	_ = hot(c.Watch()(f))
	for i := range 10_000 {
		tx := c.Watch()(f)
		if _, err := accounts.Get(tx, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if _, done := c.View(t.Context(), time.Now, hot); !done {
			t.Fatalf("after %d others, what is asked for all the time is forgotten", i)
		}
	}
	first := func(tx store.Tx) error { _, err := accounts.Get(tx, "0"); return err }
	if _, done := c.View(t.Context(), time.Now, first); done {
		t.Error("everything is remembered for ever")
	}
}

func TestReadersHaveTheirOwn(t *testing.T) {
	accounts := table("accounts")
	c := recall.New(1<<20, []*store.Schema{accounts.Schema()})
	var a, b *account
	_ = func(tx store.Tx) (err error) { a, err = accounts.Get(tx, "x"); return err }(c.Watch()(&fake{}))
	a.Balance = 7
	_, done := c.View(t.Context(), time.Now, func(tx store.Tx) (err error) { b, err = accounts.Get(tx, "x"); return err })
	if !done || b.Balance != 0 || b.Rev != 1 {
		t.Errorf("%v %+v", done, b)
	}
}

func TestAViewThatIsOverReadsNothing(t *testing.T) {
	accounts := table("accounts")
	c := recall.New(1<<20, []*store.Schema{accounts.Schema()})
	_ = func(tx store.Tx) error { _, err := accounts.Get(tx, "x"); return err }(c.Watch()(&fake{}))
	var kept store.Tx
	_, done := c.View(t.Context(), time.Now, func(tx store.Tx) error {
		kept = tx
		if _, err := tx.Put(accounts.Schema(), store.Row{ID: "x"}); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("a write: %v", err)
		}
		_, err := accounts.Get(tx, "x")
		return err
	})
	if _, err := accounts.Get(kept, "x"); !done || !errors.Is(err, store.ErrOver) {
		t.Errorf("%v, %v", done, err)
	}
}

// What is worked out from rows of two tables is remembered until one of them changes, together with what lies within.
func TestWhatIsDerived(t *testing.T) {
	left, right, others := table("left"), table("right"), table("others")
	c := recall.New(1<<20, []*store.Schema{left.Schema(), right.Schema(), others.Schema()})
	worked := 0
	sum := func(tx store.Tx) (int, error) {
		return store.Derive(tx, "sum", func() (int, error) {
			worked++
			a, err := left.Get(tx, "x")
			if err != nil {
				return 0, err
			}
			return store.Derive(tx, "right half", func() (int, error) {
				b, err := right.Get(tx, "x")
				return len(a.Notes) + len(b.Notes), err
			})
		})
	}
	known := func() bool {
		_, done := c.View(t.Context(), time.Now, func(tx store.Tx) error {
			n, err := sum(tx)
			if n != 2 {
				t.Errorf("the sum is %d", n)
			}
			return err
		})
		return done
	}
	read := func() {
		if n, err := sum(c.Watch()(&fake{})); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	for range 2 {
		for _, changed := range []string{"left", "right"} {
			read()
			if !known() {
				t.Error("what was derived is not remembered")
			}
			c.Committing([]string{"others"})()
			if !known() {
				t.Error("a change elsewhere ends it")
			}
			c.Committing([]string{changed})()
			if known() {
				t.Errorf("a change of %s leaves it", changed)
			}
		}
	}
	if worked != 4 {
		t.Errorf("it was worked out %d times", worked)
	}
	late := c.Watch()
	ended := c.Committing([]string{"right"})
	if _, err := sum(late(&fake{})); err != nil {
		t.Error(err)
	}
	ended()
	if known() {
		t.Error("what is derived from a snapshot from before a commit is remembered")
	}
	latest := func(tx store.Tx) error {
		_, err := store.Derive(tx, "latest", func() ([]store.Event, error) { return tx.Events(store.EventQuery{}) })
		return err
	}
	if err := latest(c.Watch()(&fake{})); err != nil {
		t.Error(err)
	}
	if _, done := c.View(t.Context(), time.Now, latest); done {
		t.Error("what is derived from events is remembered")
	}
	if _, err := store.Derive(c.Watch()(&fake{}), "failure", func() (int, error) { _, err := left.Get(&fake{}, "nobody"); return 0, err }); !store.IsNotFound(err) {
		t.Error(err)
	}
	if n, err := sum(&fake{}); n != 2 || err != nil {
		t.Errorf("without memory: %d, %v", n, err)
	}
	worked = 0
	tx := c.Watch()(&fake{})
	for range 3 {
		if n, err := sum(tx); n != 2 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
	}
	if worked != 1 || !known() {
		t.Errorf("of one snapshot it was worked out %d times", worked)
	}
}

// TestDerivedFromMoreThanRows: what depends on something that no commit announces is not remembered.
func TestDerivedFromMoreThanRows(t *testing.T) {
	accounts := table("accounts")
	for name, c := range map[string]struct {
		asks  func(store.Tx)
		known bool
	}{
		"rows":    {func(tx store.Tx) { _, _ = accounts.Get(tx, "somebody") }, true},
		"nothing": {func(store.Tx) {}, true},
		"time":    {func(tx store.Tx) { tx.Now() }, false},
		"context": {func(tx store.Tx) { tx.Context() }, false},
		"deed":    {func(tx store.Tx) { tx.AfterCommit(func() {}) }, false},
		"events":  {func(tx store.Tx) { _, _ = tx.Events(store.EventQuery{}) }, false},
	} {
		cache := recall.New(1<<20, []*store.Schema{accounts.Schema()})
		derive := func(tx store.Tx) error {
			_, err := store.Derive(tx, "outer", func() (string, error) {
				return store.Derive(tx, "inner", func() (string, error) {
					c.asks(tx)
					return "result", nil
				})
			})
			return err
		}
		if err := derive(cache.Watch()(&fake{})); err != nil {
			t.Fatal(err)
		}
		for _, which := range []string{"outer", "inner"} {
			if known := cache.Recall(which) != nil; known != c.known {
				t.Errorf("%s: the %s result is remembered: %t", name, which, known)
			}
		}
		cache.Committing([]string{"accounts"})
		if cache.Recall("outer") != nil && name == "rows" {
			t.Error("it is remembered although its rows change")
		}
	}
}
