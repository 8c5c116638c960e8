// Package verifier makes what a server keeps of a database user's password: enough to check a login by SCRAM, not
// enough to make one (RFC 5802, section 3).
package verifier

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/xdg-go/scram"
	"github.com/xdg-go/stringprep"
)

// MongoDB's defaults for new users: iterations of PBKDF2, and bytes of salt.
const (
	Iterations256 = 15000
	Iterations1   = 10000
	SaltLength256 = 28
	SaltLength1   = 16
)

// Verifier is the keys of one password for one hash. Its JSON form is stored.
type Verifier struct {
	Salt       []byte `json:"salt"`
	Iterations int    `json:"iterations"`
	StoredKey  []byte `json:"storedKey"`
	ServerKey  []byte `json:"serverKey"`
}

// Usable reports whether v can check a login.
func (v Verifier) Usable() bool {
	return len(v.Salt) > 0 && v.Iterations > 0 && len(v.StoredKey) > 0 && len(v.ServerKey) > 0
}

// ErrPassword is a password with characters that SASLprep (RFC 4013) forbids.
var ErrPassword = errors.New("verifier: the password has characters that SASLprep forbids")

// New256 makes the verifier of SCRAM-SHA-256 with a random salt. The password is prepared with SASLprep.
func New256(password string) (Verifier, error) {
	prepared, err := stringprep.SASLprep.Prepare(password)
	if err != nil {
		return Verifier{}, ErrPassword // err would quote them
	}
	return derive(scram.SHA256, prepared, random(SaltLength256), Iterations256)
}

// New1 makes the verifier of SCRAM-SHA-1, which MongoDB applies to an MD5 digest of name and password.
func New1(username, password string) (Verifier, error) {
	digest := md5.Sum([]byte(username + ":mongo:" + password))
	return derive(scram.SHA1, hex.EncodeToString(digest[:]), random(SaltLength1), Iterations1)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return b
}

func derive(hash scram.HashGeneratorFcn, password string, salt []byte, iterations int) (Verifier, error) {
	client, err := hash.NewClientUnprepped("", password, "")
	if err != nil {
		return Verifier{}, err
	}
	c, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(salt), Iters: iterations})
	if err != nil {
		return Verifier{}, err
	}
	return Verifier{Salt: salt, Iterations: iterations, StoredKey: c.StoredKey, ServerKey: c.ServerKey}, nil
}
