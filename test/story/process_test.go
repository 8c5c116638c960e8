// Package story runs one long scenario with MongoDB's own clients against a server in a process of its own, which can be
// killed at any moment.
package story

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/server"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// serveDir is the environment variable that makes this test's binary a server on the data directory that it names.
// serveStore names its store.
const (
	serveDir   = "TELAMON_STORY_SERVE"
	serveStore = "TELAMON_STORY_STORE"
	serveS3    = "TELAMON_STORY_S3"    // the service with buckets
	serveFiles = "TELAMON_STORY_FILES" // how many files and connections it may have open, if that is to be few
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveDir); dir != "" {
		os.Exit(beServer(dir))
	}
	os.Exit(m.Run())
}

// beServer serves until it is killed, and prints a line when it is ready.
func beServer(dir string) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if n, err := strconv.ParseUint(os.Getenv(serveFiles), 10, 64); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			log.Error("cannot have few files", "error", err)
			return 1
		}
	}
	s, err := server.Open(context.Background(), server.Config{
		DataDir: dir, Store: os.Getenv(serveStore), S3URL: os.Getenv(serveS3), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", LimitsOff: true, Logger: log,
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		log.Error("cannot open", "error", err)
		return 1
	}
	go func() {
		<-s.Ready()
		os.Stdout.WriteString("ready\n")
	}()
	if err := s.Run(context.Background()); err != nil {
		log.Error("ended", "error", err)
		return 1
	}
	return 0
}

// needsRoot skips a test that mounts a disk if it is not run by root, or fails it if everything is required.
func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		testneeds.Missing(t, "root", errors.New("nobody else mounts a disk"))
	}
}

// process is a server in a process of its own.
type process struct {
	t       *testing.T
	dir     string
	store   string
	cmd     *exec.Cmd
	log     *program.Log
	boot    server.Bootstrap
	slowest time.Duration // of the starts on an existing store
	starts  int
}

// startProcess starts a server on a directory and a store, "" being its own.
func startProcess(t *testing.T, dir, store string) *process {
	t.Helper()
	p := &process{t: t, dir: dir, store: store, log: new(program.Log)}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the server's log:\n%s", p.log)
		}
	})
	return p
}

func (p *process) start() {
	p.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.Command(exe)
	p.cmd.Env = append(os.Environ(), serveDir+"="+p.dir, serveStore+"="+p.store)
	p.cmd.Stderr = p.log
	begin := time.Now()
	if line := program.Start(p.t, p.cmd); line != "ready\n" {
		p.t.Fatalf("the server says %q", line)
	}
	if p.starts++; p.starts > 1 {
		p.slowest = max(p.slowest, time.Since(begin))
	}
	raw, err := os.ReadFile(filepath.Join(p.dir, "bootstrap.json"))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &p.boot); err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill -9.
func (p *process) kill() { program.Kill(p.cmd) }

// crash kills the server and starts it again on its directory.
func (p *process) crash() {
	p.t.Helper()
	p.kill()
	p.start()
}
