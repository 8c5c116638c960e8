package postgres

import (
	"context"
	"fmt"

	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// migrate brings the database to the declared tables. Nodes that start at the same time all change the same row first,
// in a table for this purpose: so one of them migrates, and the others run again and find nothing left to do.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.turnstile(ctx); err != nil {
		return err
	}
	return s.retry(ctx, serializable, func(c *conn) error {
		if _, err := c.Exec(ctx, "UPDATE migration SET starts = starts + 1 WHERE one = 1"); err != nil {
			return err
		}
		return s.kit.Migrate(ctx, c)
	})
}

// door is the advisory lock that a node holds while it makes the row: CREATE TABLE IF NOT EXISTS alone fails, in three
// different ways, when two nodes run it at once. The number may be changed, as it is held no longer than that.
const door = 0x74656c616d6f6e // "telamon"

// turnstile makes the row. It reads what is committed, so that a node that has waited at the door sees the row.
func (s *Store) turnstile(ctx context.Context) error {
	return s.retry(ctx, committed, func(c *conn) error {
		for _, statement := range []string{
			fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", door),
			fmt.Sprintf("CREATE TABLE IF NOT EXISTS migration (one %s PRIMARY KEY, starts %[1]s NOT NULL)", dialect.Int),
			"INSERT INTO migration (one, starts) VALUES (1, 0) ON CONFLICT DO NOTHING",
		} {
			if _, err := c.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

var _ sqlkit.Conn = (*conn)(nil)
