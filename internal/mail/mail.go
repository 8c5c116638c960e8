// Package mail sends the server's letters to people.
//
// A letter is a row (package letters), so a crash, or a mail server that is down, may delay a letter, but loses none. A
// reconciler hands it to a Transport, tries again with growing pauses for as long as the letter is of use, and then
// deletes it: its text may contain the secret of a link.
package mail

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/telamon-db/telamon/internal/letters"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// Message is a letter on its way: plain text to one address.
type Message struct {
	ID      model.ID
	To      string // a bare address (RFC 5322 addr-spec)
	Subject string
	Text    string
	Date    time.Time
}

// Transport takes messages out of the server. After a crash it may get a message again, with the same ID, and should
// then replace or drop it.
//
// ErrRefused says that a message will never be taken.
type Transport interface {
	Send(ctx context.Context, m Message) error
}

// ErrRefused is the error of a Transport for a message whose recipient does not exist: it is not tried again.
var ErrRefused = errors.New("mail: the recipient is refused for good")

// Sender sends letters.
type Sender struct {
	Store     store.Store
	Transport Transport
	Log       *slog.Logger
}

// Reconcile sends the letter, unless it has gone.
func (s Sender) Reconcile(ctx context.Context, id string) (again time.Time, err error) {
	var l *letters.Letter
	late := false
	err = s.Store.View(ctx, func(tx store.Tx) error {
		l, err = letters.Letters.Get(tx, id)
		late = err == nil && !tx.Now().Before(l.Until)
		return err
	})
	if err != nil {
		return again, store.IfMissing(err, nil)
	}
	if late {
		s.Log.ErrorContext(ctx, "a letter was never sent: nobody could take it in its time", "letter", id, "tries", l.Tries)
		return again, s.gone(ctx, id)
	}
	err = s.Transport.Send(ctx, Message{ID: l.ID, To: l.To, Subject: l.Subject, Text: l.Text, Date: l.Created})
	if err == nil {
		return again, s.gone(ctx, id)
	}
	if ctx.Err() != nil {
		return again, ctx.Err()
	}
	if errors.Is(err, ErrRefused) {
		s.Log.ErrorContext(ctx, "a letter was never sent: its recipient is refused", "letter", id, "tries", l.Tries+1, "error", err)
		return again, s.gone(ctx, id)
	}
	s.Log.WarnContext(ctx, "a letter could not be sent; it waits", "letter", id, "tries", l.Tries+1, "error", err)
	return s.wait(ctx, id)
}

// gone removes a letter.
func (s Sender) gone(ctx context.Context, id string) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return letters.Withdraw(tx, id) })
}

// wait says when to try again to send a letter.
func (s Sender) wait(ctx context.Context, id string) (again time.Time, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		l, err := letters.Letters.Get(tx, id)
		if err != nil {
			again = time.Time{}
			return store.IfMissing(err, nil)
		}
		again = tx.Now().Add(pause(l.Tries))
		l.Tries++
		return letters.Letters.Put(tx, l)
	})
	return again, err
}

const (
	firstPause   = time.Second
	longestPause = time.Hour
)

// pause is how long to wait after so many failures: twice as long each time, up to a bound (RFC 5321, section 4.5.4.1,
// wants half an hour or more in the end).
func pause(before int) time.Duration { return min(firstPause<<min(before, 20), longestPause) }

// GiveUp keeps the work: only a failing store leads here, and the letter waits until it is back.
func (s Sender) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work has the handler that delivers letters.
func (s Sender) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{letters.SendKind: s}
}

// Tables are the tables of letters.
func (s Sender) Tables() []*store.Schema { return []*store.Schema{letters.Letters.Schema()} }
