package authn

import (
	"net/netip"
	"strconv"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// MaxAddresses is how many entries an access list holds.
const MaxAddresses = 200

// AccessList is the list of addresses that an API key or a service account may be used from.
type AccessList struct {
	Holder string // the key's id, or the account's client id
	OrgID  model.ID
}

// Find returns the entry of the list that is for exactly the network, or fault.AccessListNotFound.
func (l AccessList) Find(tx store.Tx, network netip.Prefix) (*model.KeyAddress, error) {
	e, err := state.KeyAddresses.Get(tx, state.KeyAddresses.ID(&model.KeyAddress{KeyID: l.Holder, CIDR: network.String()}))
	return e, store.IfMissing(err, fault.AccessListNotFound.With(network.String()))
}

// Add adds entries for the networks. Errors: fault.DuplicateAccessItem, fault.KeyAddressesLimit,
// fault.CannotRemoveCaller.
func (l AccessList) Add(tx store.Tx, networks []netip.Prefix) error {
	for _, p := range networks {
		err := state.KeyAddresses.Put(tx, &model.KeyAddress{KeyID: l.Holder, CIDR: p.String(), Created: tx.Now()})
		if _, taken := store.Duplicate(err); taken {
			return fault.DuplicateAccessItem.With(p.String())
		}
		if err != nil {
			return err
		}
	}
	n, err := state.KeyAddresses.Count(tx, state.AccessList(l.Holder))
	if err != nil {
		return err
	}
	if n > MaxAddresses {
		return fault.KeyAddressesLimit.With(strconv.Itoa(MaxAddresses))
	}
	return l.keepsCaller(tx)
}

// Remove removes an entry. Error: fault.CannotRemoveCaller.
func (l AccessList) Remove(tx store.Tx, e *model.KeyAddress) error {
	if err := state.KeyAddresses.Delete(tx, e); err != nil {
		return err
	}
	return l.keepsCaller(tx)
}

// keepsCaller refuses a list that does not admit the address from which its own holder is calling.
func (l AccessList) keepsCaller(tx store.Tx) error {
	who := authz.From(tx.Context())
	if who.ID != l.Holder {
		return nil
	}
	h := &holder{Principal: *who}
	if err := h.learn(tx); err != nil {
		return err
	}
	if _, ok := h.admits(who.Address); !ok {
		return fault.CannotRemoveCaller.With(who.Address.String())
	}
	return nil
}
