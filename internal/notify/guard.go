// Package notify sends what users have asked to be told to where they have asked for it: requests to services such as Slack,
// and to addresses of their own.
//
// A notice is a row, so a crash, or a receiver that is down, may delay it, but loses none. An address is checked when a
// connection is made to it, so a name that leads elsewhere by then is refused too. Receivers that hang hold up nobody but
// themselves.
package notify

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Guard says where requests may go. Without more, that is public addresses.
type Guard struct {
	Loopback bool           // this machine too
	Allowed  []netip.Prefix // these too
}

// forbidden are networks that no public service has, beside those that package netip knows. Source: IANA's registries of
// special-purpose addresses.
var forbidden = func() (all []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

var everywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// Check returns an error if no request may go to an address.
func (g Guard) Check(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	for _, p := range g.Allowed {
		if p.Contains(addr) {
			return nil
		}
	}
	if addr.IsLoopback() {
		if g.Loopback {
			return nil
		}
		return fmt.Errorf("notify: %s is this machine", addr)
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return fmt.Errorf("notify: %s is no public address", addr)
	}
	for _, p := range forbidden {
		if p.Contains(addr) {
			return fmt.Errorf("notify: %s is no public address", addr)
		}
	}
	return nil
}

// client makes requests that the guard lets through, and follows no redirects.
func (g Guard) client() *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return g.Check(at.Addr())
	}}
	return &http.Client{
		Timeout: requestTime,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: requestTime, MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// What a receiver may take.
const (
	dialTime    = 5 * time.Second
	requestTime = 10 * time.Second
	longest     = 64 << 10 // bytes of an answer that are read
)
