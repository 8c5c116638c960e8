package driver

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPackages runs programs of test/node that use packages which keep what they have in MongoDB. Each prints a line for each
// thing that it has seen to be right. docs/DOCDB.md says what of the packages does not work.
func TestPackages(t *testing.T) {
	for name, steps := range map[string]int{"mongoose": 10, "agenda": 5} {
		t.Run(name, func(t *testing.T) {
			needNode(t, name)
			node, err := exec.LookPath("node")
			must(t, err)
			script, err := filepath.Abs(filepath.Join("..", "node", name+".mjs"))
			must(t, err)
			out, err := exec.CommandContext(t.Context(), node, script, newWorld(t).uri("root")).CombinedOutput()
			if n := strings.Count(string(out), "ok "); err != nil || n != steps {
				t.Errorf("%d of %d steps: %v\n%s", n, steps, err, out)
			}
		})
	}
}
