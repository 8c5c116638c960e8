package server

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/auditing"
	"github.com/telamon-db/telamon/internal/resource/certificate"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// brittle is a store that can be away, and counts who asks it.
type brittle struct {
	store.Store
	away  atomic.Bool
	views atomic.Int64
}

func (b *brittle) View(ctx context.Context, fn func(store.Tx) error) error {
	b.views.Add(1)
	if b.away.Load() {
		return store.ErrUnreachable
	}
	return b.Store.View(ctx, fn)
}

type accessScene struct {
	*testing.T
	behind  *brittle
	access  *accesses
	watched watchedStore
	dir     directory
}

func newAccessScene(t *testing.T, shared bool) *accessScene {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now,
		append(slices.Concat((&certificate.Service{}).Tables(), auditing.New(nil).Tables()), databaseuser.Users.Schema(), state.CustomRoles.Schema(), accesslist.Entries.Schema(), state.Projects.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	s := &accessScene{T: t, behind: &brittle{Store: st}}
	s.access = newAccesses(s.behind, shared, time.Hour, slog.New(slog.DiscardHandler))
	s.watched = watchedStore{s.behind, s.access.changed}
	s.dir = directory{s.access.of("g"), "cluster", time.Now}
	s.write(s.watched, "readWrite")
	return s
}

// write gives the user a role, and makes the user first if there is none.
func (s *accessScene) write(to store.Store, role string) {
	s.Helper()
	err := to.Update(s.Context(), func(tx store.Tx) error {
		u, err := databaseuser.Users.Get(tx, databaseuser.Key("g", "admin", "app"))
		if store.IsNotFound(err) {
			u, err = &databaseuser.User{GroupID: "g", Value: databaseuser.CloudDatabaseUser{DatabaseName: "admin", Username: "app"}}, accesslist.Entries.Put(tx, &accesslist.Entry{GroupID: "g", Internal: "127.0.0.0/8"})
		}
		if err != nil {
			return err
		}
		u.Value.Roles = []databaseuser.DatabaseUserRole{{RoleName: role, DatabaseName: "shop"}}
		return databaseuser.Users.Put(tx, u)
	})
	if err != nil {
		s.Fatal(err)
	}
}

// role is the user's, as a gateway sees it.
func (s *accessScene) role() (string, error) {
	admitted, err := s.dir.Admits(s.Context(), netip.MustParseAddr("127.0.0.1"))
	if err != nil {
		return "", err
	}
	u, err := s.dir.User(s.Context(), "admin", "app")
	if err != nil || u == nil || !admitted {
		return "", errors.Join(err, errors.New("nobody"))
	}
	return u.Roles[0].Name, nil
}

func (s *accessScene) want(role string) {
	s.Helper()
	if got, err := s.role(); got != role || err != nil {
		s.Errorf("%s, %v; want %s", got, err, role)
	}
}

// aged makes what is known look as old as d.
func (s *accessScene) aged(d time.Duration) {
	c := *s.dir.access.known.Load()
	c.at = time.Now().Add(-d)
	s.dir.access.known.Store(&c)
}

// TestCommandsAskNoStore: once somebody is known, no command asks the store, until something has changed.
func TestCommandsAskNoStore(t *testing.T) {
	for _, shared := range []bool{false, true} {
		s := newAccessScene(t, shared)
		s.want("readWrite")
		before := s.behind.views.Load()
		for range 100 {
			s.want("readWrite")
		}
		if n := s.behind.views.Load() - before; n != 0 {
			t.Errorf("shared %t: the store was asked %d times", shared, n)
		}
		s.write(s.watched, "read")
		s.want("read")
		s.write(s.behind, "dbAdmin") // another node
		s.want("read")
		s.aged(freshAccess)
		s.want(map[bool]string{false: "read", true: "dbAdmin"}[shared])
	}
}

// TestOutage: what is known stays in force while the store is away, for a bounded time, and not if this node knows better.
func TestOutage(t *testing.T) {
	s := newAccessScene(t, true)
	s.want("readWrite")
	s.behind.away.Store(true)
	s.aged(time.Hour - time.Minute)
	s.want("readWrite")
	before := s.behind.views.Load()
	s.want("readWrite")
	if n := s.behind.views.Load() - before; n != 0 {
		t.Errorf("a store that is known to be away is asked %d times", n)
	}
	s.aged(time.Hour)
	if role, err := s.role(); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("after an hour: %q, %v", role, err)
	}
	s.behind.away.Store(false)
	s.want("readWrite")
	s.behind.away.Store(true)
	s.access.changed(databaseuser.Users.Name)
	if role, err := s.role(); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("after a change that cannot be read: %q, %v", role, err)
	}
}

// TestUnknownUsersAreNotKept: names that strangers invent are looked up and forgotten.
func TestUnknownUsersAreNotKept(t *testing.T) {
	s := newAccessScene(t, true)
	for _, name := range []string{"a", "b", "c"} {
		if u, err := s.dir.User(t.Context(), "admin", name); u != nil || err != nil {
			t.Errorf("%v, %v", u, err)
		}
	}
	s.want("readWrite")
	if n := len(s.dir.access.known.Load().users); n != 1 {
		t.Errorf("%d users are kept", n)
	}
}
