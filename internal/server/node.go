package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/postgres"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// localNode is the name of the one node of an embedded store. Such a store is in the data directory, as its clusters
// are, so the name says nothing and never changes.
const localNode = "local"

// openStore opens the store and finds out this node's name in it.
func (s *Server) openStore(ctx context.Context) (err error) {
	if !s.shared() {
		s.node = localNode
		st, err := sqlite.Open(ctx, filepath.Join(s.cfg.DataDir, "telamon.db"), s.clock.Now, s.tables())
		return s.use(st, err)
	}
	if s.node, err = nodeName(filepath.Join(s.cfg.DataDir, "node")); err != nil {
		return fmt.Errorf("server: the node's name: %w", err)
	}
	st, err := postgres.Open(ctx, s.cfg.Store, s.clock.Now, s.tables())
	return s.use(st, err)
}

// use sets the store, unless opening it failed.
func (s *Server) use(st store.Store, err error) error {
	if err != nil {
		return err
	}
	st = s.metrics.Store(st)
	s.access = newAccesses(st, s.shared(), s.cfg.Outage, s.cfg.Logger)
	s.store = watchedStore{st, s.access.changed}
	return nil
}

// shared reports whether other nodes may be on the same store.
func (s *Server) shared() bool { return s.cfg.Store != "" && s.cfg.Store != embedded }

const embedded = "sqlite"

// checkStore refuses an unknown store, without repeating it, because it may have a password in it.
func checkStore(name string) error {
	if name == "" || name == embedded || strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		return nil
	}
	return errors.New("server: the store must be sqlite or begin with postgres://")
}

// nodeName reads the name of the node whose data directory this is, and makes one the first time: clusters belong to
// the node whose data directory holds them, so the name goes where the directory goes.
func nodeName(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		name := "node-" + model.NewID()
		return name, durable.WriteFile(path, []byte(name+"\n"))
	}
	name := strings.TrimSpace(string(raw))
	if err == nil && name == "" {
		err = fmt.Errorf("%s is empty", path)
	}
	return name, err
}
