package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	// patience is how long a mail server may take over a letter. It is less than the lease of the work.
	patience = 15 * time.Second
	// rest is how long a mail server that exceeded patience is left alone. If letters waited for it one by one, they
	// would keep the runner's workers from all other work.
	rest = time.Minute
)

// SMTP is the transport to a mail server (RFC 5321). ParseURL makes one.
type SMTP struct {
	host     string
	port     int
	implicit bool // TLS from the first byte on (RFC 8314); else by STARTTLS where the server offers it
	config   *tls.Config
	user     string
	secret   string
	from     string
	tired    atomic.Pointer[time.Time] // when a letter waited in vain last
}

// errTired says that the server is being left alone (rest).
var errTired = errors.New("it did not answer a moment ago")

// errURL does not quote the text, which may have a password.
var errURL = errors.New("must be smtp://[USER:PASSWORD@]HOST[:PORT][?from=ADDRESS], or smtps:// for TLS from the first byte on")

// ParseURL reads the URL of a mail server: smtp://[USER:PASSWORD@]HOST[:PORT], port 587, or smtps://, port 465. Letters
// come from the address in the parameter from, or else from the user if that is an address, or else from no-reply at
// the host. Errors contain no part of the text.
func ParseURL(text string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return nil, errURL
	}
	s := &SMTP{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps"}
	s.config = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	s.secret, _ = u.User.Password()
	s.port = map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if p := u.Port(); p != "" && s.port != 0 {
		s.port, err = strconv.Atoi(p)
	}
	params, perr := url.ParseQuery(u.RawQuery)
	from := params.Get("from")
	params.Del("from")
	if err != nil || perr != nil || s.port < 1 || s.port > 65535 || len(params) > 0 || (s.user == "") != (s.secret == "") {
		return nil, errURL
	}
	if s.from = from; from == "" {
		s.from = s.sender()
	}
	if _, err := (Message{To: s.from}).compose(s.from); err != nil {
		return nil, errURL
	}
	return s, nil
}

// sender is the address that letters come from where none is named.
func (s *SMTP) sender() string {
	if strings.Contains(s.user, "@") {
		return s.user
	}
	if _, err := netip.ParseAddr(s.host); err == nil || !strings.Contains(s.host, ".") {
		return "no-reply@" + nowhere
	}
	return "no-reply@" + s.host
}

// Send hands a message to the server. It sends a password over encrypted connections only.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	c, err := m.compose(s.from)
	if err != nil {
		return err
	}
	if t := s.tired.Load(); t != nil && time.Since(*t) < rest {
		return fmt.Errorf("mail: the mail server %s: %w", s, errTired)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, hangUp, err := s.client(ctx)
	defer hangUp()
	if err == nil {
		err = client.DialAndSendWithContext(ctx, c)
	}
	if c.IsDelivered() {
		return nil // however the server takes its leave: a letter that is handed in again is read twice
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		now := time.Now()
		s.tired.Store(&now)
	}
	if err != nil && s.secret != "" && strings.Contains(err.Error(), s.secret) {
		err = errors.New("it answers with the password that it was given")
	}
	if err != nil {
		return fmt.Errorf("mail: the mail server %s: %w", s, final(err))
	}
	return nil
}

// final adds ErrRefused to an error that says that there is no such recipient. Other refusals may come of the server's
// settings or of ours, which somebody can correct. Source: RFC 5321, section 4.2.3, and RFC 3463, section 3.2.
func final(err error) error {
	var refused *gomail.SendError
	if !errors.As(err, &refused) || refused.Reason != gomail.ErrSMTPRcptTo || !slices.Contains([]int{550, 551, 553}, refused.ErrorCode()) {
		return err
	}
	if why := refused.EnhancedStatusCode(); why != "" && !strings.HasPrefix(why, "5.1.") {
		return err
	}
	return errors.Join(ErrRefused, err)
}

// client returns a client for one connection, which ends with ctx or hangUp: by itself the library would wait for ever
// for a server that does not answer.
func (s *SMTP) client(ctx context.Context) (c *gomail.Client, hangUp func(), err error) {
	var line net.Conn
	hangUp = func() {
		if line != nil {
			_ = line.Close() // what matters of it has been said by then
		}
	}
	dial := func(_ context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		line = conn
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		if s.implicit {
			conn = tls.Client(conn, s.config)
		}
		return conn, nil
	}
	opts := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(patience), gomail.WithDialContextFunc(dial), gomail.WithoutNoop(),
		gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithTLSConfig(s.config),
	}
	if s.user != "" {
		opts = append(opts, gomail.WithUsername(s.user), gomail.WithPassword(s.secret), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	c, err = gomail.NewClient(s.host, opts...)
	return c, hangUp, err
}

// String is the server's address, without credentials.
func (s *SMTP) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }
