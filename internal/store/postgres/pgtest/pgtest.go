// Package pgtest gives tests a PostgreSQL.
//
// TELAMON_TEST_POSTGRES names a server by its URL. Without it a throw-away server is started from installed binaries,
// once in a test binary. Without binaries the test is skipped, or fails where TELAMON_REQUIRE_ALL is set.
package pgtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// poolSize keeps tests that run at the same time within the connections that a server allows by default.
const poolSize = "6"

// URL returns the URL of an empty schema of the test's own, which is removed when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	if address := os.Getenv("TELAMON_TEST_POSTGRES"); address != "" {
		return schema(t, address)
	}
	return schema(t, shared(t))
}

// shared is the address of the server that the tests of this binary share. It ends with the process.
func shared(t testing.TB) string {
	t.Helper()
	bin := binaries(t)
	s, err := common(bin)
	if err != nil {
		t.Fatalf("cannot start PostgreSQL: %v", err)
	}
	return s.URL
}

var (
	once      sync.Once
	theServer *Server
	errServer error
)

func common(bin string) (*Server, error) {
	once.Do(func() { theServer, errServer = start(bin) })
	return theServer, errServer
}

// schema makes a schema and returns the address of it.
func schema(t testing.TB, address string) string {
	t.Helper()
	name := "telamon_test_" + strings.ToLower(rand.Text())
	run := func(statement string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, statement)
		return err
	}
	if err := run("CREATE SCHEMA " + name); err != nil {
		t.Fatalf("cannot make a schema for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := run("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Errorf("cannot remove the test's schema: %v", err)
		}
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("TELAMON_TEST_POSTGRES is no URL") // it may hold a password
	}
	q := u.Query()
	q.Set("search_path", name)
	q.Set("pool_max_conns", poolSize)
	u.RawQuery = q.Encode()
	return u.String()
}
