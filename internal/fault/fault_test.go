package fault

import (
	"fmt"
	"strings"
	"testing"
)

// TestViolationsAreBounded: a body of a few megabytes can have a million of them, and naming each would make an answer
// many times its size.
func TestViolationsAreBounded(t *testing.T) {
	var many []Violation
	for i := range 1000 {
		many = append(many, Violation{Field: fmt.Sprintf("[%d]", i), Description: "is wrong"})
	}
	for name, f := range map[string]*Fault{
		"Invalid": Invalid(many...), "Naming": InvalidRegion.With("AWS").Naming(many...), "Naming twice": Invalid(many...).Naming(many...),
	} {
		if len(f.Violations) != MaxViolations || f.Violations[0] != many[0] || len(f.Detail()) > 1000 {
			t.Errorf("%s: %d violations, and %d bytes of detail", name, len(f.Violations), len(f.Detail()))
		}
	}
	if f := Invalid(many[:2]...); len(f.Violations) != 2 || !strings.Contains(f.Detail(), "[0], [1]") {
		t.Errorf("%+v", f)
	}
}
