package plane

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
)

func TestStartTwice(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	had := port(c)
	b.start(c)
	if port(c) != had {
		t.Errorf("the second start moved the cluster from %d to %d", had, port(c))
	}
	b.want(c, 1)
}

func TestStopKeepsDataAndPort(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	c := newCluster("alpha")
	b.start(c)
	had := port(c)
	b.insert(c, 1)
	for i := range 5 {
		b.must(b.Stop(c.ID))
		b.must(b.Stop(c.ID))
		if conn, err := net.Dial("tcp", address(had)); err == nil {
			conn.Close()
			t.Fatal("a stopped cluster is reachable")
		}
		if b.start(c); port(c) != had {
			t.Fatalf("start %d moved the cluster from %d to %d", i, had, port(c))
		}
		b.want(c, 1)
	}
	b.must(b.Close())
	again := newBench(t, dir)
	if again.start(c); port(c) != had {
		t.Errorf("another process moved the cluster from %d to %d", had, port(c))
	}
	again.want(c, 1)
}

func TestPorts(t *testing.T) {
	b := newBench(t, t.TempDir())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	b.must(err)
	defer taken.Close()
	number := taken.Addr().(*net.TCPAddr).Port
	c := newCluster("alpha")
	c.Members = []model.Member{{Port: number}}
	if b.start(c); port(c) == number || port(c) == 0 {
		t.Errorf("the cluster is at %d, which is taken", port(c))
	}
	b.cfg.PortFrom, b.cfg.PortTo = number, number
	if _, err := b.Start(newCluster("beta")); err == nil {
		t.Error("a cluster runs without a port")
	}
	taken.Close()
	d := newCluster("beta")
	if b.start(d); port(d) != number {
		t.Errorf("the cluster is at %d, not in the range that begins and ends with %d", port(d), number)
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// TestPortsOfOthers: a cluster that has not started yet, or is paused, finds its port again.
func TestPortsOfOthers(t *testing.T) {
	b, number := newBench(t, t.TempDir()), 61200 // above those that systems choose from
	for l, err := net.Listen("tcp", address(number)); ; l, err = net.Listen("tcp", address(number)) {
		if err == nil {
			b.must(l.Close())
			break
		}
		number++
	}
	b.cfg.PortFrom, b.cfg.PortTo = number, number+20
	alpha, beta := newCluster("alpha"), newCluster("beta")
	alpha.Members = []model.Member{{Port: number}}
	b.Claim(alpha)
	if b.start(beta); port(beta) == number {
		t.Error("another cluster has the port")
	}
	if b.start(alpha); port(alpha) != number {
		t.Errorf("the cluster is at %d, its port is %d", port(alpha), number)
	}
	b.must(b.Stop(alpha.ID))
	gamma := newCluster("gamma")
	if b.start(gamma); port(gamma) == number {
		t.Error("another cluster has the port of one that is stopped")
	}
	b.must(b.Remove(alpha.ID))
	delta := newCluster("delta")
	if b.start(delta); port(delta) != number {
		t.Errorf("the port of a cluster that is gone stays unused: %d", port(delta))
	}
}

func TestRemove(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.must(b.Remove(c.ID))
	b.must(b.Remove(c.ID))
	if left := b.has("clusters"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestNeverBegunAnew: if the data of a cluster that has been ready is missing, Start fails, and does not create an empty
// database.
func TestNeverBegunAnew(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	stale := *c
	stale.Dataset = "another"
	if _, err := b.Start(&stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a switch to what is not there: %v", err)
	}
	b.want(c, 1)
	b.must(b.Stop(c.ID))
	if _, err := b.Start(&stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a start on what is not there: %v", err)
	}
	b.start(c)
	b.want(c, 1)
	b.must(b.Remove(c.ID))
	if _, err := b.Start(c); !errors.Is(err, fs.ErrNotExist) || len(b.has("clusters")) > 0 {
		t.Errorf("a cluster that is gone: %v; files %v", err, b.has("clusters"))
	}
}

func TestClosed(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.must(b.Close())
	b.must(b.Close())
	if _, err := b.Start(c); !errors.Is(err, ErrStopped) {
		t.Errorf("a start after the end: %v", err)
	}
	if _, err := b.Snapshot(t.Context(), c.ID, model.NewID()); err == nil {
		t.Error("a snapshot after the end")
	}
}

// TestBrokenData: data that cannot be opened is an error, and does not end the process. Once it is repaired, the cluster
// runs.
func TestBrokenData(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.must(os.MkdirAll(b.cluster(c.ID), 0o700))
	b.must(os.WriteFile(b.dataset(c.ID, "data"), []byte("no directory"), 0o600))
	for range 2 {
		if _, err := b.Start(c); err == nil {
			t.Fatal("a file was opened as a database")
		}
	}
	b.must(os.Remove(b.dataset(c.ID, "data")))
	b.start(c)
	b.insert(c, 1)
}

// TestBadTable: a damaged table is an error of commands that read it, and does not affect other clusters of the process.
func TestBadTable(t *testing.T) {
	b := newBench(t, t.TempDir())
	bad, good := newCluster("alpha"), newCluster("beta")
	b.start(bad)
	b.start(good)
	b.insert(good, 1)
	b.fill(bad, 100)
	b.must(b.Stop(bad.ID))
	b.start(bad) // makes tables of the log
	b.must(b.Stop(bad.ID))
	tables, err := filepath.Glob(filepath.Join(b.dataset(bad.ID, "data"), "*.sst"))
	b.must(err)
	if len(tables) == 0 {
		t.Fatal("there are no tables")
	}
	for _, table := range tables {
		raw, err := os.ReadFile(table)
		b.must(err)
		for i := range len(raw) / 2 { // its beginning: blocks of data
			raw[i] ^= 0xff
		}
		b.must(os.WriteFile(table, raw, 0o600))
	}
	if _, err := b.Start(bad); err == nil {
		reply := b.try(bad, bson.D{{Key: "count", Value: "fillers"}, {Key: "query", Value: bson.D{{Key: "filler", Value: 1}}}})
		if reply.Lookup("ok").Double() != 0 {
			t.Errorf("read from bad tables: %v", reply)
		}
	}
	b.want(good, 1)
}

// TestAllAtOnce: after any concurrent calls, the cluster runs at one port and has lost no data.
func TestAllAtOnce(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	taken := b.takes(c)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 8 {
				if topology, err := b.Start(c); err != nil || !topology.Equal(c.Topology) {
					t.Errorf("start: %v, %v", topology, err)
				}
			}
		})
		all.Go(func() {
			for range 4 {
				if err := b.Stop(c.ID); err != nil {
					t.Errorf("stop: %v", err)
				}
			}
		})
		all.Go(func() {
			id := model.NewID()
			for range 4 {
				_, _ = b.Snapshot(t.Context(), c.ID, id)   // fails while the cluster is stopped
				_ = b.Pause(t.Context(), c.ID, time.Now()) // likewise
			}
			if err := b.DropSnapshot(t.Context(), id); err != nil {
				t.Errorf("drop: %v", err)
			}
		})
	}
	all.Wait()
	b.start(c)
	b.want(c, 1)
	if got := b.has("snapshots"); !slices.Equal(got, []string{taken}) {
		t.Errorf("snapshots %v", got)
	}
}

// TestHeld: goroutines that hold the cluster's lock may restore and restart it at the same time, and each finds the dataset
// that the row names.
func TestHeld(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	taken := b.takes(c)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			defer b.Hold(c.ID)()
			next := model.NewID()
			err := errors.Join(b.Lay(t.Context(), taken, nil, c.ID, next), b.Pause(t.Context(), c.ID, time.Now()))
			c.Dataset = next
			if _, err2 := b.Start(c); err != nil || err2 != nil {
				t.Errorf("restore: %v, %v", err, err2)
			}
		})
		all.Go(func() {
			for range 4 {
				func() {
					defer b.Hold(c.ID)()
					_, err := b.Start(c)
					if err := errors.Join(b.Stop(c.ID), err); err != nil {
						t.Errorf("restart: %v", err)
					}
					if _, err := b.Start(c); err != nil {
						t.Errorf("restart: %v", err)
					}
				}()
			}
		})
	}
	all.Wait()
	b.want(c, 1)
	if got := b.has("clusters", c.ID); !slices.Equal(got, []string{c.Dataset}) {
		t.Errorf("datasets %v, the cluster uses %s", got, c.Dataset)
	}
	if n := len(b.holds.all); n > 0 {
		t.Errorf("%d clusters are held by nobody", n)
	}
}

// TestCloseBesideStarts: Close waits for concurrent calls of Start, and leaves nothing running.
func TestCloseBesideStarts(t *testing.T) {
	b := newBench(t, t.TempDir())
	var clusters []*model.Cluster
	for range 6 {
		clusters = append(clusters, newCluster("alpha"))
	}
	var all sync.WaitGroup
	for _, c := range clusters {
		all.Go(func() {
			for range 3 {
				if _, err := b.Start(c); err != nil && !errors.Is(err, ErrStopped) {
					t.Errorf("start: %v", err)
				}
			}
		})
	}
	all.Go(func() { b.must(b.Close()) })
	all.Wait()
	for _, c := range clusters {
		if _, err := b.get(c.ID); err == nil {
			t.Error("a cluster runs on")
		}
	}
	if locks, err := filepath.Glob(filepath.Join(b.cfg.DataDir, "clusters", "*", "*", "LOCK")); err == nil && len(locks) > 0 {
		again := newBench(t, b.cfg.DataDir)
		for _, c := range clusters {
			again.start(c)
		}
	}
}
