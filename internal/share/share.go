// Package share divides limited resources of the process, such as memory for messages, and connections, among users and
// addresses. Nobody has a fixed part: a single user may have all of it. When it runs out, those that have the most give
// way.
package share

import (
	"cmp"
	"net/netip"
)

// Owner is the user of a resource, and the address from which the user calls. A stranger's User is "".
type Owner struct{ User, Address string }

// holdings count how much users and addresses have. Strangers are distinguished by address only.
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

// of returns what the owner has: as a user at all addresses, and as an address with all its users.
func (h holdings) of(o Owner) int64 {
	if o.User == "" {
		return 2 * h.addresses[o.Address]
	}
	return h.users[o.User] + h.addresses[o.Address]
}

// heavier reports whether v has more than w would have with n more: as a user, or as an address. A user or an address
// that both have in common is not compared.
func (h holdings) heavier(v, w Owner, n int64) bool {
	return v.User != w.User && h.users[v.User] > h.users[w.User]+n ||
		v.Address != w.Address && h.addresses[v.Address] > h.addresses[w.Address]+n
}

// compare orders claims by what their owners have, and those of one owner by age. The least gives way first.
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
