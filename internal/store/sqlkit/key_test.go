package sqlkit

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Encoded keys compare as their parts do, and have a common prefix exactly if their parts have.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "a", "a,b", "\x00", "\x00\x01", "\x00\xff,\x00", "\xff", "a,,b", "a\x00,b"} {
		for _, u := range []string{"", "a", "a\x00", "\x00\x00", ",", "a\xff"} {
			f.Add(s, u)
		}
	}
	f.Fuzz(func(t *testing.T, s, u string) {
		a, b := strings.Split(s, ","), strings.Split(u, ",")
		x, y := encode(a), encode(b)
		if got, want := bytes.Compare(x, y), slices.Compare(a, b); got != want {
			t.Errorf("%q and %q compare as %d, want %d", a, b, got, want)
		}
		whole := len(a) <= len(b) && slices.Equal(a, b[:len(a)])
		if got := bytes.HasPrefix(y, x); got != whole {
			t.Errorf("%q as a prefix of %q: %t, want %t", a, b, got, whole)
		}
		if got := bytes.Compare(y, x) >= 0 && bytes.Compare(y, after(x)) < 0; got != whole {
			t.Errorf("%q in the range of prefix %q: %t, want %t", b, a, got, whole)
		}
	})
}
