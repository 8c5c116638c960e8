package shape

import "strings"

// DatabaseName reports whether a database of MongoDB can be called so.
// Source: MongoDB manual, "Naming Restrictions".
func DatabaseName(s string) bool {
	return s != "" && len(s) <= 63 && !strings.ContainsAny(s, "/\\. \"$\x00")
}

// CollectionName reports whether a collection of MongoDB can be called so.
// Source: MongoDB manual, "Naming Restrictions".
func CollectionName(s string) bool {
	return s != "" && s[0] != '.' && len(s) <= 253 && !strings.ContainsAny(s, "$\x00")
}
