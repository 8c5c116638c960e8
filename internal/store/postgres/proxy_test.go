package postgres

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// proxy stands between a store and PostgreSQL, and cuts a connection when a statement goes by, or keeps the statement.
type proxy struct {
	url      string
	to, addr string       // network and address of PostgreSQL
	cuts     atomic.Int32 // how many times to cut from now on
	at       atomic.Value // the statement's text
	pass     atomic.Bool  // whether the statement reaches PostgreSQL before
	hang     atomic.Bool  // not to cut, but to say nothing more
}

func newProxy(t *testing.T, address string) *proxy {
	t.Helper()
	cfg, err := pgconn.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Del("host")
	q.Set("sslmode", "disable")
	u.Host, u.RawQuery = l.Addr().String(), q.Encode()
	p := &proxy{url: u.String()}
	p.to, p.addr = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.relay(client) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return p
}

// cut makes the next n connections end on which the text goes by, before it has reached PostgreSQL or after.
func (p *proxy) cut(text string, n int32, pass bool) {
	p.at.Store([]byte(text))
	p.pass.Store(pass)
	p.cuts.Store(n)
}

func (p *proxy) relay(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.to, p.addr)
	if err != nil {
		return
	}
	defer server.Close()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		defer client.Close()
		_, _ = io.Copy(client, server) // ends with either side
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		at, _ := p.at.Load().([]byte)
		if at != nil && bytes.Contains(buf[:n], at) && p.cuts.Add(-1) >= 0 {
			if p.hang.Load() {
				_, _ = io.Copy(io.Discard, client) // until the client has had enough
				return
			}
			if p.pass.Load() {
				client.Close()
				_, _ = server.Write(buf[:n])
				<-answered // PostgreSQL has done it, and the answer has found nobody
			}
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}
