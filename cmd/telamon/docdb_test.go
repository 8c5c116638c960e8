package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// TestMain lets the test be the program, so that it can be ended by a signal.
func TestMain(m *testing.M) {
	if os.Getenv("TELAMON_TEST_IS_THE_PROGRAM") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program starts telamon and returns the first line that it prints.
func program(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	p := exec.Command(os.Args[0], args...)
	p.Env = append(os.Environ(), "TELAMON_TEST_IS_THE_PROGRAM=1")
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	line := make([]byte, 0, 200)
	for one := make([]byte, 1); !strings.HasSuffix(string(line), "\n"); line = append(line, one[0]) {
		if _, err := io.ReadFull(out, one); err != nil {
			t.Fatal(err)
		}
	}
	return p, string(line)
}

// TestDocdb: a driver works on it without login, in each compression, and SIGTERM ends it in order.
func TestDocdb(t *testing.T) {
	dir := t.TempDir()
	for round, compressor := range []string{"snappy", "zlib", "zstd"} {
		p, line := program(t, "docdb", "--data", dir, "--listen", "127.0.0.1:0")
		uri := strings.TrimSpace(line[strings.Index(line, "mongodb://"):])
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		client, err := mongo.Connect(options.Client().ApplyURI(uri).SetCompressors([]string{compressor}))
		if err != nil {
			t.Fatal(err)
		}
		c := client.Database("config").Collection("things") // where a cluster's users may not write
		if _, err := c.InsertOne(ctx, bson.M{"_id": round}); err != nil {
			t.Fatal(err)
		}
		if n, err := c.CountDocuments(ctx, bson.M{}); err != nil || n != int64(round+1) {
			t.Errorf("%d documents, %v", n, err)
		}
		if err := client.Disconnect(ctx); err != nil {
			t.Error(err)
		}
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	}
}

func TestDocdbListensToThisMachineOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:27017", "127.0.0.1", "nothing:x"} {
		c := command()
		c.SetArgs([]string{"docdb", "--data", t.TempDir(), "--listen", address})
		if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "--listen") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
