// Package measure says what is measured of clusters' members, databases and collections, counts it, and turns what is kept
// of it into the measurements of the API. Sources: API reference, Monitoring and Logs and Collection Level Metrics, for
// names and units.
package measure

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/series"
)

// Column is a column of a series of a member. Their order is part of the stored form.
type Column int

// The columns of a member. Times are in microseconds, sizes in bytes; Max is the highest of the minutes.
const (
	OpInsert Column = iota
	OpQuery
	OpUpdate
	OpDelete
	OpGetMore
	OpCommand
	Reads
	ReadTime
	Writes
	WriteTime
	Commands
	CommandTime
	Returned
	Inserted
	Updated
	Deleted
	BytesIn
	BytesOut
	Requests
	UserAsserts
	KeysScanned
	DocsScanned
	Connections
	MostConnections // that the member's size allows
	Cursors
	MemoryResident
	MemoryVirtual
	CacheUsed
	CacheDirty
	DataSize
	StorageSize
	IndexSize
	OplogWindow // seconds from the oldest entry to the newest
	PageFaults
	ProcessUser
	ProcessKernel
	ProcessUserMax
	ProcessKernelMax
	Processors
	SystemUser
	SystemKernel
	SystemNice
	SystemIOWait
	SystemIRQ
	SystemSoftIRQ
	SystemGuest
	SystemSteal
	NetworkIn
	NetworkOut
	SwapIn
	SwapOut
	MemoryUsed
	MemoryAvailable
	MemoryFree
	MemoryShared
	MemoryCached
	MemoryBuffers
	SwapUsed
	SwapFree
	DiskReads
	DiskWrites
	DiskReadTime
	DiskWriteTime
	DiskBytesRead
	DiskBytesWritten
	DiskQueue // thousandths of a request
	DiskUsed
	DiskFree
	members // how many there are
)

// gauges are the columns of a member that do not count.
var gauges = []Column{
	Connections, MostConnections, Cursors, MemoryResident, MemoryVirtual, CacheUsed, CacheDirty, DataSize, StorageSize, IndexSize, OplogWindow, Processors,
	MemoryUsed, MemoryAvailable, MemoryFree, MemoryShared, MemoryCached, MemoryBuffers, SwapUsed, SwapFree, DiskQueue, DiskUsed, DiskFree,
}

// OfMember is the form of a member's series.
var OfMember = func() series.Form {
	f := make(series.Form, members)
	for _, c := range gauges {
		f[c] = series.Average
	}
	f[ProcessUserMax], f[ProcessKernelMax] = series.Most, series.Most
	return f
}()

// The columns of a database: gauges all.
const (
	ObjectSize Column = iota
	Collections
	DatabaseData
	DatabaseStorage
	DatabaseIndexSize
	Indexes
	Objects
	Views
	databases
)

// OfDatabase is the form of a database's series.
var OfDatabase = func() series.Form {
	f := make(series.Form, databases)
	for i := range f {
		f[i] = series.Average
	}
	return f
}()

// Row is what is measured of something at a time, by column.
type Row []int64

func missing(n Column) Row {
	r := make(Row, n)
	for i := range r {
		r[i] = series.Missing
	}
	return r
}

// NewMember is a row of a member of which nothing is known yet.
func NewMember() Row { return missing(members) }

// NewDatabase is a row of a database of which nothing is known yet.
func NewDatabase() Row { return missing(databases) }

// Since is a row of what has been added to counters since before, and of gauges as they are. Without a row before, a member
// begins at 0, and nothing is known of the machine's counters; nor is it of a counter that has begun again.
func (r Row) Since(before Row) Row {
	out := make(Row, len(r))
	copy(out, r)
	for i, fold := range OfMember {
		if fold == series.Average || r[i] == series.Missing {
			continue
		}
		if before == nil && Column(i) <= DocsScanned {
			continue
		}
		if before == nil || before[i] == series.Missing || r[i] < before[i] {
			out[i] = series.Missing
			continue
		}
		out[i] = r[i] - before[i]
	}
	out[ProcessUserMax], out[ProcessKernelMax] = out[ProcessUser], out[ProcessKernel]
	return out
}

// Still is a row as it is while nothing happens: counters add nothing.
func (r Row) Still() Row {
	out := make(Row, len(r))
	copy(out, r)
	for i, fold := range OfMember {
		if fold != series.Average && out[i] != series.Missing {
			out[i] = 0
		}
	}
	return out
}

// OfCluster is what the targets of all series of a cluster begin with.
func OfCluster(cluster string) string { return cluster + "/" }

// ProcessTarget is the series of a member of a cluster.
func ProcessTarget(cluster string, member int) string {
	return OfCluster(cluster) + "p" + strconv.Itoa(member)
}

// DatabaseTarget is the series of a database of a cluster.
func DatabaseTarget(cluster, db string) string { return OfCluster(cluster) + "d/" + url.PathEscape(db) }

// OfCollections is what the targets of a member's collections begin with.
func OfCollections(cluster string, member int) string {
	return OfCluster(cluster) + "c" + strconv.Itoa(member) + "/"
}

// NamespaceOf is the collection of a target of OfCollections.
func NamespaceOf(target string) string {
	ns, err := url.PathUnescape(target[strings.LastIndexByte(target, '/')+1:])
	if err != nil {
		return target
	}
	return ns
}

// CollectionTarget is the series of a collection as a member of a cluster serves it.
func CollectionTarget(cluster string, member int, ns Namespace) string {
	return OfCollections(cluster, member) + url.PathEscape(ns.String())
}
