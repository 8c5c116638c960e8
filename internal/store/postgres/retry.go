package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/telamon-db/telamon/internal/store"
)

const (
	maxRaces    = 100                    // lost by one update; the last one is its answer
	maxRefusals = 5                      // of keys; rows that cannot be unique would be refused for ever
	maxCuts     = 3                      // connections lost under one transaction
	longest     = 100 * time.Millisecond // pause between two attempts
)

// again wraps the error of an attempt that has committed nothing and may succeed when it is repeated.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// cut wraps the error of a lost connection.
type cut struct{ error }

func (c cut) Unwrap() error { return c.error }

// retry runs fn in transactions until one succeeds, or fails for a reason of its own.
//
// Updates that have lost a race are repeated one after the other. So updates of this node that want the same rows do
// not lose against each other time and again, and the others are not held up. Against other nodes there are pauses of
// random length.
func (s *Store) retry(ctx context.Context, how mode, fn func(*conn) error) error {
	inLane := false
	defer func() {
		if inLane {
			<-s.lane
		}
	}()
	for races, refusals, cuts := 0, 0, 0; ; {
		err := s.attempt(ctx, how, fn)
		var a again
		if !errors.As(err, &a) {
			return err
		}
		switch {
		case errors.As(err, new(cut)):
			cuts++
		case code(err) == uniqueViolation:
			refusals++
		default:
			races++
		}
		if cuts >= maxCuts {
			return fmt.Errorf("%w: %w", store.ErrUnreachable, a.error)
		}
		if races >= maxRaces || refusals >= maxRefusals {
			return a.error
		}
		if !inLane {
			select {
			case s.lane <- struct{}{}:
				inLane = true
			case <-ctx.Done():
				return ctx.Err()
			}
		} else if err := pause(ctx, time.Millisecond<<min(races+refusals+cuts, 10)); err != nil {
			return err
		}
	}
}

// attempt runs fn in one transaction.
func (s *Store) attempt(ctx context.Context, how mode, fn func(*conn) error) error {
	c, err := s.begin(ctx, how)
	if err != nil {
		return err
	}
	defer c.release() // undoes it, unless it is committed: also when fn panics
	err = fn(c)
	if c.failed != nil && ctx.Err() == nil { // whatever fn has made of it
		switch {
		case errors.Is(c.failed, errSilent):
			return c.failed
		case raced(c.failed):
			return again{c.failed}
		case c.Conn.Conn().IsClosed():
			return again{cut{c.failed}}
		case err == nil:
			return c.failed
		}
	}
	if err != nil || how == snapshot {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.commit(ctx)
}

// begin opens a transaction on a working connection. While PostgreSQL is away or does not answer, it waits as long as
// patience allows.
func (s *Store) begin(ctx context.Context, how mode) (*conn, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c, err := s.tryBegin(waiting, how)
		if err == nil {
			return c, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !away(err) {
			return nil, err
		}
		if pause(waiting, longest) != nil {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("%w: %w", store.ErrUnreachable, err)
		}
	}
}

func (s *Store) tryBegin(ctx context.Context, how mode) (*conn, error) {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: pooled, answer: s.answer}
	if _, err := pooled.Exec(ctx, string(how)); err != nil {
		c.release()
		return nil, err
	}
	return c, nil
}

const uniqueViolation = "23505"

// raced reports whether err comes of a concurrent transaction. A violated unique key does too, because keys are looked
// up before rows are written.
func raced(err error) bool {
	switch code(err) {
	case "40001", "40P01", uniqueViolation: // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// away reports whether err, of a transaction's begin, means that PostgreSQL is not available: any error that is not
// PostgreSQL's own, and its messages that it is starting, ending, or full.
func away(err error) bool {
	switch c := code(err); c {
	case "", "57P01", "57P02", "57P03", "53300": // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
		return true
	default:
		return c[:2] == "08" // connection exceptions
	}
}

// code is the SQLSTATE of an error that PostgreSQL has sent, or "".
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// pause waits for a random time up to most, and longest.
func pause(ctx context.Context, most time.Duration) error {
	timer := time.NewTimer(rand.N(min(most, longest)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
