// Package docdb runs `telamon docdb` as developers do: a process on a directory, which MongoDB's clients talk to, and
// which may end at any moment.
package docdb

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	_ "github.com/telamon-db/telamon/internal/docdb"   // what the program is made of: a result of these tests is remembered
	_ "github.com/telamon-db/telamon/internal/gateway" // no longer than it stays the same
)

// bin is the folder of the program.
var bin string

// program builds the command, once.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(bin, "telamon")
	build := exec.Command("go", "build", "-o", path, "../../cmd/telamon")
	build.Stderr = os.Stderr
	return path, build.Run()
})

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "telamon-docdb-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(bin) // it is in the system's folder for such things
	os.Exit(code)
}

// process is a telamon docdb on a directory.
type process struct {
	t       *testing.T
	dir     string
	cmd     *exec.Cmd
	uri     string
	log     bytes.Buffer
	slowest time.Duration // from exec to the line that says where it is
}

func newProcess(t *testing.T) *process {
	t.Helper()
	p := &process{t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the log:\n%s", &p.log)
		}
	})
	p.start()
	return p
}

var address = regexp.MustCompile(`mongodb://\S+`)

// start returns when the process serves.
func (p *process) start() {
	p.t.Helper()
	path, err := program()
	must(p.t, err)
	begun := time.Now()
	p.cmd = exec.Command(path, "docdb", "--data", p.dir, "--listen", "127.0.0.1:0", "--log-level", "warn")
	p.cmd.Stderr = &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	must(p.t, err)
	must(p.t, p.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if p.uri = address.FindString(line); err != nil || p.uri == "" {
		p.t.Fatalf("telamon docdb says %q: %v", line, err)
	}
	p.slowest = max(p.slowest, time.Since(begun))
}

// kill ends the process without a word.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()         // killed
}

func (p *process) client() *mongo.Client {
	p.t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(p.uri).SetServerSelectionTimeout(10 * time.Second).SetRetryWrites(false))
	must(p.t, err)
	p.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // the process may be gone: there is nothing to wait for
		_ = c.Disconnect(ctx)
	})
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
