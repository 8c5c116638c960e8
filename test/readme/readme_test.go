// Package readme runs the README's tour in a shell, as a newcomer would paste it, against the program.
package readme

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/testneeds"
)

func TestMain(m *testing.M) { program.Main(m) }

// require skips the test if a tool is missing, or fails it if everything is required.
func require(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err == nil {
		return path
	}
	testneeds.Missing(t, tool, err)
	return ""
}

func TestTheTourWorksWhenPasted(t *testing.T) {
	if _, err := os.Stat("../node/node_modules/.bin/mongosh"); err == nil {
		shells, err := filepath.Abs("../node/node_modules/.bin")
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", shells+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	for _, tool := range []string{"bash", "curl", "mongosh"} {
		require(t, tool)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	serve(ctx, t, dir)

	tour := blocks(t, "## A tour", "## In a Go test")
	shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", strings.Join(tour, "\n"))
	shell.Dir = dir
	shell.Env = append(os.Environ(), "HOME="+dir)
	raw, err := shell.CombinedOutput()
	out := string(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`"name": "Project0"`, "GROUP_ALREADY_EXISTS", `"field":"tags[0].value"`, "IP_ADDRESS_NOT_ON_ACCESS_LIST", `"orgMembershipStatus": "ACTIVE"`,
		"CREATING", "\n100\n", "Authentication failed", `{"enabled":true}`, "FILTER_JSON", "\n10\n", "\n10000\n", "CPS_RESTORE_SUCCESSFUL", "CLUSTER_READY", `"operation":"getCluster"`, `"ahead":"48h`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the tour does not print %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// serve runs the README's first command in dir, on free ports.
func serve(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	var log bytes.Buffer
	server := exec.Command(program.Path(t), "serve") // not ended by ctx, but with a signal below
	server.Dir = dir
	server.Env = append(os.Environ(), "TELAMON_LISTEN=127.0.0.1:0", "TELAMON_MANAGEMENT=127.0.0.1:0")
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt) // it may have ended
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v\n%s", err, log.String())
		}
	})
	for {
		if _, err := os.Stat(filepath.Join(dir, "telamon-data", "bootstrap.json")); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the server does not start\n%s", log.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// blocks are the shell blocks of the README between two headings.
func blocks(t *testing.T, from, to string) []string {
	t.Helper()
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(raw), from)
	text, _, ends := strings.Cut(text, to)
	if !found || !ends {
		t.Fatalf("the README has no part from %q to %q", from, to)
	}
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "```sh\n")
		if !ok {
			return out
		}
		block, after, _ := strings.Cut(rest, "```")
		out, text = append(out, block), after
	}
}
