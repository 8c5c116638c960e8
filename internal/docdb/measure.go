package docdb

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Measures are sizes of an engine at a moment.
type Measures struct {
	Disk      int64         // bytes of its files
	MemTables int64         // bytes that are written to the log and not to tables yet
	Cache     int64         // bytes of the cache of blocks, which the engines of a process share
	Cursors   int           // open ones
	Oplog     time.Duration // from the oldest entry of the oplog to the newest
	Trimmed   bool          // the oplog has forgotten its first entries
}

// Measure takes the engine's sizes.
func (e *Engine) Measure() Measures {
	m := e.store.Metrics()
	oplog, trimmed := e.store.OplogWindow()
	return Measures{
		Disk: int64(m.DiskSpaceUsage()), MemTables: int64(m.MemTable.Size), Cache: m.BlockCache.Size, Cursors: e.cursors.open(), Oplog: oplog, Trimmed: trimmed,
	}
}

// LastTimestamp is the time of the newest visible change.
func (e *Engine) LastTimestamp() bson.Timestamp { return e.store.LastTimestamp() }

// Data is how many bytes the documents have.
func (e *Engine) Data() (int64, error) {
	if err := e.store.Enter(); err != nil {
		return 0, err
	}
	defer e.store.Leave()
	return e.store.Data()
}

// Memory is what the engines of the process hold together of what they may hold, in bytes.
type Memory struct{ Gathered, MostGathered, Replies, MostReplies int64 }

// MemoryInUse is what sorts and groups have gathered, and replies that have not been sent.
func MemoryInUse() Memory {
	return Memory{gathered.Used(), gathered.Size(), replies.Used(), replies.Size()}
}
