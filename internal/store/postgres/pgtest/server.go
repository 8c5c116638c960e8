package pgtest

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/telamon-db/telamon/internal/testneeds"
)

// Server is a throw-away PostgreSQL. It listens on a socket in its own directory, under /tmp. Server and directory are
// gone when the process that started them ends, however it ends.
type Server struct {
	URL string

	keeper  *exec.Cmd // runs keeper.sh
	orders  io.WriteCloser
	answers *bufio.Reader
}

// Start returns a server of the test's own, which it may stop and start.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start(binaries(t))
	if err != nil {
		t.Fatalf("cannot start PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Errorf("cannot end PostgreSQL: %v", err)
		}
	})
	return s
}

// Stop ends the server as a crash would, without writing anything down (pg_ctl stop -m immediate).
func (s *Server) Stop() error { return s.order("stop") }

// Start starts the server again, at the same address, and waits until it answers.
func (s *Server) Start() error { return errors.Join(s.order("start"), s.await()) }

// binaries finds the folder of PostgreSQL's programs: the newest that Debian has installed, or the one in PATH.
func binaries(t testing.TB) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
	}
	path, err := exec.LookPath("postgres")
	if err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	testneeds.Missing(t, "PostgreSQL, installed or named in TELAMON_TEST_POSTGRES", err)
	return ""
}

// version is the folder's number in /usr/lib/postgresql/NUMBER/bin/postgres.
func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // 0: not one of Debian's
	return n
}

//go:embed keeper.sh
var keeper string

func start(bin string) (*Server, error) {
	s := &Server{keeper: exec.Command("/bin/sh", "-c", keeper, bin)}
	s.keeper.Dir, s.keeper.Stderr = "/", os.Stderr
	s.keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for the tests, which then end it
	var err error
	if s.keeper.SysProcAttr.Credential, err = credential(); err != nil {
		return nil, err
	}
	if s.orders, err = s.keeper.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.keeper.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.answers = bufio.NewReader(out)
	if err := s.keeper.Start(); err != nil {
		return nil, err
	}
	dir, err := s.answers.ReadString('\n')
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	q := url.Values{"host": {strings.TrimSpace(dir)}, "user": {"postgres"}}
	s.URL = "postgres:///postgres?" + q.Encode()
	if err := s.await(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// credential is the user that the server runs as: PostgreSQL refuses to run as root.
func credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

func (s *Server) order(what string) error {
	if _, err := fmt.Fprintln(s.orders, what); err != nil {
		return err
	}
	answer, err := s.answers.ReadString('\n')
	if err == nil && answer != "done\n" {
		err = fmt.Errorf("%s: %s", what, answer)
	}
	return err
}

// await returns once the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return conn.Close(ctx)
		}
		if ctx.Err() != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// close has the keeper end the server and remove its directory, and waits for it.
func (s *Server) close() error { return errors.Join(s.orders.Close(), s.keeper.Wait()) }
