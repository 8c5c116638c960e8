package docdb

import (
	"os"
	"runtime/metrics"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func runServerStatus(c *call) (bson.D, error) {
	e := c.e
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	up := time.Since(e.started)
	m := e.store.Metrics()
	sessions := e.sessions.list()
	active := 0
	for _, s := range sessions {
		if s.command() != nil {
			active++
		}
	}
	return bson.D{{Key: "host", Value: host}, {Key: "version", Value: Version}, {Key: "process", Value: "mongod"},
		{Key: "pid", Value: int64(os.Getpid())}, {Key: "uptime", Value: up.Seconds()}, {Key: "uptimeMillis", Value: up.Milliseconds()},
		{Key: "uptimeEstimate", Value: int64(up.Seconds())}, {Key: "localTime", Value: e.store.Now()},
		{Key: "connections", Value: bson.D{{Key: "current", Value: int32(len(sessions))}, {Key: "totalCreated", Value: e.sessions.created()}, {Key: "active", Value: int32(active)}}},
		{Key: "mem", Value: bson.D{{Key: "bits", Value: int32(64)}, {Key: "resident", Value: int32(residentBytes() / mb)}, {Key: "supported", Value: true}}},
		{Key: "network", Value: e.traffic.Document()}, {Key: "opcounters", Value: e.operations.Document()},
		{Key: "metrics", Value: bson.D{{Key: "cursor", Value: bson.D{{Key: "open", Value: bson.D{{Key: "total", Value: int64(e.cursors.open())}}}}}}},
		{Key: "storageEngine", Value: bson.D{{Key: "name", Value: "pebble"}, {Key: "persistent", Value: true},
			{Key: "diskBytes", Value: int64(m.DiskSpaceUsage())}, {Key: "memTableBytes", Value: int64(m.MemTable.Size)}, {Key: "cacheBytes", Value: m.BlockCache.Size}}}}, nil
}

// residentBytes is what the process holds of the machine's memory, as far as its runtime knows.
func residentBytes() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
