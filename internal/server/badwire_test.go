package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
)

// soon is when a server under test gives up on a client; patience is how long the test waits for that.
const (
	soon     = 500 * time.Millisecond
	patience = 10 * time.Second
)

// wire is a running server as a stranger on the network reaches it.
type wire struct {
	t       *testing.T
	scene   *scene
	address string
	token   string
}

// newWire runs the scene's server, which has no patience with its clients.
func newWire(t *testing.T) *wire {
	t.Helper()
	m := newScene(t)
	s := m.server
	s.cfg.timeouts = timeouts{header: soon, request: 2 * soon, answer: patience, idle: patience, drain: patience}
	ctx, stop := context.WithCancel(t.Context())
	h := s.http(lasting(t.Context(), s.handler()))
	done := make(chan error, 1)
	go func() { done <- serve(ctx, h, s.api, patience) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return &wire{t, m, s.api.Addr().String(), ownerToken(t, s)}
}

// exchange is one connection: what the client sends, and perhaps that it then ends its side or goes on for ever.
type exchange struct {
	send    string
	end     bool   // the client sends no more
	forever string // what the client sends again and again
}

// do returns the first answer, or nil if the server closes the connection without one. Who sends for ever must be cut off.
func (w *wire) do(x exchange) (*http.Response, string) {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		w.t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- x.write(conn) }()
	defer func() {
		if x.forever == "" {
			conn.Close()
		}
		if err := <-sent; errors.Is(err, os.ErrDeadlineExceeded) {
			w.t.Errorf("%.60q: the server takes it for ever", x.send)
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			w.t.Errorf("%.60q: the server waits for ever", x.send)
		}
		return nil, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Errorf("%.60q: %v", x.send, err)
	}
	return res, string(body)
}

func (x *exchange) write(conn net.Conn) error {
	_, err := io.WriteString(conn, x.send)
	for err == nil && x.forever != "" {
		_, err = io.WriteString(conn, x.forever)
	}
	if x.end && err == nil {
		err = conn.(*net.TCPConn).CloseWrite()
	}
	return err
}

// request is a request with the owner's token; headers are whole lines.
func (w *wire) request(line string, headers ...string) string {
	return line + " HTTP/1.1\r\nHost: telamon.example\r\nAuthorization: Bearer " + w.token + "\r\nAccept: application/vnd.atlas.2025-03-12+json\r\n" +
		strings.Join(append(headers, "\r\n"), "\r\n")
}

const (
	post    = "POST " + api.Prefix + "/groups"
	isJSON  = "Content-Type: application/json"
	closing = "Connection: close"
)

// TestBrokenRequests: what is no request, or half of one, or has no end, gets a 4xx or a closed connection in bounded
// time, and changes nothing.
func TestBrokenRequests(t *testing.T) {
	w := newWire(t)
	before := w.scene.digest(t)
	whole := fmt.Sprintf(`{"name":"half","orgId":%q}`, w.scene.org)
	length := fmt.Sprintf("Content-Length: %d", len(whole))
	cases := map[string]struct {
		exchange
		status int // 0: none
	}{
		"garbage":                  {exchange{send: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"}, 400},
		"nothing":                  {exchange{}, 0},
		"nothing, and it ends":     {exchange{end: true}, 0},
		"half a line":              {exchange{send: "GET /api/at"}, 400},
		"half the headers":         {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\n"}, 0},
		"headers without end":      {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\n", forever: "X-A: " + strings.Repeat("a", 1000) + "\r\n"}, 431},
		"a line without end":       {exchange{send: "GET /", forever: strings.Repeat("a", 1000)}, 431},
		"huge header":              {exchange{send: w.request("GET "+api.Prefix, "X-A: "+strings.Repeat("a", 100<<10))}, 431},
		"no host":                  {exchange{send: "GET / HTTP/1.1\r\n\r\n"}, 400},
		"two hosts":                {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}, 400},
		"another protocol":         {exchange{send: "GET / HTTP/7.3\r\nHost: a\r\n\r\n"}, 505},
		"header without colon":     {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"}, 400},
		"header with a space":      {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"}, 400},
		"NUL in a header":          {exchange{send: "GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n"}, 400},
		"NUL in the path":          {exchange{send: "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n"}, 400},
		"broken escape in a path":  {exchange{send: w.request("GET " + api.Prefix + "/groups/%zz")}, 400},
		"cut escape in a path":     {exchange{send: w.request("GET " + api.Prefix + "/groups/%4")}, 400},
		"length that is none":      {exchange{send: w.request(post, isJSON, "Content-Length: x")}, 400},
		"negative length":          {exchange{send: w.request(post, isJSON, "Content-Length: -1")}, 400},
		"two lengths":              {exchange{send: w.request(post, isJSON, "Content-Length: 2", "Content-Length: 3") + "{} "}, 400},
		"unknown coding":           {exchange{send: w.request(post, isJSON, "Transfer-Encoding: zip") + "{}"}, 501},
		"half a body":              {exchange{send: w.request(post, isJSON, length) + whole[:9]}, 400},
		"half a body, and it ends": {exchange{send: w.request(post, isJSON, length) + whole[:9], end: true}, 400},
		"no body where one is due": {exchange{send: w.request(post, isJSON, length)}, 400},
		"too large":                {exchange{send: w.request(post, isJSON, "Content-Length: 10485760"), forever: strings.Repeat(" ", 1000)}, 413},
		"chunks without end":       {exchange{send: w.request(post, isJSON, "Transfer-Encoding: chunked"), forever: "400\r\n" + strings.Repeat(" ", 0x400) + "\r\n"}, 413},
		"a slow chunk":             {exchange{send: w.request(post, isJSON, "Transfer-Encoding: chunked") + "a\r\n{"}, 400},
		"chunk of no size":         {exchange{send: w.request(post, isJSON, "Transfer-Encoding: chunked") + "zz\r\n{}\r\n0\r\n\r\n"}, 400},
		"chunk of all sizes":       {exchange{send: w.request(post, isJSON, "Transfer-Encoding: chunked") + "fffffffffffffffff\r\n{}"}, 400},
		"no last chunk, it ends":   {exchange{send: w.request(post, isJSON, "Transfer-Encoding: chunked") + "2\r\n{}\r\n", end: true}, 400},
		"expects the unexpected":   {exchange{send: w.request(post, isJSON, "Expect: miracles", length) + whole}, 417},
		"large, asks first":        {exchange{send: w.request(post, isJSON, "Expect: 100-continue", "Content-Length: 10485760")}, 413},
		"nobody, asks first":       {exchange{send: post + " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"}, 401},
		"not JSON, asks first":     {exchange{send: w.request(post, "Content-Type: text/plain", "Expect: 100-continue", "Content-Length: 10")}, 415},
		"lower-case method":        {exchange{send: w.request("get "+api.Prefix+"/groups", closing)}, 405},
		"unknown method":           {exchange{send: w.request("BREW "+api.Prefix+"/groups", closing)}, 405},
		"unknown method, nowhere":  {exchange{send: w.request("BREW "+api.Prefix+"/nowhere", closing)}, 404},
		"method and no path":       {exchange{send: w.request("CONNECT telamon.example:80", closing)}, 404},
	}
	t.Run("all", func(t *testing.T) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w.holds(t, c.exchange, c.status)
			})
		}
	})
	if w.scene.digest(t) != before {
		t.Error("something has been stored")
	}
}

// TestWhoEndsItsSideIsAnswered: a client may end its side of the connection once it has sent its request.
func TestWhoEndsItsSideIsAnswered(t *testing.T) {
	w := newWire(t)
	for i := range 20 {
		body := fmt.Sprintf(`{"name":"half-closed-%d","orgId":%q}`, i, w.scene.org)
		for _, send := range []string{
			w.request("GET "+api.Prefix+"/groups", closing),
			w.request(post, isJSON, fmt.Sprintf("Content-Length: %d", len(body)), closing) + body,
		} {
			if res, answer := w.do(exchange{send: send, end: true}); res == nil || res.StatusCode != http.StatusOK {
				t.Fatalf("%v %s", res, answer)
			}
		}
	}
}

// holds fails the test unless the exchange is answered with the status, in the API's shape if the API answers, or not at
// all with status 0.
func (w *wire) holds(t *testing.T, x exchange, status int) {
	t.Helper()
	here := *w
	here.t = t
	res, body := here.do(x)
	if res == nil {
		if status != 0 {
			t.Errorf("no answer, want %d", status)
		}
		return
	}
	if res.StatusCode != status {
		t.Errorf("%s %s, want %d", res.Status, body, status)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		var e api.Error
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.Status != res.StatusCode || e.ErrorCode == "" {
			t.Errorf("not in the API's shape: %s (%v)", body, err)
		}
	}
}

// TestASlowCrowdKeepsNobodyOut: hundreds of clients that say nothing, or half of it, do not keep others from being served.
func TestASlowCrowdKeepsNobodyOut(t *testing.T) {
	w := newWire(t)
	part := w.request(post, isJSON, "Content-Length: 100")
	for i := range 300 {
		conn, err := net.Dial("tcp", w.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, part[:i%len(part)]); err != nil {
			t.Fatal(err)
		}
	}
	res, body := w.do(exchange{send: w.request("GET "+api.Prefix+"/groups", closing)})
	if res == nil || res.StatusCode != http.StatusOK {
		t.Errorf("%v %s", res, body)
	}
}
