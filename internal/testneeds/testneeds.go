// Package testneeds ends tests that cannot run because the machine lacks something.
package testneeds

import (
	"os"
	"testing"
)

// Missing skips t, because the machine lacks what it needs; what says what that is and how to get it. Where
// TELAMON_REQUIRE_ALL is set, as in CI, t fails instead.
func Missing(t testing.TB, what string, missing error) {
	t.Helper()
	if os.Getenv("TELAMON_REQUIRE_ALL") != "" {
		t.Fatalf("this is required: %s: %v", what, missing)
	}
	t.Skipf("without %s: %v", what, missing)
}
