// Package letters stores letters to people that are to be sent: a letter is a row, written in the transaction of the
// change that it tells of. Package mail sends it.
package letters

import (
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// Letter is a message in stored form. It is deleted when it has been sent.
type Letter struct {
	ID      model.ID  `json:"id"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until"` // when it stops being worth sending
	Tries   int       `json:"tries,omitempty"`
	Rev     int64     `json:"-"`
}

// Letters are the letters to be sent.
var Letters = &store.Table[Letter]{
	Name: "letters",
	ID:   func(l *Letter) string { return l.ID },
	Rev:  func(l *Letter) *int64 { return &l.Rev },
}

// SendKind is the work of sending a letter; its key is the letter's id.
const SendKind reconcile.Kind = "mail.send"

// Queue stores a letter. It is sent after tx has committed, but not after until.
func Queue(tx store.Tx, to, subject, text string, until time.Time) (model.ID, error) {
	l := &Letter{ID: model.NewID(), To: to, Subject: subject, Text: text, Created: tx.Now(), Until: until}
	if err := Letters.Put(tx, l); err != nil {
		return "", err
	}
	return l.ID, reconcile.Now(tx, SendKind, l.ID)
}

// Withdraw deletes a letter that has not been sent yet. If it has been sent, Withdraw does nothing.
func Withdraw(tx store.Tx, id model.ID) error {
	l, err := Letters.Get(tx, id)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return Letters.Delete(tx, l)
}
