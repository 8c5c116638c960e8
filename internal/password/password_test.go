package password_test

import (
	"context"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/password"
)

func TestAPasswordIsItsHashs(t *testing.T) {
	const secret = "Tr0ub4dor-and-3-horses"
	hash, err := password.Hash(t.Context(), secret)
	if err != nil || strings.Contains(hash, secret) {
		t.Fatal(hash, err)
	}
	again, err := password.Hash(t.Context(), secret)
	if err != nil || again == hash {
		t.Fatalf("two hashes of a password are the same: %s (%v)", hash, err)
	}
	for _, c := range []struct {
		hash, password string
		want           bool
	}{
		{hash, secret, true}, {again, secret, true}, {hash, secret + "x", false}, {hash, "", false}, {"", "", false}, {"", secret, false},
	} {
		if got, err := password.Verify(t.Context(), c.hash, c.password); got != c.want || err != nil {
			t.Errorf("%q against %q: %v (%v)", c.password, c.hash, got, err)
		}
	}
	for _, bad := range []string{"x", hash[1:], strings.Replace(hash, "argon2id", "argon2i", 1), strings.Replace(hash, "t=2", "t=0", 1), hash[:len(hash)-3]} {
		if got, err := password.Verify(t.Context(), bad, secret); got || err == nil || strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v (%v)", bad, got, err)
		}
	}
}

func TestHashingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := password.Hash(ctx, "secret"); err == nil {
		t.Error("it goes on")
	}
}

func TestWhatIsWeak(t *testing.T) {
	for weak, secret := range map[string]string{
		"length": "short77", "umlauts": "äöüäöü", "long": strings.Repeat("x9-!", 257), "name": "Jane.Doe1", "address": "jane.doe1@EXAMPLE.com",
		"common": "PassWord123", "one": "zzzzzzzzzz", "three": "abcabcabcabc",
	} {
		if password.Weak(secret, "Jane.Doe1@example.com") == "" {
			t.Errorf("%s is no weakness", weak)
		}
	}
	for _, strong := range []string{"Tr0ub4dor-and-3-horses", "correct horse battery staple", "äöüßéèñç", "日本語のパスワード"} {
		if why := password.Weak(strong, "jane@example.com"); why != "" {
			t.Errorf("%q %s", strong, why)
		}
	}
}
