// Package docdb runs `telamon docdb` as developers do: as a process on a directory, which MongoDB's clients use, and which
// may be killed at any moment.
package docdb

import (
	"context"
	"net"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

func TestMain(m *testing.M) { program.Main(m) }

// process is a telamon docdb on a directory.
type process struct {
	t       *testing.T
	dir     string
	limit   string // of file descriptors; "": the machine's
	flags   []string
	cmd     *exec.Cmd
	uri     string
	log     program.Log
	slowest time.Duration // from exec to the line with the address
}

func newProcess(t *testing.T, flags ...string) *process { return newLimited(t, "", flags...) }

// newLimited is a process with a limit of file descriptors.
func newLimited(t *testing.T, limit string, flags ...string) *process {
	t.Helper()
	p := &process{t: t, dir: t.TempDir(), limit: limit, flags: flags}
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
	path := program.Path(p.t)
	begun := time.Now()
	args := []string{path, "docdb", "--data", p.dir, "--listen", "127.0.0.1:0", "--log-level", "warn"}
	args = append(args, p.flags...)
	if p.limit != "" {
		args = append([]string{"/bin/sh", "-c", "ulimit -n " + p.limit + ` && exec "$@"`, "sh"}, args...)
	}
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stderr = &p.log
	line := program.Start(p.t, p.cmd)
	if p.uri = address.FindString(line); p.uri == "" {
		p.t.Fatalf("telamon docdb prints %q", line)
	}
	p.slowest = max(p.slowest, time.Since(begun))
}

func (p *process) kill() { program.Kill(p.cmd) }

func (p *process) client() *mongo.Client {
	p.t.Helper()
	return p.clientFrom("127.0.0.1")
}

// clientFrom is a client whose connections come from the address.
func (p *process) clientFrom(address string) *mongo.Client {
	p.t.Helper()
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := mongo.Connect(options.Client().ApplyURI(p.uri).SetDialer(from).SetServerSelectionTimeout(10 * time.Second).SetRetryWrites(false))
	must(p.t, err)
	p.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // the process may be gone, so do not wait
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
