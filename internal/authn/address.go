package authn

import (
	"net/http"
	"net/netip"
	"strings"
)

// Address is where a request comes from: the peer, or, behind trusted proxies, the last address in X-Forwarded-For
// that is not a trusted proxy itself. IPv4 inside IPv6 is IPv4.
func (a *Authenticator) Address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := plain(peer.Addr())
	if !a.trusts(addr) {
		return addr
	}
	return a.client(addr, strings.Join(r.Header.Values("X-Forwarded-For"), ","))
}

// client walks back along a list of hops, from the proxy that sent the request to the first hop that is not trusted. A
// hop that is no address ends the walk: nothing before it can be believed.
func (a *Authenticator) client(addr netip.Addr, hops string) netip.Addr {
	for hops != "" && a.trusts(addr) {
		last := strings.LastIndexByte(hops, ',')
		next, ok := hop(hops[last+1:])
		if !ok {
			break
		}
		addr, hops = next, hops[:max(last, 0)]
	}
	return addr
}

// hop reads one hop of X-Forwarded-For: an address, which some proxies put into brackets or give a port.
func hop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		return plain(a), true
	}
	p, err := netip.ParseAddrPort(s)
	return plain(p.Addr()), err == nil
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func (a *Authenticator) trusts(addr netip.Addr) bool {
	for _, p := range a.proxy {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
