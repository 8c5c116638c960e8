package accesstracking

import (
	"net/netip"
	"slices"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/store"
)

// found is a login with the host that it was at.
type found struct {
	insight.Login
	host string
}

// read returns the logins that are wanted, the latest first.
func (w wanted) read(tx store.Tx, at []place, from netip.Addr) (all []found, err error) {
	for _, p := range at {
		window := w.window(tx.Now())
		window.Members = p.members
		logins, err := insight.Logins(tx, p.ID, window)
		if err != nil {
			return nil, err
		}
		for _, l := range logins {
			if p.members != nil && !p.members[l.Member] || w.AuthResult != nil && *w.AuthResult != (l.Reason == "") || from.IsValid() && l.Address != from.String() {
				continue
			}
			all = append(all, found{l, p.MemberHost(l.Member)})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.At.Compare(a.At) })
	return all, nil
}
