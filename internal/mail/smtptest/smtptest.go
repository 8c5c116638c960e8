// Package smtptest is a mail server for tests (RFC 5321): it takes letters over the wire and keeps them.
package smtptest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a mail server. Its fields are its settings; they are set before Start.
type Server struct {
	TLS      *tls.Config // what STARTTLS leads to; nil: it is not offered
	Implicit bool        // TLS from the first byte on
	User     string      // who must log in, by AUTH PLAIN; "" for nobody
	Password string
	Refusal  string // the answer to every recipient; "": they are taken
	Silent   bool   // takes connections and says nothing
	Curt     bool   // hangs up once it has taken a letter

	t       testing.TB
	addr    string
	wg      sync.WaitGroup
	mu      sync.Mutex
	l       net.Listener
	lines   map[net.Conn]bool
	letters []Letter
	came    chan struct{}
}

// Letter is a letter that has arrived.
type Letter struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string
	Text     string
	Secure   bool   // came over TLS
	User     string // who had logged in
}

// Start runs the server on a port of its own until the test ends.
func (s *Server) Start(t testing.TB) *Server {
	t.Helper()
	s.t, s.addr, s.lines, s.came = t, "127.0.0.1:0", map[net.Conn]bool{}, make(chan struct{}, 1)
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// Addr is HOST:PORT of the server; it stays the same when the server is down.
func (s *Server) Addr() string { return s.addr }

// Up listens again.
func (s *Server) Up() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.t.Fatalf("smtptest: %v", err)
	}
	s.addr = l.Addr().String()
	s.mu.Lock()
	s.l = l
	s.mu.Unlock()
	s.wg.Go(func() { s.accept(l) })
}

// Down closes all connections and accepts no others.
func (s *Server) Down() {
	s.mu.Lock()
	if s.l != nil {
		_ = s.l.Close()
	}
	s.l = nil
	for c := range s.lines {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Letters are those that have arrived, in order.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Next waits for letter number n, from 1, and returns it.
func (s *Server) Next(n int) Letter {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		if all := s.Letters(); len(all) >= n {
			return all[n-1]
		}
		select {
		case <-s.came:
		case <-deadline:
			s.t.Fatalf("smtptest: letter %d did not come; there are %d", n, len(s.Letters()))
		}
	}
}

func (s *Server) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.l != l {
			_ = c.Close()
		}
		s.lines[c] = true
		s.mu.Unlock()
		s.wg.Go(func() {
			s.serve(c)
			s.mu.Lock()
			delete(s.lines, c)
			s.mu.Unlock()
			_ = c.Close()
		})
	}
}

// talk is one connection's conversation.
type talk struct {
	*Server
	conn   net.Conn
	text   *textproto.Conn
	letter Letter
	secure bool
	user   string
}

func (s *Server) serve(c net.Conn) {
	k := &talk{Server: s}
	if s.Silent {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	k.speak(c)
	if s.Implicit {
		k.secured()
	}
	k.say("220 sink ESMTP")
	for {
		line, err := k.text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if !k.answer(strings.ToUpper(verb), rest) {
			return
		}
	}
}

func (k *talk) speak(c net.Conn) { k.conn, k.text = c, textproto.NewConn(c) }

func (k *talk) secured() {
	k.speak(tls.Server(k.conn, k.TLS))
	k.secure = true
}

func (k *talk) say(line string) { _ = k.text.PrintfLine("%s", line) }

func (k *talk) answer(verb, rest string) (goesOn bool) {
	switch verb {
	case "EHLO", "HELO":
		k.say("250-sink")
		k.say("250-ENHANCEDSTATUSCODES")
		if k.TLS != nil && !k.secure {
			k.say("250-STARTTLS")
		}
		if k.User != "" {
			k.say("250-AUTH PLAIN")
		}
		k.say("250 8BITMIME")
	case "STARTTLS":
		k.say("220 go on")
		k.secured()
	case "AUTH":
		k.login(rest)
	case "MAIL", "RCPT":
		k.envelope(verb, rest)
	case "DATA":
		k.data()
		return !k.Curt
	case "RSET", "NOOP":
		k.say("250 ok")
	case "QUIT":
		k.say("221 bye")
		return false
	default:
		k.say("500 what?")
	}
	return true
}

func (k *talk) login(rest string) {
	_, encoded, _ := strings.Cut(rest, " ")
	raw, _ := base64.StdEncoding.DecodeString(encoded)
	if string(raw) != "\x00"+k.User+"\x00"+k.Password {
		k.say("535 no: " + string(raw[strings.LastIndexByte(string(raw), 0)+1:])) // as rude as a server can be
		return
	}
	k.user = k.User
	k.say("235 welcome")
}

func (k *talk) envelope(verb, rest string) {
	_, address, _ := strings.Cut(rest, "<")
	address, _, _ = strings.Cut(address, ">")
	switch {
	case k.user != k.User:
		k.say("530 log in first")
	case verb == "MAIL":
		k.letter = Letter{From: address, Secure: k.secure, User: k.user}
		k.say("250 ok")
	case k.Refusal != "":
		k.say(k.Refusal)
	default:
		k.letter.To = address
		k.say("250 ok")
	}
}

func (k *talk) data() {
	k.say("354 go on")
	m, err := mail.ReadMessage(bufio.NewReader(k.text.DotReader()))
	if err == nil {
		err = k.read(m)
	}
	if err != nil {
		k.say("554 unreadable: " + strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	k.mu.Lock()
	k.letters = append(k.letters, k.letter)
	k.mu.Unlock()
	select {
	case k.came <- struct{}{}:
	default:
	}
	k.say("250 taken")
}

// read is what a mail program makes of a message.
func (k *talk) read(m *mail.Message) (err error) {
	k.letter.Header = m.Header
	if k.letter.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return err
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	k.letter.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	return err
}
