package pki

import (
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// private are the private address ranges (RFC 6890, RFC 4193). Addresses in them change as machines move, and certifying one of
// them harms nobody else.
var private = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

// bounds are the names and addresses that an authority may certify: DNS names with all below them, and networks.
type bounds struct {
	domains  []string
	networks []netip.Prefix
}

// boundsOf returns bounds for the hosts, this machine's own names, and private addresses. For IPv6 addresses they have the
// network, in which addresses change (RFC 8981).
func boundsOf(hosts []string) bounds {
	b := bounds{[]string{"localhost"}, slices.Clone(private)}
	for _, h := range hosts {
		a, err := netip.ParseAddr(h)
		a = a.Unmap().WithZone("")
		switch {
		case err != nil:
			b.domains = append(b.domains, strings.ToLower(h))
		case b.admits(a):
		case a.Is4():
			b.networks = append(b.networks, netip.PrefixFrom(a, 32))
		default:
			b.networks = append(b.networks, netip.PrefixFrom(a, 64).Masked())
		}
	}
	slices.Sort(b.domains)
	b.domains = slices.Compact(b.domains)
	return b
}

func (b bounds) admits(a netip.Addr) bool {
	return slices.ContainsFunc(b.networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// constrain writes the bounds into an authority's certificate (RFC 5280, section 4.2.1.10).
func (b bounds) constrain(template *x509.Certificate) {
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = b.domains
	for _, p := range b.networks {
		template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		})
	}
}

// keptBy reports whether a certificate is constrained to exactly these names, and to all of these addresses.
func (b bounds) keptBy(cert *x509.Certificate) bool {
	has := func(p netip.Prefix) bool {
		return slices.ContainsFunc(cert.PermittedIPRanges, func(n *net.IPNet) bool {
			ones, _ := n.Mask.Size()
			return ones <= p.Bits() && n.Contains(p.Addr().AsSlice())
		})
	}
	domains := slices.Sorted(slices.Values(cert.PermittedDNSDomains))
	return slices.Equal(domains, b.domains) && !slices.ContainsFunc(b.networks, func(p netip.Prefix) bool { return !has(p) })
}
