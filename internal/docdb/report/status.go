package report

import (
	"os"
	"runtime/metrics"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/usage"
)

const mb = 1 << 20

// Counters is what serverStatus shows of an engine, besides its files.
type Counters struct {
	Started          time.Time
	Sessions         int   // that are open, each of one connection
	Created          int64 // sessions, since the start
	Readers, Writers int   // commands that run
	Cursors          int   // that are open

	Traffic    *usage.Traffic
	Operations *usage.Operations
}

// ServerStatus answers serverStatus. Source: MongoDB manual, "serverStatus".
func ServerStatus(on On, c Counters) (bson.D, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	up := time.Since(c.Started)
	m := on.Store.Metrics()
	clients := func(readers, writers int) bson.D {
		return bson.D{{Key: "total", Value: int32(readers + writers)}, {Key: "readers", Value: int32(readers)}, {Key: "writers", Value: int32(writers)}}
	}
	held, reserved := memory()
	return bson.D{{Key: "host", Value: host}, {Key: "version", Value: Version}, {Key: "process", Value: "mongod"},
		{Key: "pid", Value: int64(os.Getpid())}, {Key: "uptime", Value: up.Seconds()}, {Key: "uptimeMillis", Value: up.Milliseconds()},
		{Key: "uptimeEstimate", Value: int64(up.Seconds())}, {Key: "localTime", Value: on.Store.Now()},
		{Key: "connections", Value: bson.D{{Key: "current", Value: int32(c.Sessions)}, {Key: "totalCreated", Value: c.Created}, {Key: "active", Value: int32(c.Readers + c.Writers)}}},
		{Key: "globalLock", Value: bson.D{{Key: "totalTime", Value: up.Microseconds()}, {Key: "currentQueue", Value: clients(0, 0)}, // there is no such lock, so nobody waits
			{Key: "activeClients", Value: clients(c.Readers, c.Writers)}}},
		{Key: "mem", Value: bson.D{{Key: "bits", Value: int32(64)}, {Key: "resident", Value: int32(held / mb)}, {Key: "virtual", Value: int32(reserved / mb)}, {Key: "supported", Value: true}}},
		{Key: "network", Value: c.Traffic.Document()}, {Key: "opcounters", Value: c.Operations.Document()},
		{Key: "metrics", Value: bson.D{{Key: "cursor", Value: bson.D{{Key: "open", Value: bson.D{{Key: "total", Value: int64(c.Cursors)}}}}}}},
		{Key: "storageEngine", Value: bson.D{{Key: "name", Value: "pebble"}, {Key: "persistent", Value: true},
			{Key: "diskBytes", Value: int64(m.DiskSpaceUsage())}, {Key: "memTableBytes", Value: int64(m.MemTable.Size)}, {Key: "cacheBytes", Value: m.BlockCache.Size}}}}, nil
}

// memory returns how many bytes of memory, and of address space, the process has according to the Go runtime.
func memory() (held, reserved uint64) {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64(), samples[0].Value.Uint64()
}
