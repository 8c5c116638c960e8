package postgres

import (
	"context"
	"fmt"

	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// migrate brings the database to the declared tables. Nodes that start at the same time meet in a row of a table of its
// own, which each changes first: so one does what is to be done, and the others run again and find it done.
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

// turnstile makes the row. Two nodes may find neither table nor row; what fails then is there the next time.
func (s *Store) turnstile(ctx context.Context) error {
	return s.retry(ctx, serializable, func(c *conn) error {
		for _, statement := range []string{
			fmt.Sprintf("CREATE TABLE IF NOT EXISTS migration (one %s PRIMARY KEY, starts %[1]s NOT NULL)", dialect.Int),
			"INSERT INTO migration (one, starts) VALUES (1, 0) ON CONFLICT DO NOTHING",
		} {
			_, err := c.Exec(ctx, statement)
			if code(err) == "42P07" { // duplicate_table
				return again{err}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

var _ sqlkit.Conn = (*conn)(nil)
