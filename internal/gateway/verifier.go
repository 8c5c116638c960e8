package gateway

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/xdg-go/scram"
	"github.com/xdg-go/stringprep"
)

// MongoDB's defaults for new users: iterations of PBKDF2, and bytes of salt.
const (
	Iterations256 = 15000
	Iterations1   = 10000
	saltLength256 = 28
	saltLength1   = 16
)

// minIterations is the least that clients accept (RFC 7677 section 4).
const minIterations = 4096

// Verifier is what a server keeps of a password (RFC 5802 section 3): enough to check a login, not enough to make one.
type Verifier struct {
	Salt       []byte
	Iterations int
	StoredKey  []byte
	ServerKey  []byte
}

func (v Verifier) usable() bool {
	return len(v.Salt) > 0 && v.Iterations > 0 && len(v.StoredKey) > 0 && len(v.ServerKey) > 0
}

// NewVerifier256 makes the verifier of SCRAM-SHA-256. The password is prepared with SASLprep (RFC 4013) and refused if
// that forbids it. With 0 iterations it takes MongoDB's default. The salt should be 28 random bytes.
func NewVerifier256(password string, salt []byte, iterations int) (Verifier, error) {
	prepared, err := stringprep.SASLprep.Prepare(password)
	if err != nil {
		return Verifier{}, errors.New("the password has characters that SASLprep forbids") // err would quote them
	}
	return newVerifier(scram.SHA256, prepared, salt, iterations, Iterations256)
}

// NewVerifier1 makes the verifier of SCRAM-SHA-1, which MongoDB applies to a digest of name and password. With 0
// iterations it takes MongoDB's default. The salt should be 16 random bytes.
func NewVerifier1(username, password string, salt []byte, iterations int) (Verifier, error) {
	digest := md5.Sum([]byte(username + ":mongo:" + password))
	return newVerifier(scram.SHA1, hex.EncodeToString(digest[:]), salt, iterations, Iterations1)
}

func newVerifier(hash scram.HashGeneratorFcn, password string, salt []byte, iterations, standard int) (Verifier, error) {
	if iterations == 0 {
		iterations = standard
	}
	if iterations < minIterations || len(salt) == 0 {
		return Verifier{}, fmt.Errorf("a verifier needs a salt and at least %d iterations", minIterations)
	}
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
