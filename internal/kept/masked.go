package kept

import "strings"

// shown is how many characters of a secret its masked form has.
const shown = 4

// Masked keeps the length and the last characters of a secret, if it is long enough to stay one.
func Masked(s string) string {
	if len(s) < 2*shown {
		return strings.Repeat("*", len(s))
	}
	return strings.Repeat("*", len(s)-shown) + s[len(s)-shown:]
}
