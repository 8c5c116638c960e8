package shape

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
)

var escapedSlash = strings.NewReplacer("%2F", "/", "%2f", "/")

// Network parses an address or a range in CIDR notation. An address is a range of one address; a range loses the bits behind
// its length, as 10.0.0.7/8 names the network 10.0.0.0/8; IPv4 inside IPv6 is IPv4 (RFC 4291, 2.5.5.2).
// The slash may be percent-encoded, as the API's patterns allow even in bodies.
func Network(s string) (netip.Prefix, error) {
	s = escapedSlash.Replace(s)
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("shape: not a network: %w", err)
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// Networks parses the networks of entries that are to be added to an access list, which has at most that many. Each entry must
// have either an address or a range. Errors: fault.KeyAddressesLimit, fault.ValidationError.
func Networks[W any](entries []W, most int, of func(W) (address, cidr string)) ([]netip.Prefix, error) {
	if len(entries) > most {
		return nil, fault.KeyAddressesLimit.With(strconv.Itoa(most)) // before any work on them
	}
	var all []netip.Prefix
	var bad fault.Problems
	for i, w := range entries {
		address, cidr := of(w)
		p, err := Network(address + cidr)
		switch {
		case (address == "") == (cidr == ""):
			bad.Add(fmt.Sprintf("[%d]", i), "must have exactly one of ipAddress and cidrBlock")
		case err != nil:
			bad.Add(fmt.Sprintf("[%d]", i), "must name an address or a range of addresses")
		}
		all = append(all, p)
	}
	return all, bad.Err()
}

// Address formats an address in the form that the API's patterns allow: IPv6 with all its eight groups.
func Address(a netip.Addr) string {
	if !a.Is6() {
		return a.String()
	}
	groups := make([]string, 8)
	for i, b := 0, a.As16(); i < 8; i++ {
		groups[i] = strconv.FormatUint(uint64(b[2*i])<<8|uint64(b[2*i+1]), 16)
	}
	return strings.Join(groups, ":")
}

// AddressText is Address for text; text that is not an address is returned as it is.
func AddressText(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return s
	}
	return Address(a)
}

// CIDR formats a range in the form that the API's patterns allow.
func CIDR(p netip.Prefix) string { return Address(p.Addr()) + "/" + strconv.Itoa(p.Bits()) }

// SingleAddress returns the address of a range of one address, else "".
func SingleAddress(p netip.Prefix) string {
	if !p.IsSingleIP() {
		return ""
	}
	return Address(p.Addr())
}
