package docdb_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/gateway"
)

var rewrite = flag.Bool("update", false, "rewrite the generated part of docs/DOCDB.md")

const (
	parityFile = "../../docs/DOCDB.md"
	tableBegin = "<!-- tables: go test ./internal/docdb -run Parity -update -->\n"
	tableEnd   = "<!-- end of tables -->\n"
)

// TestParityListsWhatTheEngineHas keeps docs/DOCDB.md true.
func TestParityListsWhatTheEngineHas(t *testing.T) {
	raw, err := os.ReadFile(parityFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !found || !ends {
		t.Fatalf("%s has no place for the tables", parityFile)
	}
	want := before + tableBegin + tables() + tableEnd + after
	if want == string(raw) {
		return
	}
	if !*rewrite {
		t.Fatalf("%s is not up to date; run this test with -update", parityFile)
	}
	if err := os.WriteFile(parityFile, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func tables() string {
	var b strings.Builder
	commandTable(&b)
	entryTable(&b, "Query operators", match.Operators, match.RefusedOperators)
	entryTable(&b, "Update operators", update.Operators, nil)
	entryTable(&b, "Aggregation stages", docdb.Stages(), gateway.EngineStages())
	entryTable(&b, "Accumulators of `$group`", stage.Accumulators, nil)
	entryTable(&b, "Window functions of `$setWindowFields`, beside the accumulators", stage.WindowFunctions, nil)
	entryTable(&b, "Expressions", expression.Operators, slices.Sorted(maps.Keys(expression.Refused)))
	return b.String()
}

func commandTable(b *strings.Builder) {
	b.WriteString("\n## Commands\n\n| command | state | what it does | options that act | taken without effect | refused |\n|---|---|---|---|---|---|\n")
	own := gateway.OwnCommands()
	for _, name := range own {
		fmt.Fprintf(b, "| `%s` | yes | Answered by the gateway. | | | |\n", name)
	}
	known := slices.Clone(own)
	for _, c := range docdb.Commands() {
		known = append(known, c.Name, c.Alias)
		if slices.Contains(own, c.Name) {
			continue
		}
		fmt.Fprintf(b, "| %s | yes | %s | %s | %s | %s |\n", quoted(slices.DeleteFunc([]string{c.Name, c.Alias}, empty)), c.Summary, quoted(c.Options), quoted(c.Idle), quoted(c.Refused))
	}
	missing := slices.DeleteFunc(gateway.EngineCommands(), func(name string) bool { return slices.Contains(known, name) })
	fmt.Fprintf(b, "\nNot there, answered with CommandNotFound: %s.\n", quoted(missing))
}

// entryTable lists what there is, and of more what there is not.
func entryTable(b *strings.Builder, title string, list []value.Entry, more []string) {
	fmt.Fprintf(b, "\n## %s\n\n| name | state | what it does |\n|---|---|---|\n", title)
	for _, e := range list {
		fmt.Fprintf(b, "| `%s` | yes | %s |\n", e.Name, e.Summary)
	}
	for _, name := range more {
		if !slices.ContainsFunc(list, func(e value.Entry) bool { return e.Name == name }) {
			fmt.Fprintf(b, "| `%s` | no | |\n", name)
		}
	}
}

func empty(s string) bool { return s == "" }

func quoted(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "` `") + "`"
}

// TestEveryCommandIsLetIn checks that the gateway has a rule for every command, by all its names.
func TestEveryCommandIsLetIn(t *testing.T) {
	declared := slices.Concat(gateway.OwnCommands(), gateway.EngineCommands(), []string{""})
	for _, c := range docdb.Commands() {
		for _, name := range []string{c.Name, c.Alias} {
			if !slices.Contains(declared, name) {
				t.Errorf("%s has no rule", name)
			}
		}
	}
}

// TestEveryStageIsLetIn checks that the gateway knows of every stage what it reads and writes.
func TestEveryStageIsLetIn(t *testing.T) {
	declared := gateway.EngineStages()
	for _, s := range docdb.Stages() {
		if !slices.Contains(declared, s.Name) {
			t.Errorf("%s has no rule", s.Name)
		}
	}
}
