package docdb

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/disk"
	"github.com/telamon-db/telamon/internal/wire"
)

// small is a disk with room for some bytes more. What does not fit is written in part.
type small struct {
	vfs.FS
	room  atomic.Int64 // bytes
	descs atomic.Bool  // there are file descriptors left
}

func newSmall() *small {
	s := &small{FS: vfs.NewMem()}
	s.room.Store(1 << 40)
	s.descs.Store(true)
	return s
}

func (s *small) fill()  { s.room.Store(1000) }
func (s *small) empty() { s.room.Store(1 << 40) }

func (s *small) made(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &smallFile{f, s}, nil
}

func (s *small) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	switch {
	case !s.descs.Load():
		return nil, syscall.EMFILE
	case s.room.Load() <= 0:
		return nil, syscall.ENOSPC
	}
	return s.made(s.FS.Create(name, c))
}

func (s *small) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return s.made(s.FS.ReuseForWrite(old, name, c))
}

func (s *small) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	if !s.descs.Load() {
		return nil, syscall.EMFILE
	}
	return s.FS.Open(name, opts...)
}

type smallFile struct {
	vfs.File
	s *small
}

func (f *smallFile) Write(p []byte) (int, error) {
	fits := min(len(p), int(max(0, f.s.room.Add(-int64(len(p)))+int64(len(p)))))
	n, err := f.File.Write(p[:fits])
	if err == nil && n < len(p) {
		f.s.room.Store(0)
		err = syscall.ENOSPC
	}
	return n, err
}

// lines counts what is logged.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.String(), "\n")
}

// within fails the test unless fn returns soon.
func soon(t *testing.T, what string, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s does not end", what)
	}
}

const kilobyte = 1 << 10

func big(id any) d { return d{{"_id", id}, {"s", bson.Binary{Data: make([]byte, 100*kilobyte)}}} }

// writeUntil inserts until the answer is not ok, and returns it with the ids that were acknowledged.
func (x *db) writeUntil(from int) (ids []int, reply bson.Raw) {
	x.t.Helper()
	for i := from; i < from+1000; i++ {
		if reply = x.run(d{{"insert", "c"}, {"documents", a{big(i)}}}); reply.Lookup("ok").Double() != 1 {
			return ids, reply
		}
		ids = append(ids, i)
	}
	x.t.Fatal("the disk does not fill up")
	return nil, nil
}

// recovers waits until a write is taken again.
func (x *db) recovers(id any) {
	x.t.Helper()
	soon(x.t.(*testing.T), "the trouble", func() {
		for x.run(d{{"insert", "c"}, {"documents", a{big(id)}}}).Lookup("ok").Double() != 1 {
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func (x *db) has(ids []int) {
	x.t.Helper()
	for _, id := range ids {
		if n := x.ok(d{{"count", "c"}, {"query", d{{"_id", id}}}}).Lookup("n").Int32(); n != 1 {
			x.t.Errorf("document %d is there %d times", id, n)
		}
	}
}

// A write on a full disk fails in time, reads go on, and so does everything when there is room. What was acknowledged is
// there, before and after the next start.
func TestFullDisk(t *testing.T) {
	fs, log := newSmall(), new(lines)
	x := open(t, "data", Options{fs: fs, Logger: slog.New(slog.NewTextHandler(log, nil))})
	ids, next := []int(nil), 0
	for _, left := range []int64{0, 1, 300 * kilobyte, 5000 * kilobyte} {
		fs.room.Store(left)
		soon(t, "writing", func() {
			done, reply := x.writeUntil(next)
			ids, next = append(ids, done...), next+1000
			if code := reply.Lookup("code").Int32(); code != wire.OutOfDiskSpace.Number {
				t.Errorf("with %d bytes left: %s", left, reply)
			}
			x.fails(wire.OutOfDiskSpace, d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", -1}}}, {"u", d{{"$set", d{{"a", 1}}}}}, {"upsert", true}}}}})
			x.fails(wire.OutOfDiskSpace, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"s", 1}}}, {"name", "s"}}}}})
			x.has(ids)
		})
		if err := x.e.Trouble(); !disk.IsFull(err) {
			t.Errorf("the trouble is %v", err)
		}
		fs.empty()
		x.recovers(next + 999)
		ids = append(ids, next+999)
		if err := x.e.Trouble(); err != nil {
			t.Errorf("the trouble is %v", err)
		}
		x.has(ids)
		x.ok(d{{"find", "c"}, {"limit", 1}, {"readConcern", d{{"level", "majority"}}}})
	}
	if n := log.count(); n > 20 {
		t.Errorf("%d lines in the log:\n%s", n, log)
	}
	x.sound()
	x.close()
	open(t, "data", Options{fs: fs}).has(ids)
}

// The time that a write may take is over before the database is known to be stuck.
func TestFullDiskAndLittleTime(t *testing.T) {
	fs := newSmall()
	x := open(t, "data", Options{fs: fs})
	x.insert("c", d{{"_id", "before"}})
	fs.fill()
	defer fs.empty()
	soon(t, "a write with little time", func() {
		x.fails(wire.MaxTimeMSExpired, d{{"insert", "c"}, {"documents", a{big(1)}}, {"maxTimeMS", 100}})
	})
	soon(t, "a read that asks for what is durable", func() {
		x.run(d{{"find", "c"}, {"readConcern", d{{"level", "majority"}}}, {"maxTimeMS", 100}})
	})
}

// A database ends on a full disk, and what was acknowledged is there when it begins again. It does not begin while there
// is no room, and says so.
func TestEndOnAFullDisk(t *testing.T) {
	fs := newSmall()
	for round := range 4 {
		e, err := Open("data", Options{fs: fs})
		if err != nil {
			t.Fatal(err)
		}
		x := &db{t, e, e.NewSession(t.Context(), wire.User{})}
		fs.room.Store(int64(round) * 700 * kilobyte)
		var ids []int
		soon(t, "writing", func() { ids, _ = x.writeUntil(round * 1000) })
		soon(t, "closing", x.close)
		soon(t, "opening on a full disk", func() {
			if _, err := Open("data", Options{fs: fs}); !disk.IsFull(err) {
				t.Errorf("a start on a full disk: %v", err)
			}
		})
		fs.empty()
		y := open(t, "data", Options{fs: fs})
		y.has(ids)
		y.sound()
		y.close()
	}
}

// Without file descriptors nothing is lost, and the log is not filled.
func TestNoDescriptors(t *testing.T) {
	fs, log := newSmall(), new(lines)
	x := open(t, "data", Options{fs: fs, Logger: slog.New(slog.NewTextHandler(log, nil))})
	ids := []int(nil)
	fs.descs.Store(false)
	soon(t, "writing", func() {
		done, reply := x.writeUntil(0)
		ids = done
		if reply.Lookup("code").Int32() != wire.OperationFailed.Number {
			t.Errorf("without descriptors: %s", reply)
		}
	})
	x.has(ids)
	fs.descs.Store(true)
	x.recovers(-1)
	x.has(ids)
	if n := log.count(); n > 20 {
		t.Errorf("%d lines in the log:\n%s", n, log)
	}
	x.sound()
}
