package model

import (
	"time"

	"github.com/telamon-db/telamon/internal/authz"
)

// APIKey is a programmatic key: a public part and a private one, which only the answer to its creation shows.
type APIKey struct {
	ID        ID            `json:"id"`
	OrgID     ID            `json:"orgId"`
	PublicKey string        `json:"publicKey"`
	HA1       string        `json:"ha1"`  // MD5 of publicKey:realm:privateKey in hexadecimal (RFC 7616), what digest needs
	Tail      string        `json:"tail"` // the last 12 characters of the private key, which the API displays
	Desc      string        `json:"desc"`
	Grants    []authz.Grant `json:"grants"`
	Created   time.Time     `json:"created"`
	Rev       int64         `json:"-"`
}

// KeyAddress is an entry of the access list of an API key or a service account.
type KeyAddress struct {
	KeyID       string    `json:"keyId"` // the key's id, or the account's client id
	CIDR        string    `json:"cidr"`  // masked, always with its length
	Created     time.Time `json:"created"`
	Count       int64     `json:"count,omitempty"`
	LastUsed    time.Time `json:"lastUsed,omitzero"`
	LastAddress string    `json:"lastAddress,omitempty"`
	Rev         int64     `json:"-"`
}

// ServiceAccount is an OAuth client of an organization.
type ServiceAccount struct {
	ClientID string        `json:"clientId"`
	OrgID    ID            `json:"orgId"`
	Name     string        `json:"name"`
	Desc     string        `json:"desc,omitempty"`
	Grants   []authz.Grant `json:"grants"`
	Secrets  []Secret      `json:"secrets"` // oldest first; an expired one keeps its place until it is deleted
	Created  time.Time     `json:"created"`
	Rev      int64         `json:"-"`
}

// Secret is a service account's secret, hashed. It is random, so that a plain SHA-256 is enough against guessing.
type Secret struct {
	ID       ID        `json:"id"`
	SHA256   []byte    `json:"sha256"`
	Tail     string    `json:"tail"`
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"`
	LastUsed time.Time `json:"lastUsed,omitzero"` // to get a token
}

// Token is an access token of a service account, or of a cloud user's login, of which only the hash is stored. Its life
// is counted by the system's clock.
type Token struct {
	Hash     string    `json:"hash"`               // SHA-256 in hexadecimal
	ClientID string    `json:"clientId"`           // of the account; of a login, its id
	SecretID ID        `json:"secretId,omitempty"` // of the secret that it was got with
	UserID   ID        `json:"userId,omitempty"`   // of a login
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"`
	Rev      int64     `json:"-"`
}
