package docdb

import (
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// TestFailedDiskEndsTheProcess lets the log's syncs fail in a process of their own. It must end, and not go on without a
// disk because a command has caught the panic.
func TestFailedDiskEndsTheProcess(t *testing.T) {
	const inside = "TELAMON_TEST_FAILED_DISK"
	if os.Getenv(inside) == "" {
		again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		again.Env = append(os.Environ(), inside+"=1")
		out, err := again.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "fatal commit error") {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	var broken atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if broken.Load() && strings.HasSuffix(op.Path, ".log") && (op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData) {
			return errorfs.ErrInjected
		}
		return nil
	}))
	x := open(t, "data", Options{fs: fs})
	x.insert("c", d{{"_id", 1}})
	broken.Store(true)
	for i := range 3 {
		x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", 10 + i}}}}})
		x.run(d{{"find", "c"}, {"readConcern", d{{"level", "majority"}}}})
	}
	broken.Store(false)
}
