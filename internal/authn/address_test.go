package authn

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestTheAddressBehindProxies(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1", "198.51.100.1", "192.0.2.1"},
		{"127.0.0.1", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1", "203.0.113.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"},
		{"127.0.0.1", "10.9.9.9,10.1.2.3", "10.9.9.9"},
		{"127.0.0.1", "", "127.0.0.1"},
		{"127.0.0.1", ",", "127.0.0.1"},
		{"127.0.0.1", "nonsense", "127.0.0.1"},
		{"127.0.0.1", "198.51.100.1, unknown, 10.1.2.3", "10.1.2.3"},
		{"127.0.0.1", "198.51.100.1:443", "198.51.100.1"},
		{"127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"},
		{"127.0.0.1", "[2001:db8::1]", "2001:db8::1"},
		{"127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"},
		{"::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"},
		{"::ffff:192.0.2.1", "", "192.0.2.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(c.peer), 5).String()
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := w.auth.Address(r).String(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// FuzzForwarded: whatever a header says, the address is the trusted peer's own or one that the header names, and one
// that a stranger writes in front of what the proxy appended is never believed.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"198.51.100.1", "10.0.0.1,10.0.0.2", "[::1]:5, x", ",,", "fe80::1%eth0"} {
		f.Add(s)
	}
	a := New(nil, nil, nil, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")})
	peer, caller := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("203.0.113.7")
	f.Fuzz(func(t *testing.T, header string) {
		got := a.client(peer, header)
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("%q: %v", header, got)
		}
		if got != peer && strings.Trim(header, " ,") == "" {
			t.Errorf("%q names nobody, yet: %v", header, got)
		}
		if got := a.client(peer, header+", "+caller.String()); got != caller {
			t.Errorf("%q was believed: %v", header, got)
		}
	})
}
