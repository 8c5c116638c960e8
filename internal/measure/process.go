package measure

import "slices"

// OfProcess are the measurements of a process, in the service's order; those that it does not list come at the end.
var OfProcess = slices.Concat(
	unmeasured(perSecond, "ASSERT_REGULAR", "ASSERT_WARNING", "ASSERT_MSG"),
	Measurements{rate("ASSERT_USER", perSecond, UserAsserts)},
	unmeasured(bytesPerSecond, "CACHE_BYTES_READ_INTO", "CACHE_BYTES_WRITTEN_FROM"),
	Measurements{gauge("CACHE_DIRTY_BYTES", inBytes, CacheDirty, 1), gauge("CACHE_USED_BYTES", inBytes, CacheUsed, 1)},
	unmeasured(percent, "CACHE_FILL_RATIO", "DIRTY_FILL_RATIO"),
	Measurements{gauge("CONNECTIONS", scalar, Connections, 1)},
	unmeasured(perSecond, "CONNECTIONS_ESTABLISHMENT_RATE_LIMIT_REJECTED"),
	Measurements{gauge("CURSORS_TOTAL_OPEN", scalar, Cursors, 1)},
	unmeasured(perSecond, "CURSORS_TOTAL_TIMED_OUT"),
	Measurements{
		gauge("DB_STORAGE_TOTAL", inBytes, StorageSize, 1), gauge("DB_DATA_SIZE_TOTAL", inBytes, DataSize, 1),
		gauge("DB_DATA_SIZE_TOTAL_WO_SYSTEM", inBytes, DataSize, 1), gauge("DB_INDEX_SIZE_TOTAL", inBytes, IndexSize, 1),
		rate("DOCUMENT_METRICS_RETURNED", perSecond, Returned), rate("DOCUMENT_METRICS_INSERTED", perSecond, Inserted),
		rate("DOCUMENT_METRICS_UPDATED", perSecond, Updated), rate("DOCUMENT_METRICS_DELETED", perSecond, Deleted),
		rate("EXTRA_INFO_PAGE_FAULTS", perSecond, PageFaults),
	},
	unmeasured(scalar, "GLOBAL_LOCK_CURRENT_QUEUE_TOTAL", "GLOBAL_LOCK_CURRENT_QUEUE_READERS", "GLOBAL_LOCK_CURRENT_QUEUE_WRITERS"),
	Measurements{gauge("MEMORY_RESIDENT", megabytes, MemoryResident, mb), gauge("MEMORY_VIRTUAL", megabytes, MemoryVirtual, mb)},
	unmeasured(megabytes, "MEMORY_MAPPED"),
	Measurements{
		rate("NETWORK_BYTES_IN", bytesPerSecond, BytesIn), rate("NETWORK_BYTES_OUT", bytesPerSecond, BytesOut), rate("NETWORK_NUM_REQUESTS", perSecond, Requests),
		rate("OPCOUNTER_CMD", perSecond, OpCommand), rate("OPCOUNTER_QUERY", perSecond, OpQuery), rate("OPCOUNTER_UPDATE", perSecond, OpUpdate),
		rate("OPCOUNTER_DELETE", perSecond, OpDelete),
	},
	unmeasured(perSecond, "OPCOUNTER_TTL_DELETED"),
	Measurements{rate("OPCOUNTER_GETMORE", perSecond, OpGetMore), rate("OPCOUNTER_INSERT", perSecond, OpInsert)},
	unmeasured(perSecond, "OPCOUNTER_REPL_CMD", "OPCOUNTER_REPL_UPDATE", "OPCOUNTER_REPL_DELETE", "OPCOUNTER_REPL_INSERT",
		"OPERATIONS_SCAN_AND_ORDER", "OPERATIONS_QUERIES_KILLED"),
	Measurements{
		ratio("OP_EXECUTION_TIME_READS", milliseconds, ReadTime, Reads, .001), ratio("OP_EXECUTION_TIME_WRITES", milliseconds, WriteTime, Writes, .001),
		ratio("OP_EXECUTION_TIME_COMMANDS", milliseconds, CommandTime, Commands, .001),
	},
	unmeasured(inSeconds, "OPLOG_SLAVE_LAG_MASTER_TIME", "OPLOG_REPLICATION_LAG_TIME"),
	Measurements{gauge("OPLOG_MASTER_TIME", inSeconds, OplogWindow, 1)},
	unmeasured(inSeconds, "OPLOG_MASTER_LAG_TIME_DIFF"),
	unmeasured("GIGABYTES_PER_HOUR", "OPLOG_RATE_GB_PER_HOUR"),
	Measurements{
		rate("QUERY_EXECUTOR_SCANNED", perSecond, KeysScanned), rate("QUERY_EXECUTOR_SCANNED_OBJECTS", perSecond, DocsScanned),
		ratio("QUERY_TARGETING_SCANNED_PER_RETURNED", scalar, KeysScanned, Returned, 1),
		ratio("QUERY_TARGETING_SCANNED_OBJECTS_PER_RETURNED", scalar, DocsScanned, Returned, 1),
	},
	unmeasured(scalar, "TICKETS_AVAILABLE_READS", "TICKETS_AVAILABLE_WRITE"),
	unmeasured(perSecond, "OPERATION_THROTTLING_REJECTED_OPERATIONS", "QUERY_SPILL_TO_DISK_DURING_SORT"),
	Measurements{load("PROCESS_CPU_USER", ProcessUser), load("PROCESS_CPU_KERNEL", ProcessKernel)},
	unmeasured(percent, "PROCESS_CPU_CHILDREN_USER", "PROCESS_CPU_CHILDREN_KERNEL"),
	Measurements{loadOfAll("PROCESS_NORMALIZED_CPU_USER", ProcessUser), loadOfAll("PROCESS_NORMALIZED_CPU_KERNEL", ProcessKernel)},
	unmeasured(percent, "PROCESS_NORMALIZED_CPU_CHILDREN_USER", "PROCESS_NORMALIZED_CPU_CHILDREN_KERNEL"),
	Measurements{peak("MAX_PROCESS_CPU_USER", ProcessUserMax), peak("MAX_PROCESS_CPU_KERNEL", ProcessKernelMax)},
	unmeasured(percent, "MAX_PROCESS_CPU_CHILDREN_USER", "MAX_PROCESS_CPU_CHILDREN_KERNEL"),
	Measurements{peakOfAll("MAX_PROCESS_NORMALIZED_CPU_USER", ProcessUserMax), peakOfAll("MAX_PROCESS_NORMALIZED_CPU_KERNEL", ProcessKernelMax)},
	unmeasured(percent, "MAX_PROCESS_NORMALIZED_CPU_CHILDREN_USER", "MAX_PROCESS_NORMALIZED_CPU_CHILDREN_KERNEL"),
	ofSearch, ofSystem, never,
)

// ofSearch are those of search, which no process here has.
var ofSearch = slices.Concat(
	unmeasured(inBytes, "FTS_PROCESS_RESIDENT_MEMORY", "FTS_PROCESS_VIRTUAL_MEMORY", "FTS_PROCESS_SHARED_MEMORY", "FTS_DISK_USAGE"),
	unmeasured(percent, "FTS_PROCESS_CPU_USER", "FTS_PROCESS_CPU_KERNEL", "FTS_PROCESS_NORMALIZED_CPU_USER", "FTS_PROCESS_NORMALIZED_CPU_KERNEL"),
)

// ofSystem are those of the machine. The highest of the minutes of a longer step is kept for processes alone.
var ofSystem = slices.Concat(
	Measurements{
		load("SYSTEM_CPU_USER", SystemUser), load("SYSTEM_CPU_KERNEL", SystemKernel), load("SYSTEM_CPU_NICE", SystemNice), load("SYSTEM_CPU_IOWAIT", SystemIOWait),
		load("SYSTEM_CPU_IRQ", SystemIRQ), load("SYSTEM_CPU_SOFTIRQ", SystemSoftIRQ), load("SYSTEM_CPU_GUEST", SystemGuest), load("SYSTEM_CPU_STEAL", SystemSteal),
		loadOfAll("SYSTEM_NORMALIZED_CPU_USER", SystemUser), loadOfAll("SYSTEM_NORMALIZED_CPU_KERNEL", SystemKernel),
		loadOfAll("SYSTEM_NORMALIZED_CPU_NICE", SystemNice), loadOfAll("SYSTEM_NORMALIZED_CPU_IOWAIT", SystemIOWait),
		loadOfAll("SYSTEM_NORMALIZED_CPU_IRQ", SystemIRQ), loadOfAll("SYSTEM_NORMALIZED_CPU_SOFTIRQ", SystemSoftIRQ),
		loadOfAll("SYSTEM_NORMALIZED_CPU_GUEST", SystemGuest), loadOfAll("SYSTEM_NORMALIZED_CPU_STEAL", SystemSteal),
		rate("SYSTEM_NETWORK_IN", bytesPerSecond, NetworkIn), rate("SYSTEM_NETWORK_OUT", bytesPerSecond, NetworkOut),
		rate("SWAP_IO_IN", perSecond, SwapIn), rate("SWAP_IO_OUT", perSecond, SwapOut),
	},
	unmeasured(percent, "MAX_SYSTEM_CPU_USER", "MAX_SYSTEM_CPU_KERNEL", "MAX_SYSTEM_CPU_NICE", "MAX_SYSTEM_CPU_IOWAIT", "MAX_SYSTEM_CPU_IRQ", "MAX_SYSTEM_CPU_SOFTIRQ",
		"MAX_SYSTEM_CPU_GUEST", "MAX_SYSTEM_CPU_STEAL", "MAX_SYSTEM_NORMALIZED_CPU_USER", "MAX_SYSTEM_NORMALIZED_CPU_KERNEL", "MAX_SYSTEM_NORMALIZED_CPU_NICE",
		"MAX_SYSTEM_NORMALIZED_CPU_IOWAIT", "MAX_SYSTEM_NORMALIZED_CPU_IRQ", "MAX_SYSTEM_NORMALIZED_CPU_SOFTIRQ", "MAX_SYSTEM_NORMALIZED_CPU_GUEST",
		"MAX_SYSTEM_NORMALIZED_CPU_STEAL"),
	unmeasured(bytesPerSecond, "MAX_SYSTEM_NETWORK_IN", "MAX_SYSTEM_NETWORK_OUT"),
	unmeasured(perSecond, "MAX_SWAP_IO_IN", "MAX_SWAP_IO_OUT"),
	Measurements{
		gauge("SYSTEM_MEMORY_USED", kilobytes, MemoryUsed, kb), gauge("SYSTEM_MEMORY_AVAILABLE", kilobytes, MemoryAvailable, kb),
		gauge("SYSTEM_MEMORY_FREE", kilobytes, MemoryFree, kb), gauge("SYSTEM_MEMORY_SHARED", kilobytes, MemoryShared, kb),
		gauge("SYSTEM_MEMORY_CACHED", kilobytes, MemoryCached, kb), gauge("SYSTEM_MEMORY_BUFFERS", kilobytes, MemoryBuffers, kb),
		gauge("SWAP_USAGE_USED", kilobytes, SwapUsed, kb), gauge("SWAP_USAGE_FREE", kilobytes, SwapFree, kb),
	},
	unmeasured(kilobytes, "MAX_SYSTEM_MEMORY_USED", "MAX_SYSTEM_MEMORY_AVAILABLE", "MAX_SYSTEM_MEMORY_FREE", "MAX_SYSTEM_MEMORY_SHARED", "MAX_SYSTEM_MEMORY_CACHED",
		"MAX_SYSTEM_MEMORY_BUFFERS", "MAX_SWAP_USAGE_USED", "MAX_SWAP_USAGE_FREE"),
)

// never are those of earlier storage engines, which the API's reference still names.
var never = slices.Concat(
	unmeasured(milliseconds, "BACKGROUND_FLUSH_AVG"), unmeasured(megabytes, "COMPUTED_MEMORY", "FTS_MEMORY_MAPPED", "FTS_MEMORY_RESIDENT", "FTS_MEMORY_VIRTUAL"),
	unmeasured(percent, "FTS_DISK_UTILIZATION"),
	unmeasured(perSecond, "GLOBAL_ACCESSES_NOT_IN_MEMORY", "GLOBAL_PAGE_FAULT_EXCEPTIONS_THROWN", "INDEX_COUNTERS_BTREE_ACCESSES", "INDEX_COUNTERS_BTREE_HITS",
		"INDEX_COUNTERS_BTREE_MISSES", "JOURNALING_COMMITS_IN_WRITE_LOCK"),
	unmeasured(scalar, "INDEX_COUNTERS_BTREE_MISS_RATIO", "RESTARTS_IN_LAST_HOUR"),
	unmeasured("MEGABYTES_PER_SECOND", "JOURNALING_MB", "JOURNALING_WRITE_DATA_FILES_MB"),
	unmeasured(inSeconds, "OPLOG_REPLICATION_LAG"),
)

// OfDisk are the measurements of a process's disk.
var OfDisk = slices.Concat(
	Measurements{
		rate("DISK_PARTITION_IOPS_READ", perSecond, DiskReads), rate("DISK_PARTITION_IOPS_WRITE", perSecond, DiskWrites),
		{Name: "DISK_PARTITION_IOPS_TOTAL", Units: perSecond, of: []Column{DiskReads, DiskWrites}, make: func(v []float64, s float64) float64 { return (v[0] + v[1]) / s }},
		ratio("DISK_PARTITION_LATENCY_READ", milliseconds, DiskReadTime, DiskReads, .001), ratio("DISK_PARTITION_LATENCY_WRITE", milliseconds, DiskWriteTime, DiskWrites, .001),
		rate("DISK_PARTITION_THROUGHPUT_READ", bytesPerSecond, DiskBytesRead), rate("DISK_PARTITION_THROUGHPUT_WRITE", bytesPerSecond, DiskBytesWritten),
		gauge("DISK_PARTITION_SPACE_FREE", inBytes, DiskFree, 1), gauge("DISK_PARTITION_SPACE_USED", inBytes, DiskUsed, 1),
		share("DISK_PARTITION_SPACE_PERCENT_FREE", DiskFree, DiskUsed), share("DISK_PARTITION_SPACE_PERCENT_USED", DiskUsed, DiskFree),
		gauge("DISK_QUEUE_DEPTH", scalar, DiskQueue, 1000),
	},
	unmeasured(perSecond, "MAX_DISK_PARTITION_IOPS_READ", "MAX_DISK_PARTITION_IOPS_WRITE", "MAX_DISK_PARTITION_IOPS_TOTAL"),
	unmeasured(milliseconds, "MAX_DISK_PARTITION_LATENCY_READ", "MAX_DISK_PARTITION_LATENCY_WRITE"),
	unmeasured(inBytes, "MAX_DISK_PARTITION_SPACE_FREE", "MAX_DISK_PARTITION_SPACE_USED"),
	unmeasured(percent, "MAX_DISK_PARTITION_SPACE_PERCENT_FREE", "MAX_DISK_PARTITION_SPACE_PERCENT_USED"),
)

// InDatabase are the measurements of a database.
var InDatabase = slices.Concat(
	Measurements{
		gauge("DATABASE_AVERAGE_OBJECT_SIZE", inBytes, ObjectSize, 1), gauge("DATABASE_COLLECTION_COUNT", scalar, Collections, 1),
		gauge("DATABASE_DATA_SIZE", inBytes, DatabaseData, 1), gauge("DATABASE_STORAGE_SIZE", inBytes, DatabaseStorage, 1),
		gauge("DATABASE_INDEX_SIZE", inBytes, DatabaseIndexSize, 1), gauge("DATABASE_INDEX_COUNT", scalar, Indexes, 1),
	},
	unmeasured(scalar, "DATABASE_EXTENT_COUNT"),
	Measurements{gauge("DATABASE_OBJECT_COUNT", scalar, Objects, 1), gauge("DATABASE_VIEW_COUNT", scalar, Views, 1)},
)

// InCollection are the measurements of a collection.
var InCollection = slices.Concat(
	latency("READS", "READS", 0), latency("WRITES", "WRITES", 1), latency("COMMANDS", "COMMANDS", 2), latency("TOTAL", "TOTAL_OPS", 3),
)

func latency(name, long string, g int) Measurements {
	at := Column(g) * each
	return Measurements{
		rate(name+"_OPS", perSecond, at+Count), gauge(name+"_LATENCY", milliseconds, at+Time, 1000), ratio("AVERAGE_"+long+"_LATENCY", milliseconds, at+Time, at+Count, .001),
		gauge(long+"_P50_VALUE", milliseconds, at+P50, 1000), gauge(long+"_P95_VALUE", milliseconds, at+P95, 1000), gauge(long+"_P99_VALUE", milliseconds, at+P99, 1000),
	}
}
