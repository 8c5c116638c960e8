package driver

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/telamon-db/telamon/internal/testneeds"
)

// needNode is the path of a file that npm installs. Without it, the test is skipped, or fails where everything is required.
func needNode(t *testing.T, name ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "node", "node_modules"}, name...)...))
	must(t, err)
	if _, err := os.Stat(path); err != nil {
		testneeds.Missing(t, filepath.Join(name...)+" (make clients brings it)", err)
	}
	return path
}

// lossy is another address of a server. After each every answers, it drops the next one together with its connection.
func lossy(t *testing.T, addr string, every int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		l.Close()
		wait.Wait()
	})
	var answers atomic.Int64
	wait.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addr)
			if err != nil {
				client.Close()
				continue
			}
			hangUp := func() { client.Close(); server.Close() }
			context.AfterFunc(ctx, hangUp)
			wait.Go(func() {
				defer hangUp()
				_, _ = io.Copy(server, client) // until one of them hangs up
			})
			wait.Go(func() {
				defer hangUp()
				answer := make([]byte, 1<<16)
				for {
					n, err := server.Read(answer)
					if err != nil || answers.Add(1)%every == 0 {
						return
					}
					if _, err := client.Write(answer[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	return l.Addr().String()
}

// TestNodeDriver runs test/node/driver.mjs, which prints a line for each of its steps that succeeds.
func TestNodeDriver(t *testing.T) {
	needNode(t, "mongodb")
	node, err := exec.LookPath("node")
	must(t, err)
	script, err := filepath.Abs(filepath.Join("..", "node", "driver.mjs"))
	must(t, err)
	w := newWorld(t)
	other := *w
	other.addr = lossy(t, w.addr, 29)
	cmd := exec.CommandContext(t.Context(), node, script, w.uri("root"), other.uri("root", "directConnection=true"))
	out, err := cmd.CombinedOutput()
	if n := strings.Count(string(out), "ok "); err != nil || n != 15 {
		t.Errorf("%d of 15 steps: %v\n%s", n, err, out)
	}
}
