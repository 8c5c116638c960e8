// Package mail sends what the server has to say to people.
//
// A letter is a row, written in the transaction of the change that wants it sent: a crash delays a letter and loses
// none. A reconciler hands it to a Transport and then erases its text, which may hold the secret of a link.
package mail

import (
	"context"
	"time"

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
type Transport interface {
	Send(ctx context.Context, m Message) error
}

// Letter is a message in stored form.
type Letter struct {
	ID      model.ID  `json:"id"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text,omitempty"` // until it is sent
	Created time.Time `json:"created"`
	Sent    time.Time `json:"sent,omitzero"`
	Rev     int64     `json:"-"`
}

// Letters are the letters to be sent and those that were.
var Letters = &store.Table[Letter]{
	Name: "letters",
	ID:   func(l *Letter) string { return l.ID },
	Rev:  func(l *Letter) *int64 { return &l.Rev },
}

// SendKind is the work of sending a letter; its key is the letter's id.
const SendKind reconcile.Kind = "mail.send"

// Queue writes a letter that is sent once tx has committed.
func Queue(tx store.Tx, to, subject, text string) error {
	l := &Letter{ID: model.NewID(), To: to, Subject: subject, Text: text, Created: tx.Now()}
	if err := Letters.Put(tx, l); err != nil {
		return err
	}
	return reconcile.Now(tx, SendKind, l.ID)
}

// Sender sends letters.
type Sender struct {
	Store     store.Store
	Transport Transport
}

// Reconcile sends the letter if it has not been sent.
func (s Sender) Reconcile(ctx context.Context, id string) (again time.Time, err error) {
	var l *Letter
	err = s.Store.View(ctx, func(tx store.Tx) error {
		l, err = Letters.Get(tx, id)
		return err
	})
	if err != nil || !l.Sent.IsZero() {
		return again, store.IfMissing(err, nil)
	}
	if err := s.Transport.Send(ctx, Message{ID: l.ID, To: l.To, Subject: l.Subject, Text: l.Text, Date: l.Created}); err != nil {
		return again, err
	}
	return again, s.Store.Update(ctx, func(tx store.Tx) error {
		l, err := Letters.Get(tx, id)
		if err != nil {
			return err
		}
		l.Text, l.Sent = "", tx.Now()
		return Letters.Put(tx, l)
	})
}

// GiveUp keeps the work: a letter that cannot go out today can tomorrow. The log has the cause of every attempt.
func (s Sender) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work is the delivery of letters.
func (s Sender) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{SendKind: s}
}

// Tables are what letters are stored in.
func (s Sender) Tables() []*store.Schema { return []*store.Schema{Letters.Schema()} }
