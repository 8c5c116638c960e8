package docdb

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// countingFS counts how often the log is synced.
type countingFS struct {
	vfs.FS
	syncs *atomic.Int64
}

func (c countingFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := c.FS.Create(name, category)
	return c.counted(name, f), err
}

func (c countingFS) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := c.FS.ReuseForWrite(from, to, category)
	return c.counted(to, f), err
}

func (c countingFS) counted(name string, f vfs.File) vfs.File {
	if !strings.HasSuffix(name, ".log") {
		return f
	}
	return countingFile{f, c.syncs}
}

type countingFile struct {
	vfs.File
	syncs *atomic.Int64
}

func (f countingFile) Sync() error {
	f.syncs.Add(1)
	return f.File.Sync()
}

func (f countingFile) SyncData() error {
	f.syncs.Add(1)
	return f.File.SyncData()
}

// BenchmarkSharedSyncs is 32 clients that insert at the same time: how many inserts share a sync of the disk.
func BenchmarkSharedSyncs(b *testing.B) {
	const clients, each = 32, 20
	var syncs atomic.Int64
	x := open(b, b.TempDir(), Options{fs: countingFS{vfs.Default, &syncs}})
	var sessions []*db
	for range clients {
		sessions = append(sessions, x.other())
	}
	x.insert("c", d{{"_id", "first"}})
	syncs.Store(0)
	n := 0
	for b.Loop() {
		var group sync.WaitGroup
		for _, y := range sessions {
			group.Go(func() {
				for range each {
					y.insert("c", d{{"a", 1}})
				}
			})
		}
		group.Wait()
		n += clients * each
	}
	b.ReportMetric(float64(n)/float64(syncs.Load()), "inserts/sync")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "inserts/s")
}
