package failure

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Request is what rules look at of a request.
type Request struct {
	Operation    string
	Aliases      []string
	Family       string
	Method, Path string
}

// Names tells what rules can name.
type Names struct {
	Operation func(id string) bool
	Family    func(tag string) bool
	Works     []string // kinds of work
}

// Errors of Add.
var ErrTooMany = errors.New("there are 100 rules already: remove some")

// Rules are the rules of a server. The zero value has none. Its methods are safe for concurrent use.
type Rules struct {
	Now func() time.Time

	any   atomic.Bool // there are some: without any, a request asks no more than that
	mu    sync.Mutex
	all   []*Rule
	added int
}

// Add adds a rule, and returns it with its id. The error says what is wrong with it.
func (s *Rules) Add(r Rule, known Names) (Rule, error) {
	if err := r.check(known); err != nil {
		return r, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= MaxRules {
		return r, ErrTooMany
	}
	s.added++
	r.ID, r.Seen, r.Failed, r.counts = strconv.Itoa(s.added), 0, 0, map[string]uint64{}
	if r.For > 0 {
		r.until = s.Now().Add(time.Duration(r.For))
	}
	s.all = append(s.all, &r)
	s.any.Store(true)
	return r, nil
}

// List returns all rules, those that are over too, so that their counts can be read.
func (s *Rules) List() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Rule, len(s.all))
	for i, r := range s.all {
		list[i] = *r
	}
	return list
}

// Remove ends a rule, or all if id is "". It reports whether there was one.
func (s *Rules) Remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.all)
	s.all = slices.DeleteFunc(s.all, func(r *Rule) bool { return id == "" || r.ID == id })
	s.any.Store(len(s.all) > 0)
	return len(s.all) < before
}

// Meet has a request meet the rules: it waits as long as they say, and returns the error that they ask for, or nil.
func (s *Rules) Meet(ctx context.Context, q Request) error {
	if !s.any.Load() {
		return nil
	}
	delay, err := s.fate(q)
	wait(ctx, delay)
	return err
}

// fate is what the rules say of a request. The first rule that has an error decides which.
func (s *Rules) fate(q Request) (delay time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, r := range s.all {
		if !r.matches(q) || r.over(now) {
			continue
		}
		slow, fails := r.strikes(q.Operation)
		if !fails {
			continue
		}
		delay += slow
		if err = r.error(); err != nil {
			break
		}
	}
	return delay, err
}

// strikes counts a request or a command of a name, and reports whether it fails, and how long it waits before.
func (r *Rule) strikes(name string) (delay time.Duration, fails bool) {
	r.Seen++
	chance, slow := draws(r.Seed, name, r.counts[name])
	r.counts[name]++
	if r.Probability > 0 && chance >= r.Probability {
		return 0, false
	}
	r.Failed++
	return r.Delay.of(slow), true
}

// Holds reports whether a rule keeps work from being done.
func (s *Rules) Holds(kind, object string) bool {
	if !s.any.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for _, r := range s.all {
		if r.Work == kind && (r.Object == "" || r.Object == object) && !r.over(now) {
			r.Seen++
			r.Failed++
			return true
		}
	}
	return false
}
