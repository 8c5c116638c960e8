package cluster

import (
	"math"
	"reflect"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// process are the fields of both versions' process arguments. All are always shown, null where the default holds.
type process struct {
	ChangeStreamExpiry  api.Nullable[int]     `json:"changeStreamOptionsPreAndPostImagesExpireAfterSeconds" api:"default=-1" doc:"Seconds after which images of changed documents are deleted; -1 or null if they are kept as long as the oplog. Kept as declared."`
	ChunkMigrations     api.Nullable[int]     `json:"chunkMigrationConcurrency" doc:"How many threads move chunks, 1 to 500. Kept as declared: there are no shards so far."`
	Ciphers12           []string              `json:"customOpensslCipherConfigTls12" api:"enum=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" doc:"Cipher suites of TLS 1.2."`
	Ciphers13           []string              `json:"customOpensslCipherConfigTls13" api:"enum=TLS_AES_256_GCM_SHA384|TLS_CHACHA20_POLY1305_SHA256|TLS_AES_128_GCM_SHA256|TLS_AES_128_CCM_SHA256,maxItems=4" doc:"Cipher suites of TLS 1.3."`
	DefaultMaxTimeMS    api.Nullable[int]     `json:"defaultMaxTimeMS" doc:"Time limit in milliseconds of reads that have none of their own."`
	DefaultWriteConcern api.Nullable[string]  `json:"defaultWriteConcern" doc:"Write concern of writes that name none: majority, or a number of members. Kept as declared: members share one copy of the data, in which every write is durable."`
	JavaScript          api.Nullable[bool]    `json:"javascriptEnabled" doc:"Whether commands may run JavaScript. Kept as declared: the engine has none."`
	MinimumTLS          string                `json:"minimumEnabledTlsProtocol,omitempty" api:"enum=TLS1_0|TLS1_1|TLS1_2|TLS1_3" doc:"Oldest version of TLS."`
	NoTableScan         api.Nullable[bool]    `json:"noTableScan" doc:"Whether queries that no index answers are refused, with MongoDB's code 291."`
	OplogHours          api.Nullable[float64] `json:"oplogMinRetentionHours" doc:"How many hours the oplog reaches back, whatever its size."`
	OplogMB             api.Nullable[int]     `json:"oplogSizeMB" doc:"Size of the oplog in megabytes: at least 990, at most that of the cluster's disks."`
	QueryStats          api.Nullable[int]     `json:"queryStatsLogVerbosity" doc:"How much of query statistics is logged, 1 to 3. Kept as declared."`
	BIRefresh           api.Nullable[int]     `json:"sampleRefreshIntervalBIConnector" api:"min=0,default=0" doc:"Between which seconds the connector for BI tools samples. Kept as declared: there is no such connector."`
	BISample            api.Nullable[int]     `json:"sampleSizeBIConnector" api:"min=0" doc:"How many documents the connector for BI tools samples. Kept as declared: there is no such connector."`
	CipherMode          string                `json:"tlsCipherConfigMode,omitempty" api:"enum=CUSTOM|DEFAULT" doc:"Whether the cipher suites are the default ones."`
	TransactionLifetime api.Nullable[int64]   `json:"transactionLifetimeLimitSeconds" api:"min=1" doc:"After how many seconds a transaction ends. Kept as declared."`
}

// ClusterDescriptionProcessArgs20240805 are process arguments since 2024-08-05.
type ClusterDescriptionProcessArgs20240805 struct{ process }

// ClusterDescriptionProcessArgs are process arguments until 2024-08-05.
type ClusterDescriptionProcessArgs struct {
	process
	DefaultReadConcern  api.Nullable[string] `json:"defaultReadConcern" api:"enum=local|available,default=available" doc:"Read concern of reads that name none. Kept as declared: members share one copy of the data, so both are the same."`
	FailIndexKeyTooLong api.Nullable[bool]   `json:"failIndexKeyTooLong" api:"deprecated,default=true" doc:"Whether documents with long keys are refused. Kept as declared: MongoDB has not had the limit since 4.2."`
}

// processShape is a version's shape of process arguments.
type processShape[W any] interface {
	*W
	declare(d *model.Declared, bad *problems)
	show(d *model.Declared)
}

// declare changes what the body names.
func (w *process) declare(d *model.Declared, bad *problems) {
	p := &d.Process
	w.ChangeStreamExpiry.Keep(&p.ChangeStreamExpiry)
	if e := p.ChangeStreamExpiry; e != nil && *e == -1 { // what clients send for "not set"
		p.ChangeStreamExpiry = nil
	}
	w.ChunkMigrations.Keep(&p.ChunkMigrations)
	w.DefaultMaxTimeMS.Keep(&p.DefaultMaxTimeMS)
	w.DefaultWriteConcern.Keep(&p.DefaultWriteConcern)
	w.JavaScript.Keep(&p.JavaScript)
	w.NoTableScan.Keep(&p.NoTableScan)
	w.OplogHours.Keep(&p.OplogHours)
	w.OplogMB.Keep(&p.OplogMB)
	w.QueryStats.Keep(&p.QueryStats)
	w.BIRefresh.Keep(&p.BIRefresh)
	w.BISample.Keep(&p.BISample)
	w.TransactionLifetime.Keep(&p.TransactionLifetime)
	(&AdvancedConfiguration{Ciphers12: w.Ciphers12, Ciphers13: w.Ciphers13, MinimumTLS: w.MinimumTLS, CipherMode: w.CipherMode}).declare(d)
	checkProcess(d, bad)
}

func (w *ClusterDescriptionProcessArgs) declare(d *model.Declared, bad *problems) {
	w.process.declare(d, bad)
	w.DefaultReadConcern.Keep(&d.Process.DefaultReadConcern)
	w.FailIndexKeyTooLong.Keep(&d.Process.FailIndexKeyTooLong)
}

// checkProcess checks process arguments against MongoDB's bounds.
func checkProcess(d *model.Declared, bad *problems) {
	p := &d.Process
	within := func(field string, n *int, least, most int) {
		if n != nil && (*n < least || *n > most) {
			bad.Add(field, "must be from %d to %d", least, most)
		}
	}
	within("changeStreamOptionsPreAndPostImagesExpireAfterSeconds", p.ChangeStreamExpiry, 1, math.MaxInt32)
	within("chunkMigrationConcurrency", p.ChunkMigrations, 1, 500)
	within("defaultMaxTimeMS", p.DefaultMaxTimeMS, 0, math.MaxInt32)
	within("oplogSizeMB", p.OplogMB, leastOplog, max(leastOplog, int(diskOf(d)*1024)))
	within("queryStatsLogVerbosity", p.QueryStats, 1, 3)
	if p.OplogHours != nil && (*p.OplogHours < 0 || *p.OplogHours > mostOplogHours) {
		bad.Add("oplogMinRetentionHours", "must be from 0 to %d", mostOplogHours)
	}
	if w := p.DefaultWriteConcern; w != nil && *w != "majority" {
		if n, err := strconv.ParseUint(*w, 10, 8); err != nil || n > maxNodes {
			bad.Add("defaultWriteConcern", "must be majority or a number of members, at most %d", maxNodes)
		}
	}
}

const (
	leastOplog     = 990       // megabytes, as MongoDB has it
	mostOplogHours = 24 * 3650 // ten years
)

// show writes a cluster's process arguments.
func (w *process) show(d *model.Declared) {
	p := &d.Process
	*w = process{
		ChangeStreamExpiry: api.NullOr(p.ChangeStreamExpiry), ChunkMigrations: api.NullOr(p.ChunkMigrations), DefaultMaxTimeMS: api.NullOr(p.DefaultMaxTimeMS),
		DefaultWriteConcern: api.NullOr(p.DefaultWriteConcern), JavaScript: api.NullOr(api.Ptr(api.Or(p.JavaScript, true))),
		NoTableScan: api.NullOr(api.Ptr(api.Or(p.NoTableScan, false))), OplogHours: api.NullOr(p.OplogHours), OplogMB: api.NullOr(p.OplogMB),
		QueryStats: api.NullOr(p.QueryStats), BIRefresh: api.NullOr(p.BIRefresh), BISample: api.NullOr(p.BISample),
		TransactionLifetime: api.NullOr(p.TransactionLifetime), MinimumTLS: d.Advanced.MinimumTLS, CipherMode: d.Advanced.CipherMode,
		Ciphers12: append([]string{}, d.Advanced.Ciphers12...), Ciphers13: append([]string{}, d.Advanced.Ciphers13...),
	}
}

func (w *ClusterDescriptionProcessArgs) show(d *model.Declared) {
	w.process.show(d)
	w.DefaultReadConcern, w.FailIndexKeyTooLong = api.NullOr(d.Process.DefaultReadConcern), api.NullOr(d.Process.FailIndexKeyTooLong)
}

// showProcess is a cluster's process arguments in a version's shape.
func showProcess[W any, P processShape[W]](c *model.Cluster) (w W) {
	P(&w).show(&c.Declared)
	return w
}

func updateProcess[W any, P processShape[W]](s *Service) func(store.Tx, updateIn[W]) (W, error) {
	return func(tx store.Tx, in updateIn[W]) (out W, err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return out, err
		}
		next, bad := c.Declared.Clone(), &problems{}
		P(&in.Body).declare(&next, bad)
		if err := bad.err(); err != nil || reflect.DeepEqual(next, c.Declared) {
			return showProcess[W, P](c), err
		}
		if c.Declared.Shared() {
			return out, fault.TenantUnsupported.With(c.Name)
		}
		// A paused cluster takes them: clients pause one before they send its arguments.
		err = s.change(tx, c, next, "PROCESS_ARGS_UPDATE_SUBMITTED")
		return showProcess[W, P](c), err
	}
}
