package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	requestLife = 10 * time.Minute
	interval    = 5 * time.Second // between two questions of a program
	maxRequests = 10_000          // that are open at a time
	maxOfOne    = 20              // of one address; one more ends its oldest
)

// Request is a program's request to let somebody in. Its life is counted by the system's clock, as that of all
// credentials.
type Request struct {
	Hash     string    `json:"hash"`             // of the device code
	UserCode string    `json:"userCode"`         // which a person enters
	From     string    `json:"from"`             // address of the program
	Subnet   string    `json:"subnet"`           // of that address, as Service.Subnet has it
	UserID   model.ID  `json:"userId,omitempty"` // who has approved it
	Expires  time.Time `json:"expires"`
	Rev      int64     `json:"-"`
}

// Requests is the table of open requests.
var Requests = &store.Table[Request]{
	Name: "login_requests",
	ID:   func(q *Request) string { return q.Hash },
	Rev:  func(q *Request) *int64 { return &q.Rev },
	Indexes: []store.Index[Request]{
		{Name: "code", Unique: true, Key: func(q *Request) []string { return []string{q.UserCode} }},
		{Name: "expires", Key: func(q *Request) []string { return []string{state.TimeKey(q.Expires)} }},
		{Name: "subnet", Key: func(q *Request) []string { return []string{q.Subnet, state.TimeKey(q.Expires)} }},
	},
}

// Authorize serves POST .../authorize: a program asks for a code.
func (s *Service) Authorize(w http.ResponseWriter, r *http.Request) {
	if _, err := form(w, r); err != nil {
		s.refuse(w, r, err)
		return
	}
	code, from := bearer.Text(), s.Address(r)
	q := &Request{
		Hash: bearer.Hash(code), UserCode: newUserCode(), From: from.String(), Subnet: s.Subnet(from), Expires: time.Now().UTC().Add(requestLife),
	}
	err := s.Store.Update(r.Context(), func(tx store.Tx) error {
		if err := sweep(tx); err != nil {
			return err
		}
		if err := makeRoom(tx, q.Subnet); err != nil {
			return err
		}
		q.Rev = 0
		return Requests.Put(tx, q)
	})
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"device_code": code, "expires_in": int(requestLife.Seconds()), "interval": int(interval.Seconds()), "user_code": q.UserCode,
		"verification_uri": s.BaseURL() + PagePath,
	})
}

// makeRoom keeps the number of open requests within its bounds. An address with too many loses its oldest, so that no
// other address loses any; when there are too many in all, the addresses with the most lose some.
func makeRoom(tx store.Tx, subnet string) error {
	own, err := Requests.List(tx, store.Query{Index: "subnet", Prefix: []string{subnet}})
	if err != nil {
		return err
	}
	for _, q := range own[:max(len(own)-maxOfOne+1, 0)] {
		if err := Requests.Delete(tx, q); err != nil {
			return err
		}
	}
	n, err := Requests.Count(tx, store.Query{})
	if err != nil || n < maxRequests {
		return err
	}
	return thin(tx)
}

// thin removes a tenth of all requests: the oldest of the addresses that have the most.
func thin(tx store.Tx) error {
	all, err := Requests.List(tx, store.Query{Index: "expires"})
	if err != nil {
		return err
	}
	newer, of := map[string]int{}, map[string]int{} // requests of the same address that are newer, by request; requests of an address
	for _, q := range slices.Backward(all) {
		newer[q.Hash] = of[q.Subnet]
		of[q.Subnet]++
	}
	slices.SortStableFunc(all, func(a, b *Request) int { return cmp.Compare(newer[b.Hash], newer[a.Hash]) })
	for _, q := range all[:len(all)/10] {
		if err := Requests.Delete(tx, q); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes some requests and sessions that are over.
func sweep(tx store.Tx) error {
	const some = 100
	old, err := Requests.List(tx, store.Query{Index: "expires", Limit: some})
	if err != nil {
		return err
	}
	now := time.Now()
	for _, q := range old {
		if now.Before(q.Expires) {
			break
		}
		if err := Requests.Delete(tx, q); err != nil {
			return err
		}
	}
	over, err := Sessions.List(tx, store.Query{Index: "expires", Limit: some})
	if err != nil {
		return err
	}
	for _, l := range over {
		if now.Before(l.Expires) {
			break
		}
		if err := l.end(tx); err != nil {
			return err
		}
	}
	return nil
}

// letters are those that are not mistaken for one another and make no words (RFC 8628, section 6.1).
const letters = "BCDFGHJKLMNPQRSTVWXZ"

// newUserCode makes a code of eight letters, one of 25 billion.
func newUserCode() string {
	code := make([]byte, 0, 8)
	for len(code) < cap(code) {
		var b [1]byte
		rand.Read(b[:])                                  // never fails (crypto/rand)
		if int(b[0]) < len(letters)*(256/len(letters)) { // an even share for every letter
			code = append(code, letters[int(b[0])%len(letters)])
		}
	}
	return string(code)
}

// canonical returns a code that a person has typed in the form in which it is stored: programs show it in two halves.
func canonical(code string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
}

// asksOfOne is how often a program may ask whether its request has been approved: a little more often than it is told
// to, because requests do not always take the same time to arrive. A program that asks too often is told so each time.
// It is not made to wait longer and longer (RFC 8628, section 3.5), as asking writes nothing.
var asksOfOne = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 1, Refill: 15}}

// redeem answers a program that asks whether its request has been approved: with a session, once.
func (s *Service) redeem(ctx context.Context, code string) (out granted, err error) {
	var q *Request
	err = s.Store.View(ctx, func(tx store.Tx) error {
		q, err = asked(tx, code)
		return err
	})
	switch {
	case err != nil:
		return out, err
	case q.UserID == "" && s.tries.TakeKnown(asksOfOne, q.Hash).OK:
		return out, errPending
	case q.UserID == "":
		return out, errHasty
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		q, err := asked(tx, code) // again: it may have been answered meanwhile
		if err != nil {
			return err
		}
		if out, err = s.begin(tx, q.UserID, time.Now().UTC()); err != nil {
			return store.IfMissing(err, errExpired)
		}
		return Requests.Delete(tx, q)
	})
	return out, err
}

// asked returns the request with that device code, or errExpired.
func asked(tx store.Tx, code string) (*Request, error) {
	q, err := Requests.Get(tx, bearer.Hash(code))
	if err == nil && !time.Now().Before(q.Expires) {
		err = store.ErrNotFound
	}
	return q, store.IfMissing(err, errExpired)
}
