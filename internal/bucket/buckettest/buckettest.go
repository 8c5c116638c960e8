// Package buckettest runs a real server of S3's protocol for tests: versitygw, of which tools/s3 has the version.
package buckettest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// Name is the bucket that the server has.
const Name = "backups"

// Server is a running server.
type Server struct {
	bucket.Service
	Dir string // its bucket as a directory, in which objects are files
}

// Start runs a server until the test ends. Where the server cannot be built, as without a network, the test is skipped.
func Start(t *testing.T) *Server {
	t.Helper()
	program, err := build()
	if err != nil {
		testneeds.Missing(t, "a server of S3's protocol", err)
	}
	port, err := free()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	s := &Server{Dir: filepath.Join(root, Name), Service: bucket.Service{
		Endpoint: fmt.Sprintf("http://127.0.0.1:%d", port), AccessKey: "tester", SecretKey: "only-for-tests",
	}}
	if err := os.Mkdir(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--port", fmt.Sprintf("127.0.0.1:%d", port), "--quiet", "posix", "--sidecar", t.TempDir(), root)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.AccessKey, "ROOT_SECRET_KEY="+s.SecretKey)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	s.await(t)
	return s
}

// await waits until the server answers.
func (s *Server) await(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	b, err := s.Open(Name)
	if err != nil {
		t.Fatal(err)
	}
	for {
		_, err := b.Has(ctx, "anything")
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("the server of S3's protocol does not answer: ", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func free() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// build returns the server's program, which it makes if it is not there.
func build() (string, error) {
	root, err := root()
	if err != nil {
		return "", err
	}
	program := filepath.Join(root, ".bin", "versitygw")
	if made, err := os.Stat(program); err == nil {
		wanted, err := os.Stat(filepath.Join(root, "tools", "s3", "go.mod"))
		if err != nil || made.ModTime().After(wanted.ModTime()) {
			return program, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		return "", err
	}
	next := fmt.Sprintf("%s.%d", program, os.Getpid()) // several tests may build at once
	out, err := exec.Command("go", "-C", filepath.Join(root, "tools", "s3"), "build", "-o", next, "github.com/versity/versitygw/cmd/versitygw").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, os.Rename(next, program)
}

// root is the directory of the module that the working directory is in: tests run in their package's directory.
func root() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "tools", "s3", "go.mod")); missing == nil {
			return dir, nil
		}
	}
	return "", errors.Join(err, errors.New("tools/s3 is not above the working directory"))
}
