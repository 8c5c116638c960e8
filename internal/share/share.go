// Package share divides what a process has only so much of - memory for messages, connections - among those who use it.
// Nobody has a fixed part: who is alone may have all of it. When it runs out, those give way who have the most.
package share

import (
	"cmp"
	"net/netip"
)

// Owner is who uses something: a user and the address that they call from. The User of a stranger is "".
type Owner struct{ User, Address string }

// holdings are how much users and addresses have. Strangers are told apart by their address only.
type holdings struct{ users, addresses map[string]int64 }

func newHoldings() holdings { return holdings{map[string]int64{}, map[string]int64{}} }

func (h holdings) add(o Owner, n int64) {
	change := func(m map[string]int64, key string) {
		if m[key] += n; m[key] == 0 {
			delete(m, key)
		}
	}
	change(h.addresses, o.Address)
	if o.User != "" {
		change(h.users, o.User)
	}
}

// of is what the owner has: as a user from anywhere, and as an address with all its users.
func (h holdings) of(o Owner) int64 {
	if o.User == "" {
		return 2 * h.addresses[o.Address]
	}
	return h.users[o.User] + h.addresses[o.Address]
}

// heavier reports whether v has more than w would have with n more: as a user, or as an address. What both share does not
// tell them apart.
func (h holdings) heavier(v, w Owner, n int64) bool {
	return v.User != w.User && h.users[v.User] > h.users[w.User]+n ||
		v.Address != w.Address && h.addresses[v.Address] > h.addresses[w.Address]+n
}

// compare orders claims by what their owners have, and those of one owner by their age: who gives way first is the least.
func (h holdings) compare(a, b Owner, ageA, ageB uint64) int {
	return cmp.Or(cmp.Compare(h.of(b), h.of(a)), cmp.Compare(ageA, ageB))
}

// Subnet names the network that counts as one address: an IPv4 address, or the /64 that one customer has in IPv6 (RFC 6177).
func Subnet(a netip.Addr) string {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
