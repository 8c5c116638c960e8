// Package bench compares the cost of Telamon with that of the same work without it. Every benchmark alternates between the
// two in one run and reports the median of their ratios, which depends less on the machine than the times do.
package bench

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// compare runs baseline and ours in turn, each n times a round, and reports how fast ours is: 1 is as fast, 0.5 takes
// twice as long.
func compare(b *testing.B, n int, baseline, ours func(n int)) {
	b.Helper()
	compareAfter(b, func() {}, n, baseline, ours)
}

// compareAfter is compare, and calls before, whose time does not count, before each turn.
func compareAfter(b *testing.B, before func(), n int, baseline, ours func(n int)) {
	b.Helper()
	var ratios []float64
	var base, own time.Duration
	for b.Loop() {
		before()
		x := took(n, baseline)
		before()
		y := took(n, ours)
		ratios = append(ratios, float64(x)/float64(y))
		base, own = base+x, own+y
	}
	slices.Sort(ratios)
	rounds := time.Duration(len(ratios) * n)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64((base/rounds).Nanoseconds())/1e3, "base-µs")
	b.ReportMetric(float64((own/rounds).Nanoseconds())/1e3, "ours-µs")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

func took(n int, do func(int)) time.Duration {
	began := time.Now()
	do(n)
	return time.Since(began)
}

// caller sends one request again and again over conns connections.
type caller struct {
	b      *testing.B
	client *http.Client
	conns  int
	url    string
	header http.Header
}

func newCaller(b *testing.B, conns int, url string, header http.Header) *caller {
	b.Helper()
	c := &caller{b: b, conns: conns, url: url, header: header, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns}}}
	b.Cleanup(c.client.CloseIdleConnections)
	return c
}

// send sends n requests in all.
func (c *caller) send(n int) {
	var group sync.WaitGroup
	for i := range c.conns {
		share := n / c.conns
		if i < n%c.conns {
			share++
		}
		group.Go(func() {
			for range share {
				c.one()
			}
		})
	}
	group.Wait()
}

// one sends a request and returns the answer's body.
func (c *caller) one() []byte {
	r, err := http.NewRequest(http.MethodGet, c.url, nil)
	if err != nil {
		c.b.Error(err)
		return nil
	}
	r.Header = c.header
	res, err := c.client.Do(r)
	if err != nil {
		c.b.Error(err)
		return nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		c.b.Errorf("%s: %d %s %v", c.url, res.StatusCode, body, err)
	}
	return body
}
