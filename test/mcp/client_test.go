package mcp

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// client talks to an MCP server over its standard input and output, one JSON-RPC message a line (Model Context Protocol,
// "Transports").
type client struct {
	t      *testing.T
	to     io.Writer
	from   *bufio.Scanner
	log    *program.Log
	lastID int
}

// run starts the MCP server that npm installs.
func run(t *testing.T, env ...string) *client {
	t.Helper()
	path, err := filepath.Abs("../node/node_modules/mongodb-mcp-server/dist/esm/index.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		testneeds.Missing(t, "MongoDB's MCP server (make clients brings it)", err)
	}
	cmd := exec.CommandContext(t.Context(), "node", path)
	cmd.Env = append(os.Environ(), env...)
	c := &client{t: t, log: new(program.Log)}
	cmd.Stderr = c.log
	if c.to, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // killed
		if t.Failed() {
			t.Logf("the MCP server's log:\n%s", c.log)
		}
	})
	watch := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // so that a request that is not answered ends
	t.Cleanup(func() { watch.Stop() })
	c.from = bufio.NewScanner(stdout)
	c.from.Buffer(nil, 1<<24)
	return c
}

func (c *client) send(message any) {
	c.t.Helper()
	raw, err := json.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.to.Write(append(raw, '\n')); err != nil {
		c.t.Fatal(err)
	}
}

// request waits for the answer to a request, and skips the server's notifications.
func (c *client) request(method string, params, into any) {
	c.t.Helper()
	c.lastID++
	c.send(object{"jsonrpc": "2.0", "id": c.lastID, "method": method, "params": params})
	for c.from.Scan() {
		var message struct {
			ID     int
			Result json.RawMessage
			Error  json.RawMessage
		}
		if json.Unmarshal(c.from.Bytes(), &message) != nil || message.ID != c.lastID {
			continue
		}
		if message.Error != nil {
			c.t.Fatalf("%s %v: %s", method, params, message.Error)
		}
		if err := json.Unmarshal(message.Result, into); err != nil {
			c.t.Fatalf("%s: %v: %s", method, err, message.Result)
		}
		return
	}
	c.t.Fatalf("%s %v is not answered: %v", method, params, c.from.Err())
}
