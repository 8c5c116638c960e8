package state

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// AccessList selects the access list of an API key, by its id, or of a service account, by its client id.
func AccessList(holder string) store.Query {
	return store.Query{Index: "key", Prefix: []string{holder}}
}

// KeysOf selects an organization's API keys, oldest first.
func KeysOf(orgID model.ID) store.Query { return store.Query{Index: "org", Prefix: []string{orgID}} }

// AccountsOf selects an organization's service accounts, oldest first.
func AccountsOf(orgID model.ID) store.Query {
	return store.Query{Index: "org", Prefix: []string{orgID}}
}

// TokensOf selects the tokens of a service account or a login, the first to expire first.
func TokensOf(clientID string) store.Query {
	return store.Query{Index: "client", Prefix: []string{clientID}}
}

// DeleteAPIKey removes a key with its access list.
func DeleteAPIKey(tx store.Tx, k *model.APIKey) error {
	if err := KeyAddresses.DeleteAll(tx, AccessList(k.ID)); err != nil {
		return err
	}
	return APIKeys.Delete(tx, k)
}

// DeleteServiceAccount removes an account with its access list and its tokens.
func DeleteServiceAccount(tx store.Tx, a *model.ServiceAccount) error {
	if err := KeyAddresses.DeleteAll(tx, AccessList(a.ClientID)); err != nil {
		return err
	}
	if err := Tokens.DeleteAll(tx, TokensOf(a.ClientID)); err != nil {
		return err
	}
	return ServiceAccounts.Delete(tx, a)
}
