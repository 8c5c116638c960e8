package server

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/trouble"
)

// hall is a server with few seats, whose page /slow is answered when the test says so.
type hall struct {
	t       *testing.T
	address string
	slow    chan struct{}
	entered chan struct{}
}

func newHall(t *testing.T, seats int) *hall {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t, l.Addr().String(), make(chan struct{}), make(chan struct{}, 100)}
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			h.entered <- struct{}{}
			<-h.slow
		}
	})
	s := httptest.NewUnstartedServer(keepSeat(handler))
	s.Listener.Close()
	s.Listener = &seated{l, share.NewSeats(seats), trouble.New(slog.New(slog.DiscardHandler), time.Now)}
	s.Config.ConnContext = withSeat
	s.Start()
	t.Cleanup(s.Close)
	return h
}

// dial connects from an address of the loopback interface.
func (h *hall) dial(from string) net.Conn {
	h.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.DialContext(h.t.Context(), "tcp", h.address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	return c
}

// ask sends a request and returns its answer's status, or 0 if the connection has ended.
func ask(c net.Conn, path string) int {
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// TestACrowdCostsItself: whoever opens more connections than there are, idle ones or such with half a request, loses the
// oldest of them; another address keeps its one, and anybody comes in.
func TestACrowdCostsItself(t *testing.T) {
	for what, text := range map[string]string{"idle": "", "half a head": "GET / HTTP/1.1\r\nHo", "half a body": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"} {
		h := newHall(t, 8)
		other := h.dial("127.0.0.2")
		if status := ask(other, "/"); status != http.StatusOK {
			t.Fatalf("%d", status)
		}
		for range 30 {
			if _, err := h.dial("127.0.0.1").Write([]byte(text)); err != nil && text != "" {
				t.Fatal(err)
			}
		}
		if status := ask(h.dial("127.0.0.1"), "/"); status != http.StatusOK {
			t.Errorf("%s: a newcomer of the crowd: %d", what, status)
		}
		if status := ask(h.dial("127.0.0.3"), "/"); status != http.StatusOK {
			t.Errorf("%s: a newcomer from elsewhere: %d", what, status)
		}
		if status := ask(other, "/"); status != http.StatusOK {
			t.Errorf("%s: who was there before: %d", what, status)
		}
	}
}

// TestWorkIsNotCutOff: a connection in the middle of a request keeps its seat.
func TestWorkIsNotCutOff(t *testing.T) {
	h := newHall(t, 3)
	statuses := make(chan int, 2)
	for range 2 {
		c := h.dial("127.0.0.1")
		go func() { statuses <- ask(c, "/slow") }()
		<-h.entered
	}
	for range 10 {
		if status := ask(h.dial("127.0.0.1"), "/"); status != http.StatusOK {
			t.Errorf("beside them: %d", status)
		}
	}
	close(h.slow)
	for range 2 {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("what was being worked on: %d", status)
		}
	}
}
