package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestProblems(t *testing.T) {
	var none, plain, coded Problems
	if err := none.Err(); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	plain.AddAll(nil)
	plain.AddAll(Field("a", "must be %d", 1))
	plain.AddAs(OrgNotFound.With("x"), "b", "must be there")
	coded.AddAs(OrgNotFound.With("x"), "b", "must be there")
	coded.Add("a", "must be %d", 1)
	for _, c := range []struct {
		bad              Problems
		kind             *Kind
		params, violated string
	}{
		{plain, ValidationError, "[a, b]", "[{a must be 1} {b must be there}]"},
		{coded, OrgNotFound, "[x]", "[{b must be there} {a must be 1}]"},
	} {
		err := c.bad.Err()
		f, _ := Of(err)
		if !errors.Is(err, c.kind) || fmt.Sprint(f.Params) != c.params || fmt.Sprint(f.Violations) != c.violated {
			t.Errorf("%v of %v with %v", err, f.Params, f.Violations)
		}
	}
}
