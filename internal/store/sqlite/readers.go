package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// maxReaders is how many snapshots are read at the same time; the next View waits.
const maxReaders = 8

// readers are the reading connections: a channel of idle ones, nil standing for one that is not open yet.
type readers struct {
	db   *sql.DB
	idle chan *conn
}

func newReaders(db *sql.DB) readers {
	r := readers{db: db, idle: make(chan *conn, maxReaders)}
	for range maxReaders {
		r.idle <- nil
	}
	return r
}

func (r readers) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c := <-r.idle:
		if c != nil {
			return c, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := connect(ctx, r.db)
	if err != nil {
		r.idle <- nil
		return nil, fmt.Errorf("store: open a reading connection: %w", err)
	}
	return c, nil
}

// give ends c's transaction and takes it back; a connection that cannot end it is replaced.
func (r readers) give(c *conn) {
	if c.do("ROLLBACK") != nil {
		c.discard()
		c = nil
	}
	r.idle <- c
}

// close closes all connections, which must be idle.
func (r readers) close() error {
	var errs []error
	for range maxReaders {
		if c := <-r.idle; c != nil {
			errs = append(errs, c.discard())
		}
	}
	return errors.Join(errs...)
}
