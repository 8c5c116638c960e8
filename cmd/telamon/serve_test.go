package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/server"
)

// output is what a command prints; it ends the command once there is any.
type output struct {
	bytes.Buffer
	end func()
}

func (o *output) Write(b []byte) (int, error) {
	o.end()
	return o.Buffer.Write(b)
}

// serveOnce starts and stops a server, and returns what it prints.
func serveOnce(t *testing.T, dir string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out := &output{end: cancel}
	c := serveCommand()
	c.SetArgs([]string{"--data", dir, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"})
	c.SetOut(out)
	if err := c.ExecuteContext(ctx); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestSecretsArePrintedOnce: what a server prints ends in the logs of whatever runs it. Whoever begins a store sees its
// credentials; every later start only says where they are.
func TestSecretsArePrintedOnce(t *testing.T) {
	dir := t.TempDir()
	first, second := serveOnce(t, dir), serveOnce(t, dir)
	raw, err := os.ReadFile(filepath.Join(dir, "bootstrap.json"))
	if err != nil {
		t.Fatal(err)
	}
	var b server.Bootstrap
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{b.PrivateKey, b.ClientSecret} {
		if secret == "" || !strings.Contains(first, secret) || strings.Contains(second, secret) {
			t.Errorf("the secret %q, on the first start:\n%s\non the second:\n%s", secret, first, second)
		}
	}
	if !strings.Contains(second, "bootstrap.json") || !strings.Contains(second, b.BaseURL) {
		t.Errorf("on the second start:\n%s", second)
	}
}
