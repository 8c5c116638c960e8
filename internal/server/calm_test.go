package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// noted is one end of a pipe that counts the deadlines it is given.
type noted struct {
	net.Conn
	reads, writes atomic.Int32
}

func (c *noted) SetReadDeadline(t time.Time) error {
	c.reads.Add(1)
	return c.Conn.SetReadDeadline(t)
}

func (c *noted) SetWriteDeadline(t time.Time) error {
	c.writes.Add(1)
	return c.Conn.SetWriteDeadline(t)
}

// calmServer serves h over a calm connection with the timeouts of this server, and returns both of its ends.
func calmServer(t *testing.T, h http.HandlerFunc) (client net.Conn, server *noted) {
	client, far := net.Pipe()
	server = &noted{Conn: far}
	l := &oneConn{conn: newCalmConn(server), end: make(chan struct{})}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		client.Close()
		s.Close()
		<-served
	})
	return client, server
}

// oneConn is a listener with one connection.
type oneConn struct {
	conn net.Conn
	end  chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.end
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	select {
	case <-l.end:
	default:
		close(l.end)
	}
	return nil
}

func (*oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// TestDeadlinesAreSetWhereTheyCount: requests one after another move deadlines rarely; a client that stops in the middle of a
// head, and one that says nothing more, are cut off in time, which may be a sixteenth early.
func TestDeadlinesAreSetWhereTheyCount(t *testing.T) {
	for _, c := range []struct {
		name, last string
		most       time.Duration
	}{{"half a head", "GET / HT", 10 * time.Second}, {"nothing", "", 2 * time.Minute}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := calmServer(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
				answers := bufio.NewReader(client)
				for range 100 {
					time.Sleep(time.Millisecond)
					request(t, client, answers)
				}
				if reads, writes := server.reads.Load(), server.writes.Load(); reads > 3 || writes > 2 {
					t.Errorf("100 requests moved the deadline of reads %d times, that of writes %d times", reads, writes)
				}
				if _, err := io.WriteString(client, c.last); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				if _, err := io.Copy(io.Discard, answers); err != nil {
					t.Errorf("the connection ended with %v", err)
				}
				if took := time.Since(began); took > c.most || took < c.most*9/10 {
					t.Errorf("it was cut off after %v; it may take %v", took, c.most)
				}
			})
		})
	}
}

func request(t *testing.T, client net.Conn, answers *bufio.Reader) {
	t.Helper()
	if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(res.Body); string(body) != "hello" || err != nil {
		t.Fatalf("%s %v", body, err)
	}
}

// TestSlowBodiesEnd: the deadline of a whole request holds for a body that comes byte by byte.
func TestSlowBodiesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		client, _ := calmServer(t, func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			ended <- err
		})
		began := time.Now()
		if _, err := io.WriteString(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		var sender sync.WaitGroup
		defer sender.Wait()
		defer client.Close()
		sender.Go(func() {
			for {
				if _, err := io.WriteString(client, "x"); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the body ended with %v", err)
		}
		if took := time.Since(began); took > time.Minute || took < 50*time.Second {
			t.Errorf("it was cut off after %v", took)
		}
	})
}

// TestAnswersThatNobodyReadsEnd: the deadline of an answer holds while a write waits.
func TestAnswersThatNobodyReadsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		client, _ := calmServer(t, func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, strings.Repeat("x", 1<<20))
			ended <- err
		})
		if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the answer ended with %v", err)
		}
	})
}

// TestWhatComesDuringAnAnswer: a request that is sent before the answer to the one before it is answered after it; and a
// connection that is closed meanwhile ends.
func TestWhatComesDuringAnAnswer(t *testing.T) {
	go1, entered := make(chan struct{}), make(chan struct{}, 2)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-go1
		fmt.Fprint(w, "hello")
	})}
	served := make(chan error, 1)
	go func() { served <- s.Serve(calm{l}) }()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	close(go1)
	answers := bufio.NewReader(client)
	for range 2 {
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); string(body) != "hello" || err != nil {
			t.Errorf("%s %v", body, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-served
}

// TestClosingEndsTheWait: a connection that is closed leaves no read waiting.
func TestClosingEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		c := newCalmConn(far)
		ended := make(chan error, 1)
		go func() {
			_, err := c.Read(make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		c.Close()
		if err := <-ended; err == nil {
			t.Error("it has read something")
		}
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a closed connection can be read")
		}
	})
}
