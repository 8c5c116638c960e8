package dns

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Questions over UDP may come from somebody else than they say, who would get the answers: so answers to one network are
// few, and they say to ask over TCP.
const (
	perSecond = 200  // answers to one network
	burst     = 1000 // of them at once
	networks  = 4096 // that are told apart
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
	clock func() time.Time

	mu     sync.Mutex
	answer map[string]*rate.Limiter
	slip   map[string]*rate.Limiter // short answers beyond that
}

func newLimits(clock func() time.Time) *limits {
	l := &limits{clock: clock}
	l.forget()
	return l
}

func (l *limits) forget() {
	l.answer, l.slip = map[string]*rate.Limiter{}, map[string]*rate.Limiter{}
}

// ask counts a question from a network.
func (l *limits) ask(network string) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answer[network] == nil {
		if len(l.answer) >= networks {
			l.forget()
		}
		l.answer[network], l.slip[network] = rate.NewLimiter(perSecond, burst), rate.NewLimiter(perSecond, burst)
	}
	switch at := l.clock(); {
	case l.answer[network].AllowN(at, 1):
		return now
	case l.slip[network].AllowN(at, 1):
		return later
	}
	return never
}
