package notify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Sender sends notices. Each target has one request at a time, and each project a few, so that a receiver that hangs takes
// no more than its own part.
type Sender struct {
	Store store.Store
	Guard Guard
	Node  string
	Log   *slog.Logger

	mu   sync.Mutex
	busy map[string]int // requests under way, by target and by project
	all  int
}

const (
	perProject = 4
	atATime    = 64
	lease      = 2 * requestTime
	life       = 3 * 24 * time.Hour
	firstPause = time.Second
	mostPause  = 10 * time.Minute
	lookAgain  = time.Second
)

// Run sends notices until ctx ends, and waits for the requests that it has begun.
func (s *Sender) Run(ctx context.Context) error {
	s.busy = map[string]int{}
	public, anywhere := s.Guard.client(), Guard{Loopback: true, Allowed: everywhere}.client()
	var sending sync.WaitGroup
	defer sending.Wait()
	for {
		due, err := s.due(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("notify: cannot look for notices", "error", err)
		}
		for _, n := range due {
			if !s.enter(n) {
				continue
			}
			client := public
			if n.Request.Trusted {
				client = anywhere
			}
			sending.Go(func() {
				defer signal()
				defer s.leave(n)
				if err := s.send(ctx, client, n.ID); err != nil && ctx.Err() == nil {
					s.Log.Warn("notify: cannot note how a notice went", "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		case <-kick:
		}
	}
}

// kick ends the wait of senders of this process.
var kick = make(chan struct{}, 1)

func wake() { signal() }

func signal() {
	select {
	case kick <- struct{}{}:
	default:
	}
}

// due are the notices that are due and that nobody is sending.
func (s *Sender) due(ctx context.Context) (due []*Notice, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		due = nil
		now := time.Now()
		for q := (store.Query{Index: "due", Limit: 1000}); ; q.Offset += q.Limit {
			list, err := Notices.List(tx, q)
			if err != nil {
				return err
			}
			for _, n := range list {
				if n.Due.After(now) {
					return nil
				}
				if !n.held(now) {
					due = append(due, n)
				}
			}
			if len(list) < q.Limit {
				return nil
			}
		}
	})
	return due, err
}

func (n *Notice) held(now time.Time) bool { return n.Holder != "" && now.Before(n.Until) }

// enter takes the room that a notice needs, if there is some.
func (s *Sender) enter(n *Notice) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= atATime || s.busy[n.Target] > 0 || s.busy[n.GroupID] >= perProject {
		return false
	}
	s.all++
	s.busy[n.Target]++
	s.busy[n.GroupID]++
	return true
}

func (s *Sender) leave(n *Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	for _, key := range []string{n.Target, n.GroupID} {
		if s.busy[key]--; s.busy[key] == 0 {
			delete(s.busy, key)
		}
	}
}

// send takes a notice, sends it, and notes how that went.
func (s *Sender) send(ctx context.Context, client *http.Client, id model.ID) error {
	n, err := s.take(ctx, id)
	if n == nil || err != nil {
		return err
	}
	failed := post(ctx, client, n.Request)
	if ctx.Err() != nil {
		return nil // another node, or this one when it is back, sends it
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		n, err := Notices.Get(tx, id)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		if failed == nil {
			return Notices.Delete(tx, n)
		}
		now := time.Now().UTC()
		if now.Sub(n.Created) > life {
			s.Log.Error("a notice was never sent: its receiver did not take it in its time", "notice", id, "project", n.GroupID, "tries", n.Tries+1, "error", failed)
			return Notices.Delete(tx, n)
		}
		n.Due, n.Problem, n.Holder = now.Add(min(firstPause<<min(n.Tries, 20), mostPause)), failed.Error(), ""
		n.Tries++
		return Notices.Put(tx, n)
	})
}

// take notes that this node sends a notice; nil if it is not to be sent.
func (s *Sender) take(ctx context.Context, id model.ID) (n *Notice, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		now := time.Now().UTC()
		n, err = Notices.Get(tx, id)
		if err != nil || n.Due.After(now) || n.held(now) {
			n = nil
			return store.IfMissing(err, nil)
		}
		n.Holder, n.Until = s.Node, now.Add(lease)
		return Notices.Put(tx, n)
	})
	return n, err
}

// post sends a request. Errors name no more of the address than its host: the rest may be a secret.
func post(ctx context.Context, client *http.Client, r Request) error {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return fmt.Errorf("notify: the address is none")
	}
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", "Telamon")
	res, err := client.Do(req)
	if err != nil {
		if u, ok := err.(*url.Error); ok {
			err = u.Err
		}
		return fmt.Errorf("notify: %s: %w", req.URL.Host, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, longest))
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		return fmt.Errorf("notify: %s answers %d", req.URL.Host, res.StatusCode)
	case r.Expect == "":
		return nil
	case err != nil:
		return fmt.Errorf("notify: %s: %w", req.URL.Host, err)
	case !strings.Contains(string(answer), r.Expect):
		return fmt.Errorf("notify: %s has not taken it", req.URL.Host)
	}
	return nil
}

// Tables has the table of notices.
func (s *Sender) Tables() []*store.Schema { return []*store.Schema{Notices.Schema()} }
