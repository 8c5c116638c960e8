package bench

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xdg-go/scram"
)

// storm logs in from one address as fast as the gateway lets it, while it rages.
type storm struct {
	b      *testing.B
	at     net.Addr
	trust  *tls.Config // nil: without TLS
	as     *scram.Client
	cancel context.CancelFunc
	group  sync.WaitGroup

	air    sync.RWMutex // locked in a calm, and for reading while somebody logs in
	calm   bool
	logins atomic.Int64
	turned time.Time // when the present weather began
	raged  time.Duration
	during int64 // logins while it raged
	before int64 // logins when it began to
}

// newStorm returns a storm that rages.
func newStorm(b *testing.B, l net.Listener, trust *tls.Config) *storm {
	ctx, cancel := context.WithCancel(b.Context())
	s := &storm{b: b, at: l.Addr(), trust: trust, as: app(b), cancel: cancel}
	for range 4 {
		s.group.Go(func() {
			for ctx.Err() == nil {
				s.login(ctx)
			}
		})
	}
	s.await(600) // more than an address may begin at once: from then on it is as fast as it may be for long
	s.turned, s.before = time.Now(), s.logins.Load()
	return s
}

// login connects and logs in from another address than the benchmark's.
func (s *storm) login(ctx context.Context) {
	s.air.RLock()
	defer s.air.RUnlock()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}
	nc, err := dialer.DialContext(ctx, "tcp", s.at.String())
	if err != nil {
		if ctx.Err() == nil {
			s.b.Error(err)
			s.cancel()
		}
		return
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	if s.trust != nil {
		nc = tls.Client(nc, s.trust)
	}
	(&talker{b: s.b, nc: nc, r: bufio.NewReader(nc), gone: ctx}).login(s.as)
	s.logins.Add(1)
}

// turn changes the weather.
func (s *storm) turn() {
	if s.calm = !s.calm; s.calm {
		s.during += s.logins.Load() - s.before
		s.raged += time.Since(s.turned)
		s.air.Lock()
		s.turned = time.Now()
		return
	}
	s.air.Unlock()
	const saved = 300 // more logins than an address saves in a second of calm
	s.await(s.logins.Load() + int64(saved*time.Since(s.turned).Seconds()))
	s.turned, s.before = time.Now(), s.logins.Load()
}

// await waits for so many logins in all.
func (s *storm) await(n int64) {
	for s.logins.Load() < n && !s.b.Failed() {
		time.Sleep(time.Millisecond)
	}
}

// rate returns how many logins a second there were while it raged.
func (s *storm) rate() float64 { return float64(s.during) / s.raged.Seconds() }

func (s *storm) end() {
	if s.calm {
		s.air.Unlock()
	}
	s.cancel()
	s.group.Wait()
}
