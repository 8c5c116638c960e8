package plane

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/dump"
	"github.com/telamon-db/telamon/internal/wire"
)

// views is the directory of copies that are being read.
const views = "views"

// read runs fn with a reader of a snapshot.
func (p *Plane) read(ctx context.Context, snapshot model.ID, fn func(*dump.Reader) error) error {
	return p.readAt(ctx, snapshot, nil, fn)
}

// readAt runs fn with a reader of a snapshot, brought forward by the legs, if any. A database cannot be opened without
// writing to its directory, so fn reads a copy, which shares the tables with the snapshot.
func (p *Plane) readAt(ctx context.Context, snapshot model.ID, legs []Leg, fn func(*dump.Reader) error) (err error) {
	parent := filepath.Join(p.cfg.DataDir, views)
	if err := durable.MakeDir(parent); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(parent, snapshot+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := p.copySnapshot(ctx, snapshot, dir, func(int64) {}); err != nil {
		return err
	}
	if err := p.bringForward(ctx, dir, legs, snapshot); err != nil {
		return err
	}
	db, err := p.cfg.Databases.View(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := db.NewSession(ctx, wire.User{})
	if err != nil {
		return err
	}
	defer s.Close()
	return fn(dump.NewReader(s))
}
