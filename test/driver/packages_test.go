package driver

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPackages runs programs of test/node that use packages which store data in MongoDB. Each program prints a line for
// each of its steps that succeeds. docs/DOCDB.md says which features of the packages do not work.
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
