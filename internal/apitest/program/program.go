// Package program runs telamon as the program that users have, for tests of whole processes.
package program

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	_ "github.com/telamon-db/telamon/internal/server" // what the program is made of: results of its tests are remembered no longer than it stays the same
)

// bin is the folder of the program while Main runs.
var bin string

// build makes the program, once, as make build does.
var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(bin, "telamon")
	cmd := exec.Command("go", "build", "-o", path, "../../cmd/telamon")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // static
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return path, cmd.Run()
})

// Main runs the tests of a package in a folder of test/ and removes the program after them. It does not return.
func Main(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "telamon-test-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(bin) // it is in the system's folder for such things
	os.Exit(code)
}

// Path is where the program is. The package's TestMain calls Main.
func Path(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Start starts a process, which ends with the test's at the latest, and returns its first line. What else it writes is
// thrown away.
func Start(t testing.TB, cmd *exec.Cmd) (line string) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(stdout)
	if line, err = r.ReadString('\n'); err != nil {
		t.Fatalf("%s says %q: %v", cmd, line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }() // until the process ends
	return line
}

// Kill ends a process without a word.
func Kill(cmd *exec.Cmd) {
	if cmd.Process == nil {
		return // it has not been started
	}
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()         // killed
}
