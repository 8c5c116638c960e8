package dns

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Questions over UDP may come from somebody else than they say, who would get the answers: so answers to one network are
// few, and they say to ask over TCP. And a name that is not known has the store read, which one network cannot have often.
const (
	perSecond   = 200  // answers to one network
	burst       = 1000 // of them at once
	readsSecond = 2    // readings for one network
	readsBurst  = 10   // of them at once
	networks    = 4096 // that are told apart
)

// verdict is what becomes of a question.
type verdict int

const (
	now verdict = iota
	later
	never
)

// limits bounds the answers to each network.
type limits struct {
	answer *each
	slip   *each // short answers beyond that
}

func newLimits(clock func() time.Time) *limits {
	return &limits{newEach(perSecond, burst, clock), newEach(perSecond, burst, clock)}
}

// ask counts a question from a network.
func (l *limits) ask(network string) verdict {
	switch {
	case l.answer.allow(network):
		return now
	case l.slip.allow(network):
		return later
	}
	return never
}

// each is a limit that each network has for itself. It is safe for concurrent use.
type each struct {
	perSecond rate.Limit
	burst     int
	clock     func() time.Time

	mu  sync.Mutex
	all map[string]*rate.Limiter
}

func newEach(perSecond rate.Limit, burst int, clock func() time.Time) *each {
	return &each{perSecond: perSecond, burst: burst, clock: clock, all: map[string]*rate.Limiter{}}
}

// allow counts what a network does, and reports whether it may.
func (e *each) allow(network string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.all[network]
	if l == nil {
		if len(e.all) >= networks {
			clear(e.all)
		}
		l = rate.NewLimiter(e.perSecond, e.burst)
		e.all[network] = l
	}
	return l.AllowN(e.clock(), 1)
}
