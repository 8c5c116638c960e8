package server

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
)

var update = flag.Bool("update", false, "rewrite the generated part of docs/PARITY.md")

const (
	parityFile = "../../docs/PARITY.md"
	tableBegin = "<!-- operations: go test ./internal/server -run Parity -update -->\n"
	tableEnd   = "<!-- end of operations -->\n"
)

// TestParityListsTheOperationsThatThereAre keeps docs/PARITY.md true.
func TestParityListsTheOperationsThatThereAre(t *testing.T) {
	raw, err := os.ReadFile(parityFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !found || !ends {
		t.Fatalf("%s has no place for the table", parityFile)
	}
	want := before + tableBegin + table(new(Server).operations()) + tableEnd + after
	if want == string(raw) {
		return
	}
	if !*update {
		t.Fatalf("%s is not up to date; run this test with -update", parityFile)
	}
	if err := os.WriteFile(parityFile, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// table lists operations by tag.
func table(ops api.Operations) string {
	ops = slices.Clone(ops)
	slices.SortStableFunc(ops, func(a, b api.Op) int { return strings.Compare(a.Tag, b.Tag) })
	var b strings.Builder
	b.WriteString("| tag | operation | request | versions | level |\n|---|---|---|---|---|\n")
	for _, op := range ops {
		var versions []string
		for _, v := range op.Versions {
			versions = append(versions, string(v.Date))
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s `%s` | %s | %s |\n", op.Tag, op.ID, op.Method, api.Prefix+op.Path, strings.Join(versions, ", "), op.Level)
	}
	return b.String()
}
