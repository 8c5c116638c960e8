package kept

import "strings"

// shown is how many characters of a secret its masked form has.
const shown = 4

// Masked replaces a secret's characters by stars, all but the last four. A secret of fewer than eight is masked whole.
func Masked(s string) string {
	if len(s) < 2*shown {
		return strings.Repeat("*", len(s))
	}
	return strings.Repeat("*", len(s)-shown) + s[len(s)-shown:]
}
