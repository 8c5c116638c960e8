package shape

import (
	"fmt"
	"testing"

	"github.com/telamon-db/telamon/internal/fault"
)

func TestTags(t *testing.T) {
	var many []ResourceTag
	for i := range MaxTags + 1 {
		many = append(many, ResourceTag{Key: fmt.Sprint("k", i), Value: "v"})
	}
	for _, c := range []struct {
		tags []ResourceTag
		bad  string // field of the violation
	}{
		{nil, ""}, {many[:MaxTags], ""}, {many, "tags"}, {[]ResourceTag{many[0], many[1], many[0]}, "tags[2].key"},
	} {
		got, err := Tags("tags", c.tags)
		f, refused := fault.Of(err)
		if refused != (c.bad != "") || refused && f.Violations[0].Field != c.bad || !refused && len(got) != len(c.tags) {
			t.Errorf("%d tags: %d, %v", len(c.tags), len(got), err)
		}
	}
}
