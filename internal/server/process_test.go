package server_test

import (
	"bufio"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/telamon-db/telamon/internal/server"
)

// serveDir is the variable that makes this test's binary a server on the data directory that it names.
const serveDir = "TELAMON_SERVER_TEST_SERVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveDir); dir != "" {
		os.Exit(beServer(dir))
	}
	os.Exit(m.Run())
}

// config is a server on free ports.
func config(dir string) server.Config {
	return server.Config{DataDir: dir, Listen: "127.0.0.1:0", Management: "127.0.0.1:0"}
}

// beServer serves until it is told to end, as the command does, and says on stdout when it is ready.
func beServer(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := server.Open(ctx, config(dir))
	if err != nil {
		slog.Error("cannot open", "error", err)
		return 1
	}
	go func() {
		<-s.Ready()
		os.Stdout.WriteString("ready\n")
	}()
	if err := s.Run(ctx); err != nil {
		slog.Error("ended", "error", err)
		return 1
	}
	return 0
}

// startProcess runs a server in a process of its own, and waits until it serves.
func startProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), serveDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill() // it may have ended already
			_ = cmd.Wait()         // says that it was killed
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the server does not start: %q, %v", line, err)
	}
	return cmd
}

// A data directory has one server. The second one, in the same process or another, says so and touches nothing; one
// that was killed with kill -9 leaves the directory free.
func TestOneServerADirectory(t *testing.T) {
	dir := t.TempDir()
	first := startProcess(t, dir)
	before := content(t, dir)
	refused := func() {
		t.Helper()
		s, err := server.Open(t.Context(), config(dir))
		if err == nil {
			t.Fatalf("two servers have the directory: %v", s.Bootstrap().BaseURL)
		}
		if !strings.Contains(err.Error(), dir+": another server has it") {
			t.Errorf("the refusal says %q", err)
		}
	}
	refused()
	if after := content(t, dir); after != before {
		t.Errorf("bootstrap.json was\n%s\nand is\n%s", before, after)
	}
	want(t, read(t, dir).BaseURL+"/api/private/unauth/nds/defaultMongoDBMajorVersion", 200)

	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // says that it was killed
	second, err := server.Open(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	refused()
	ended, end := context.WithCancel(t.Context())
	end()
	if err := second.Run(ended); err != nil {
		t.Fatal(err)
	}
	third := startProcess(t, dir)
	if err := third.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := third.Wait(); err != nil {
		t.Errorf("after SIGTERM the server ends with %v", err)
	}
}
