package query_test

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

func TestRegistries(t *testing.T) {
	for name, list := range map[string][]value.Entry{"Operators": match.Operators, "UpdateOperators": update.Operators, "Stages": stage.Stages, "Accumulators": stage.Accumulators, "Expressions": expression.Operators} {
		if len(list) == 0 {
			t.Errorf("%s is empty", name)
		}
		for i, e := range list {
			if !strings.HasPrefix(e.Name, "$") || !strings.HasSuffix(e.Summary, ".") {
				t.Errorf("%s: %+v", name, e)
			}
			if i > 0 && list[i-1].Name >= e.Name {
				t.Errorf("%s: %s is out of order", name, e.Name)
			}
		}
	}
}
