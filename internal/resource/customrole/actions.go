package customrole

// target says what an action may be done on.
type target int

const (
	onData    target = iota // databases and collections
	onCluster               // the cluster as a whole
	anywhere                // either
)

// action is an action by its name in the API and MongoDB's name, with its target.
type action struct {
	name, mongoDB string
	on            target
}

// actions are all actions of the API, in its order. Those of features that no cluster of Telamon has (streams,
// federation, shards) are accepted and allow nothing.
// Source: the API's reference, actions.action; MongoDB manual, "Privilege Actions".
var actions = []action{
	{"FIND", "find", onData},
	{"INSERT", "insert", onData},
	{"REMOVE", "remove", onData},
	{"UPDATE", "update", onData},
	{"BYPASS_DOCUMENT_VALIDATION", "bypassDocumentValidation", onData},
	{"USE_UUID", "useUUID", onCluster},
	{"KILL_OP", "killop", onCluster},
	{"BYPASS_DEFAULT_MAX_TIME_MS", "bypassDefaultMaxTimeMS", onCluster},
	{"CREATE_COLLECTION", "createCollection", onData},
	{"CREATE_INDEX", "createIndex", onData},
	{"DROP_COLLECTION", "dropCollection", onData},
	{"ENABLE_PROFILER", "enableProfiler", onData},
	{"KILL_ANY_CURSOR", "killAnyCursor", onData},
	{"ANALYZE", "analyze", onData},
	{"CHANGE_STREAM", "changeStream", onData},
	{"COLL_MOD", "collMod", onData},
	{"COMPACT", "compact", onData},
	{"CONVERT_TO_CAPPED", "convertToCapped", onData},
	{"DROP_DATABASE", "dropDatabase", onData},
	{"DROP_INDEX", "dropIndex", onData},
	{"RE_INDEX", "reIndex", onData},
	{"RENAME_COLLECTION_SAME_DB", "renameCollectionSameDB", onData},
	{"SET_USER_WRITE_BLOCK", "setUserWriteBlockMode", onCluster},
	{"BYPASS_USER_WRITE_BLOCK", "bypassWriteBlockingMode", onCluster},
	{"LIST_SESSIONS", "listSessions", onCluster},
	{"KILL_ANY_SESSION", "killAnySession", onCluster},
	{"COLL_STATS", "collStats", onData},
	{"CONN_POOL_STATS", "connPoolStats", onCluster},
	{"DB_HASH", "dbHash", onData},
	{"DB_STATS", "dbStats", onData},
	{"GET_CMD_LINE_OPTS", "getCmdLineOpts", onCluster},
	{"GET_LOG", "getLog", onCluster},
	{"GET_PARAMETER", "getParameter", onCluster},
	{"GET_SHARD_MAP", "getShardMap", onCluster},
	{"HOST_INFO", "hostInfo", onCluster},
	{"IN_PROG", "inprog", onCluster},
	{"LIST_DATABASES", "listDatabases", onCluster},
	{"LIST_COLLECTIONS", "listCollections", onData},
	{"LIST_INDEXES", "listIndexes", onData},
	{"LIST_SHARDS", "listShards", onCluster},
	{"NET_STAT", "netstat", onCluster},
	{"REPL_SET_GET_CONFIG", "replSetGetConfig", onCluster},
	{"REPL_SET_GET_STATUS", "replSetGetStatus", onCluster},
	{"SERVER_STATUS", "serverStatus", onCluster},
	{"VALIDATE", "validate", onData},
	{"SHARDING_STATE", "shardingState", onCluster},
	{"TOP", "top", onCluster},
	{"SQL_GET_SCHEMA", "sqlGetSchema", anywhere},
	{"SQL_SET_SCHEMA", "sqlSetSchema", anywhere},
	{"VIEW_ALL_HISTORY", "viewAllHistory", anywhere},
	{"OUT_TO_S3", "outToS3", anywhere},
	{"OUT_TO_AZURE", "outToAzure", anywhere},
	{"OUT_TO_GCS", "outToGCS", anywhere},
	{"STORAGE_GET_CONFIG", "storageGetConfig", anywhere},
	{"STORAGE_SET_CONFIG", "storageSetConfig", anywhere},
	{"FLUSH_ROUTER_CONFIG", "flushRouterConfig", onCluster},
	{"ENABLE_SHARDING", "enableSharding", anywhere},
	{"CHECK_METADATA_CONSISTENCY", "checkMetadataConsistency", anywhere},
	{"MOVE_CHUNK", "moveChunk", anywhere},
	{"SPLIT_CHUNK", "splitChunk", anywhere},
	{"ANALYZE_SHARD_KEY", "analyzeShardKey", anywhere},
	{"REFINE_COLLECTION_SHARD_KEY", "refineCollectionShardKey", anywhere},
	{"CLEAR_JUMBO_FLAG", "clearJumboFlag", anywhere},
	{"RESHARD_COLLECTION", "reshardCollection", anywhere},
	{"SHARDED_DATA_DISTRIBUTION", "shardedDataDistribution", anywhere},
	{"GET_STREAM_PROCESSOR", "getStreamProcessor", anywhere},
	{"CREATE_STREAM_PROCESSOR", "createStreamProcessor", anywhere},
	{"PROCESS_STREAM_PROCESSOR", "processStreamProcessor", anywhere},
	{"MODIFY_STREAM_PROCESSOR", "modifyStreamProcessor", anywhere},
	{"START_STREAM_PROCESSOR", "startStreamProcessor", anywhere},
	{"STOP_STREAM_PROCESSOR", "stopStreamProcessor", anywhere},
	{"DROP_STREAM_PROCESSOR", "dropStreamProcessor", anywhere},
	{"SAMPLE_STREAM_PROCESSOR", "sampleStreamProcessor", anywhere},
	{"LIST_STREAM_PROCESSORS", "listStreamProcessors", anywhere},
	{"LIST_CONNECTIONS", "listConnections", anywhere},
	{"STREAM_PROCESSOR_STATS", "streamProcessorStats", anywhere},
	{"CREATE_SEARCH_INDEX", "createSearchIndexes", onData},
	{"DROP_SEARCH_INDEX", "dropSearchIndex", onData},
	{"LIST_SEARCH_INDEXES", "listSearchIndexes", onData},
	{"UPDATE_SEARCH_INDEX", "updateSearchIndex", onData},
}

var byName = func() map[string]action {
	m := make(map[string]action, len(actions))
	for _, a := range actions {
		m[a.name] = a
	}
	return m
}()

// MongoDB returns MongoDB's name of an action of the API, or "" if there is none.
func MongoDB(name string) string { return byName[name].mongoDB }

// Action is the name of an action.
type Action string

// Values are the names.
func (Action) Values() []string { return each(actions, func(a action) string { return a.name }) }
