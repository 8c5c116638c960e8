// Package nodes runs several telamon serve processes on one PostgreSQL.
package nodes

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/server"
)

func TestMain(m *testing.M) { program.Main(m) }

// node is a telamon serve process.
type node struct {
	t     *testing.T
	dir   string
	store string
	flags []string
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
	err   error         // how it has ended
	log   *program.Log
	boot  server.Bootstrap
	token string // of the first service account
}

func newNode(t *testing.T, store string, flags ...string) *node {
	t.Helper()
	n := &node{t: t, dir: t.TempDir(), store: store, flags: flags, log: new(program.Log)}
	t.Cleanup(func() {
		n.kill()
		if t.Failed() {
			t.Logf("the log of the node in %s:\n%s", n.dir, n.log)
		}
	})
	return n
}

// launch starts the process; ready waits until it serves.
func (n *node) launch() {
	n.t.Helper()
	n.cmd = exec.Command(program.Path(n.t), append([]string{"serve", "--data", n.dir, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0", "--rate-limits", "off", "--log-level", "warn"}, n.flags...)...)
	n.cmd.Env = append(os.Environ(), "TELAMON_STORE="+n.store)
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	n.must(n.cmd.Start())
	ended := make(chan struct{})
	n.ended = ended
	go func() {
		n.err = n.cmd.Wait()
		close(ended)
	}()
}

func (n *node) ready() {
	n.t.Helper()
	eventually(n.t, "a node that is ready", func() bool {
		select {
		case <-n.ended:
			n.t.Fatalf("the node has ended: %v", n.err)
		default:
		}
		raw, err := os.ReadFile(n.path("bootstrap.json"))
		if err != nil {
			return false
		}
		n.must(json.Unmarshal(raw, &n.boot))
		res, err := http.Get(n.boot.ManagementURL + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

func (n *node) path(name string) string { return filepath.Join(n.dir, name) }

// kill is kill -9.
func (n *node) kill() {
	if n.ended != nil {
		_ = n.cmd.Process.Kill() // it may have ended already
		<-n.ended
	}
}

// name is the node's name.
func (n *node) name() string {
	n.t.Helper()
	raw, err := os.ReadFile(n.path("node"))
	n.must(err)
	return string(raw)
}

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// object is a JSON object.
type object = map[string]any

// call sends a request with the node's token and returns the answer.
func (n *node) call(method, path string, body any) (int, object) {
	n.t.Helper()
	return n.callAs(n.token, method, path, body)
}

func (n *node) callAs(token, method, path string, body any) (int, object) {
	n.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		raw, err = json.Marshal(body)
		n.must(err)
	}
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, n.boot.BaseURL+"/api/atlas/v2"+path, bytes.NewReader(raw))
	n.must(err)
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	n.must(err)
	defer res.Body.Close()
	var answer object
	if res.StatusCode != http.StatusNoContent {
		n.must(json.NewDecoder(res.Body).Decode(&answer))
	}
	return res.StatusCode, answer
}

// want is call, and fails the test if the answer does not have the status.
func (n *node) want(status int, method, path string, body any) object {
	n.t.Helper()
	got, answer := n.call(method, path, body)
	if got != status {
		n.t.Fatalf("%s %s: %d, want %d: %v", method, path, got, status, answer)
	}
	return answer
}

// list reads a whole list in small pages, which must not repeat or skip anything.
func (n *node) list(path string) []object {
	n.t.Helper()
	var all []object
	for num := 1; ; num++ {
		page := n.want(http.StatusOK, http.MethodGet, path+"?itemsPerPage=17&pageNum="+itoa(num), nil)
		for _, item := range page["results"].([]any) {
			all = append(all, item.(object))
		}
		if total := int(page["totalCount"].(float64)); len(all) >= total || len(page["results"].([]any)) == 0 {
			if len(all) != total {
				n.t.Errorf("%s: %d entries, and %d in all", path, len(all), total)
			}
			return all
		}
	}
}

// eventually polls until ok, or ends the test.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	within(t, time.Minute, what, ok)
}

func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s, in vain", limit, what)
		}
	}
}
