package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/letters"
	ours "github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

var then = time.Date(2025, 3, 12, 9, 42, 7, 0, time.UTC)

// read is what a mail program makes of a message.
func read(t *testing.T, raw string) (h mail.Header, subject, text string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, strings.ReplaceAll(string(body), "\r\n", "\n")
}

func TestAMailProgramReadsWhatWasWritten(t *testing.T) {
	long := "http://127.0.0.1:8080/invitations/" + strings.Repeat("x_-9", 30)
	for _, m := range []ours.Message{
		{ID: "a", To: "jane@example.com", Subject: "Hello", Text: "One line\n", Date: then},
		{ID: "b", To: "jane+x@example.com", Subject: "Ünïcödé " + strings.Repeat("日本", 40), Text: "a=b\n\n" + long + "\n.\nFrom ☕\n", Date: then},
		{ID: "c", To: "j@example.com", Subject: "two\r\nBcc: eve@example.com", Text: "", Date: then},
	} {
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(raw), "\r\n") {
			if len(line) > 78 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("message %s has the line %q", m.ID, line)
			}
		}
		h, subject, text := read(t, string(raw))
		if subject != m.Subject || text != m.Text || h.Get("To") != "<"+m.To+">" || h.Get("Bcc") != "" {
			t.Errorf("message %s reads %q %q %q", m.ID, h.Get("To"), subject, text)
		}
		if date, err := h.Date(); err != nil || !date.Equal(then) {
			t.Errorf("message %s is of %v (%v)", m.ID, date, err)
		}
	}
}

func TestAHeaderCannotBeInjected(t *testing.T) {
	m := ours.Message{ID: "a", To: "x@example.com>\r\nBcc: <eve@example.com", Date: then}
	raw, err := m.Encode()
	if err == nil && strings.Contains(string(raw), "\r\nBcc:") {
		t.Fatalf("%s", raw)
	}
}

// flaky fails a number of times before it sends.
type flaky struct {
	ours.Outbox
	failures int
}

var errFlaky = errors.New("no route")

func (f *flaky) Send(ctx context.Context, m ours.Message) error {
	if f.failures--; f.failures >= 0 {
		return errFlaky
	}
	return f.Outbox.Send(ctx, m)
}

// post is a store with one letter to Jane, and what sends it.
type post struct {
	ours.Sender
	id  string
	now time.Time
	log bytes.Buffer
}

func newPost(t *testing.T, transport ours.Transport) *post {
	t.Helper()
	p := &post{now: then}
	p.Store = sqlitetest.Open(t, func() time.Time { return p.now }, letters.Letters.Schema(), reconcile.Works.Schema())
	p.Transport, p.Log = transport, slog.New(slog.NewTextHandler(&p.log, nil))
	err := p.Store.Update(t.Context(), func(tx store.Tx) (err error) {
		p.id, err = letters.Queue(tx, "jane@example.com", "Subject", "the secret", then.Add(30*24*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// send tries to send the letter and says how long it will wait before it tries again.
func (p *post) send(t *testing.T) time.Duration {
	t.Helper()
	again, err := p.Reconcile(t.Context(), p.id)
	if err != nil {
		t.Fatal(err)
	}
	if again.IsZero() {
		return 0
	}
	return again.Sub(p.now)
}

// letters is how many letters there are.
func (p *post) letters(t *testing.T) (n int64) {
	t.Helper()
	err := p.Store.View(t.Context(), func(tx store.Tx) (err error) {
		n, err = letters.Letters.Count(tx, store.Query{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALetterIsSentOnceAndForgotten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	p := newPost(t, &flaky{Outbox: ours.Outbox{Dir: dir}, failures: 14})
	for i := range 14 {
		want := min(time.Second<<i, time.Hour)
		if wait := p.send(t); wait != want {
			t.Fatalf("after failure %d it waits %v, not %v", i+1, wait, want)
		}
		p.now = p.now.Add(want)
	}
	for range 2 {
		if wait := p.send(t); wait != 0 || p.letters(t) != 0 {
			t.Fatalf("a letter that has gone waits %v", wait)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 1 || filepath.Base(names[0]) != p.id+".eml" {
		t.Fatalf("the outbox has %v (%v)", names, err)
	}
	raw, err := os.ReadFile(names[0])
	if err != nil || !strings.Contains(string(raw), "the secret") {
		t.Fatalf("%s (%v)", raw, err)
	}
	if text := p.log.String(); strings.Count(text, "no route") != 14 || strings.Contains(text, "the secret") {
		t.Errorf("the log is %s", text)
	}
}

func TestALetterThatIsTooLateIsNotSent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	p := newPost(t, &flaky{Outbox: ours.Outbox{Dir: dir}, failures: 1})
	p.send(t)
	p.now = then.Add(30 * 24 * time.Hour)
	if wait := p.send(t); wait != 0 || p.letters(t) != 0 || !strings.Contains(p.log.String(), "never sent") {
		t.Fatalf("it waits %v; the log is %s", wait, &p.log)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it was sent")
	}
}

// refusing never takes a letter.
type refusing struct{}

func (refusing) Send(context.Context, ours.Message) error {
	return fmt.Errorf("550: %w", ours.ErrRefused)
}

func TestALetterThatIsRefusedIsForgotten(t *testing.T) {
	p := newPost(t, refusing{})
	if wait := p.send(t); wait != 0 || p.letters(t) != 0 || !strings.Contains(p.log.String(), "never sent") || strings.Contains(p.log.String(), "the secret") {
		t.Fatalf("it waits %v; the log is %s", wait, &p.log)
	}
}

func TestALetterThatIsWithdrawnIsNotSent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	p := newPost(t, ours.Outbox{Dir: dir})
	for range 2 {
		if err := p.Store.Update(t.Context(), func(tx store.Tx) error { return letters.Withdraw(tx, p.id) }); err != nil {
			t.Fatal(err)
		}
	}
	if wait := p.send(t); wait != 0 {
		t.Fatalf("it waits %v", wait)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it was sent")
	}
}

// Whatever the strings are, a message is refused or reads as it was written.
func FuzzEncode(f *testing.F) {
	f.Add("jane@example.com", "Hello", "One line\n")
	f.Add("x@y\r\nBcc: z@y", "a\r\nb =?utf-8?q?x?= =?", "a=\r\n\r.\n \t\x00")
	f.Fuzz(func(t *testing.T, to, subject, text string) {
		raw, err := ours.Message{ID: "a", To: to, Subject: subject, Text: text, Date: then}.Encode()
		if err != nil {
			return
		}
		m, err := mail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatalf("%v: %q", err, raw)
		}
		if len(m.Header) != 9 {
			t.Fatalf("the headers are %v", m.Header)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		if err != nil || lines.Replace(string(body)) != lines.Replace(text) {
			t.Fatalf("%q reads %q (%v)", text, body, err)
		}
	})
}
