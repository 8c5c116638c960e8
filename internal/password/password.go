// Package password hashes cloud users' passwords by argon2id, and refuses weak ones. Passwords are stored in no other
// form.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/telamon-db/telamon/internal/share"
)

// cost has the parameters of a hash.
type cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// today is the cost of new hashes (OWASP Password Storage Cheat Sheet): 19 MiB of memory, two passes, one lane.
var today = cost{memory: 19 << 10, passes: 2, lanes: 1}

const (
	hashSize = 32
	saltSize = 16
)

// hashing bounds how many passwords are hashed at once, and with that the memory that callers can make the server use.
// Addresses take turns: who waits with many comes after who waits with one.
var hashing = share.NewMemory(4)

type addressKey struct{}

// From returns ctx with the address for whose sake passwords are hashed. Without one, it is the server's own.
func From(ctx context.Context, a netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, share.Subnet(a))
}

var b64 = base64.RawStdEncoding

// Hash makes a password's argon2id hash (RFC 9106) with a new salt, as a PHC string. It waits for its turn until ctx
// ends.
func Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails (crypto/rand)
	key, err := today.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, today.memory, today.passes, today.lanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Verify reports whether a password matches a hash. For "", the hash of a user without a password, it takes the same
// time and is false, so that the time does not tell whether the user has one.
func Verify(ctx context.Context, hash, password string) (bool, error) {
	c, salt, want, err := today, make([]byte, saltSize), make([]byte, hashSize), error(nil)
	if hash != "" {
		if c, salt, want, err = parse(hash); err != nil {
			return false, err
		}
	}
	got, err := c.key(ctx, password, salt)
	return err == nil && hash != "" && subtle.ConstantTimeCompare(got, want) == 1, err
}

func (c cost) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	address, _ := ctx.Value(addressKey{}).(string)
	turn, err := hashing.Take(ctx, share.Owner{Address: address}, 1, nil)
	if err != nil {
		return nil, err
	}
	defer turn.Release()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, hashSize), nil
}

// errHash has no detail, because a hash does not belong in an error.
var errHash = errors.New("password: a stored hash cannot be read")

func parse(hash string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.lanes); err != nil || c.passes == 0 || c.lanes == 0 {
		return c, nil, nil, errHash
	}
	salt, err1 := b64.DecodeString(parts[4])
	key, err2 := b64.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) != hashSize {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
