package shape

import (
	"fmt"
	"net/netip"
)

// Network reads an address or a range in CIDR notation. An address is the range of itself alone; a range loses the
// bits behind its length, as 10.0.0.7/8 names the network 10.0.0.0/8; IPv4 inside IPv6 is IPv4 (RFC 4291, 2.5.5.2).
func Network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("shape: no network: %w", err)
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// Single is the address of a range that has one alone, else "".
func Single(p netip.Prefix) string {
	if !p.IsSingleIP() {
		return ""
	}
	return p.Addr().String()
}
