package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telamon-db/telamon/internal/audit"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/auditing"
	"github.com/telamon-db/telamon/internal/resource/certificate"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/resource/project"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	followAccess = 400 * time.Millisecond // how often a node looks whether another one has changed something
	freshAccess  = time.Second            // the age up to which nobody asks how old it is
	quietAccess  = time.Minute            // for which nobody has asked for it, until it is not followed any more; clients look after a server every ten seconds
	storeWait    = 250 * time.Millisecond // that a command waits for a store that may be away
)

// accesses caches the users, roles and access lists of projects for this node's gateways, so that database commands need not
// read the store. A change that this node commits is in the cache before the commit is acknowledged; a change of another node
// within a second.
//
// While the store cannot be reached, the cache stays valid for a bounded time. Then commands are refused.
type accesses struct {
	store  store.Store
	shared bool          // other nodes write to the store
	outage time.Duration // for which what is known stays in force
	log    *slog.Logger

	changes atomic.Uint64 // of this node's
	away    atomic.Bool   // the store could not be reached when it was last asked
	mu      sync.Mutex
	all     map[model.ID]*projectAccess // by project
}

// projectAccess is the cache of one project.
type projectAccess struct {
	of      *accesses
	groupID model.ID
	turn    chan struct{} // holds a token while somebody reads the store
	known   atomic.Pointer[compiled]
	asked   atomic.Int64 // Unix nanoseconds of the last question
}

// compiled is a project's rows at one moment. It is immutable.
type compiled struct {
	changes uint64 // that it has seen
	at      time.Time
	users   map[userName]*knownUser // those that have been asked for
	list    []accesslist.Network
	trust   certificate.Trust
	audit   *audit.Policy // nil: nothing is recorded
	slow    bool          // the threshold of slow operations is managed
}

type userName struct{ db, name string }

// enforcedIn is how long after its event a change of users, roles and lists is in force at every node, with time for its
// commit: 0 if there is one node, which enforces it before it is acknowledged.
func (s *Server) enforcedIn() time.Duration {
	if s.shared() {
		return 2 * freshAccess
	}
	return 0
}

func newAccesses(s store.Store, shared bool, outage time.Duration, log *slog.Logger) *accesses {
	return &accesses{store: s, shared: shared, outage: outage, log: log, all: map[model.ID]*projectAccess{}}
}

// changed is called when a transaction of this node has written to a table.
func (a *accesses) changed(table string) {
	switch table {
	case databaseuser.Users.Name, state.CustomRoles.Name, state.Projects.Name, accesslist.Entries.Name, auditing.TableOfPolicies:
		a.changes.Add(1)
	default:
		if slices.Contains(certificate.TablesOfTrust(), table) {
			a.changes.Add(1)
		}
	}
}

// of returns the cache of a project.
func (a *accesses) of(groupID model.ID) *projectAccess {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.all[groupID]
	if one == nil {
		one = &projectAccess{of: a, groupID: groupID, turn: make(chan struct{}, 1)}
		a.all[groupID] = one
	}
	return one
}

// get returns the current rows, with the user of that name if it exists. The name "" asks for no user.
func (p *projectAccess) get(ctx context.Context, who userName) (*compiled, error) {
	now := time.Now()
	p.asked.Store(now.UnixNano())
	c := p.known.Load()
	current := c != nil && c.changes == p.of.changes.Load()
	if current && (!p.of.shared || now.Sub(c.at) < freshAccess) {
		return p.with(ctx, c, who)
	}
	lasts := current && now.Sub(c.at) < p.of.outage
	if lasts && p.of.away.Load() {
		return p.with(ctx, c, who)
	}
	if lasts || p.of.away.Load() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, storeWait)
		defer cancel()
	}
	next, err := p.read(ctx, who)
	if err != nil && lasts && c.changes == p.of.changes.Load() {
		return p.with(ctx, c, who)
	}
	return next, err
}

// with returns c or, if c lacks the user of that name and it exists, rows that have it.
func (p *projectAccess) with(ctx context.Context, c *compiled, who userName) (*compiled, error) {
	if who.name == "" || c.users[who] != nil {
		return c, nil
	}
	var found *knownUser
	err := p.of.store.View(ctx, func(tx store.Tx) (err error) {
		found, err = readUser(tx, p.groupID, who)
		return err
	})
	if err != nil || found == nil {
		return c, err
	}
	return p.read(ctx, who)
}

// read reads the store, unless another goroutine has just done so.
func (p *projectAccess) read(ctx context.Context, who userName) (*compiled, error) {
	asked := time.Now()
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c := p.known.Load(); c != nil && c.at.After(asked) && c.changes == p.of.changes.Load() && (who.name == "" || c.users[who] != nil) {
		return c, nil
	}
	next := &compiled{}
	err := p.of.store.View(ctx, func(tx store.Tx) error {
		*next = compiled{changes: p.of.changes.Load(), at: time.Now(), users: map[userName]*knownUser{}}
		return p.compile(tx, next, who)
	})
	p.of.reached(err)
	if err != nil {
		return nil, err
	}
	p.known.Store(next)
	return next, nil
}

// reached notes whether the store could be reached.
func (a *accesses) reached(err error) {
	if err == nil {
		a.away.Store(false)
		return
	}
	lost := errors.Is(err, store.ErrUnreachable) || errors.Is(err, context.DeadlineExceeded)
	if lost && a.shared && !a.away.Swap(true) {
		a.log.Warn("the store cannot be reached; clients that have logged in keep their rights", "for at most", a.outage, "error", err)
	}
}

// policy returns what audit logs record now. get has been called before, at every login and command.
func (p *projectAccess) policy() *audit.Policy {
	if c := p.known.Load(); c != nil {
		return c.audit
	}
	return nil
}

// managesSlow reports whether the threshold of slow operations is managed.
func (p *projectAccess) managesSlow() bool {
	c := p.known.Load()
	return c != nil && c.slow
}

// compile reads the access list, the trusted authorities, what is watched, and users: those in the cache and who.
func (p *projectAccess) compile(tx store.Tx, into *compiled, who userName) (err error) {
	if into.list, err = accesslist.Networks(tx, p.groupID); err != nil {
		return err
	}
	if into.trust, err = certificate.TrustOf(tx, p.groupID); err != nil {
		return err
	}
	if into.audit, err = auditing.PolicyOf(tx, p.groupID); err != nil {
		return err
	}
	if into.slow, err = project.SlowIsManaged(tx, p.groupID); err != nil {
		return err
	}
	wanted := map[userName]bool{who: who.name != ""}
	if c := p.known.Load(); c != nil {
		for name := range c.users {
			wanted[name] = true
		}
	}
	for name, really := range wanted {
		if !really {
			continue
		}
		m, err := readUser(tx, p.groupID, name)
		if err != nil {
			return err
		}
		if m != nil {
			into.users[name] = m
		}
	}
	return nil
}

// follow refreshes the cache until ctx ends.
func (a *accesses) follow(ctx context.Context) error {
	tick := time.NewTicker(followAccess)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, p := range a.inUse() {
			if _, err := p.read(ctx, userName{}); err != nil && ctx.Err() == nil {
				break // the other projects would fail too
			}
		}
	}
}

// inUse returns the projects that were used lately. The others leave the cache until they are used again.
func (a *accesses) inUse() []*projectAccess {
	a.mu.Lock()
	defer a.mu.Unlock()
	var used []*projectAccess
	for _, p := range a.all {
		if time.Since(time.Unix(0, p.asked.Load())) < quietAccess {
			used = append(used, p)
		} else {
			p.known.Store(nil)
		}
	}
	return used
}
