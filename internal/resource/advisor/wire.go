package advisor

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/api"
)

// PerformanceAdvisorSlowQueryList are slow operations.
type PerformanceAdvisorSlowQueryList struct {
	SlowQueries []PerformanceAdvisorSlowQuery `json:"slowQueries" api:"readonly" doc:"Slow operations, the latest first."`
}

// PerformanceAdvisorSlowQuery is an operation that was slow.
type PerformanceAdvisorSlowQuery struct {
	Line         string                              `json:"line,omitempty" api:"readonly" doc:"The process's log line about the operation."`
	Metrics      *PerformanceAdvisorSlowQueryMetrics `json:"metrics,omitempty" doc:"What the operation did, if that is asked for."`
	Namespace    string                              `json:"namespace,omitempty" api:"readonly" doc:"Database and collection."`
	OpType       string                              `json:"opType,omitempty" api:"readonly" doc:"Name of the command, if that is asked for."`
	ReplicaState string                              `json:"replicaState,omitempty" api:"readonly" doc:"What the process is in its replica set, if that is asked for."`
}

// PerformanceAdvisorSlowQueryMetrics is what a slow operation did.
type PerformanceAdvisorSlowQueryMetrics struct {
	DocsExamined              int64   `json:"docsExamined" api:"readonly" doc:"Documents that were examined."`
	DocsExaminedReturnedRatio float64 `json:"docsExaminedReturnedRatio" api:"readonly" doc:"Documents that were examined for each that was returned."`
	DocsReturned              int64   `json:"docsReturned" api:"readonly" doc:"Documents that were returned."`
	FromUserConnection        bool    `json:"fromUserConnection" api:"readonly" doc:"Whether a client asked for the operation."`
	HasIndexCoverage          bool    `json:"hasIndexCoverage" api:"readonly" doc:"Whether an index led to the documents."`
	HasSort                   bool    `json:"hasSort" api:"readonly" doc:"Whether documents were sorted without an index."`
	KeysExamined              int64   `json:"keysExamined" api:"readonly" doc:"Index keys that were examined."`
	KeysExaminedReturnedRatio float64 `json:"keysExaminedReturnedRatio" api:"readonly" doc:"Index keys that were examined for each document that was returned."`
	OperationExecutionTime    int64   `json:"operationExecutionTime" api:"readonly" doc:"Milliseconds that the operation took."`
	ResponseLength            int64   `json:"responseLength" api:"readonly" doc:"Bytes of the reply."`
}

// Namespaces are collections with slow operations.
type Namespaces struct {
	Namespaces []NamespaceObj `json:"namespaces" api:"readonly" doc:"Collections with slow operations."`
}

// NamespaceObj is a collection.
type NamespaceObj struct {
	Namespace string `json:"namespace,omitempty" api:"readonly" doc:"Database and collection."`
	Type      string `json:"type,omitempty" api:"readonly,enum=collection" doc:"What it is."`
}

// PerformanceAdvisorResponse are suggested indexes and the queries that ask for them.
type PerformanceAdvisorResponse struct {
	Shapes           []PerformanceAdvisorShape `json:"shapes" api:"readonly" doc:"Shapes of queries that the indexes would help."`
	SuggestedIndexes []PerformanceAdvisorIndex `json:"suggestedIndexes" api:"readonly" doc:"Indexes, the most useful first."`
}

// PerformanceAdvisorShape is a shape of queries.
type PerformanceAdvisorShape struct {
	AvgMS             int64                             `json:"avgMs" api:"readonly" doc:"Milliseconds that such a query takes."`
	Count             int64                             `json:"count" api:"readonly" doc:"How many such queries there were."`
	ID                string                            `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the shape."`
	InefficiencyScore int64                             `json:"inefficiencyScore" api:"readonly" doc:"Documents that are examined for each that is returned."`
	Namespace         string                            `json:"namespace,omitempty" api:"readonly" doc:"Database and collection."`
	Operations        []PerformanceAdvisorOperationView `json:"operations" api:"readonly" doc:"What such queries ask for, with types in place of values, and what they do on average."`
}

// PerformanceAdvisorOperationView is what queries of a shape ask for and do.
type PerformanceAdvisorOperationView struct {
	Predicates []json.RawMessage         `json:"predicates" api:"readonly" doc:"What is asked for."`
	Stats      PerformanceAdvisorOpStats `json:"stats" doc:"What is done on average."`
}

// PerformanceAdvisorOpStats is what a query does.
type PerformanceAdvisorOpStats struct {
	MS        int64 `json:"ms" api:"readonly" doc:"Milliseconds that it takes."`
	NReturned int64 `json:"nReturned" api:"readonly" doc:"Documents that it returns."`
	NScanned  int64 `json:"nScanned" api:"readonly" doc:"Documents that it examines."`
	TS        int64 `json:"ts" api:"readonly" doc:"When the latest one ended, in milliseconds since 1970."`
}

// PerformanceAdvisorIndex is a suggested index.
type PerformanceAdvisorIndex struct {
	AvgObjSize float64          `json:"avgObjSize" api:"readonly" doc:"Bytes of a document of the collection on average."`
	ID         string           `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the suggestion."`
	Impact     []string         `json:"impact" api:"readonly" doc:"Ids of the shapes that the index would help."`
	Index      []map[string]int `json:"index" api:"readonly" doc:"The fields in their order, each with its direction: 1 or -1."`
	Namespace  string           `json:"namespace,omitempty" api:"readonly" doc:"Database and collection."`
	Weight     float64          `json:"weight" api:"readonly" doc:"Percentage of all documents that queries of the cluster examine which they would not examine with the index."`
}

// DropIndexSuggestionsResponse are indexes that may be dropped.
type DropIndexSuggestionsResponse struct {
	HiddenIndexes    []DropIndexSuggestionsIndex `json:"hiddenIndexes" api:"readonly" doc:"Indexes that no query may use."`
	RedundantIndexes []DropIndexSuggestionsIndex `json:"redundantIndexes" api:"readonly" doc:"Indexes that are the beginning of another one."`
	UnusedIndexes    []DropIndexSuggestionsIndex `json:"unusedIndexes" api:"readonly" doc:"Indexes that no query has used."`
}

// DropIndexSuggestionsIndex is an index that may be dropped.
type DropIndexSuggestionsIndex struct {
	AccessCount int64             `json:"accessCount" doc:"How often queries have used it."`
	Index       []json.RawMessage `json:"index" doc:"The fields in their order, each with its direction or kind."`
	Name        string            `json:"name,omitempty" doc:"Name of the index."`
	Namespace   string            `json:"namespace,omitempty" doc:"Database and collection."`
	Shards      []string          `json:"shards" doc:"Shards that have the index: none, because there are no sharded clusters."`
	Since       api.Time          `json:"since" doc:"Since when its use is counted."`
	SizeBytes   int64             `json:"sizeBytes" doc:"Bytes of the index."`
}

// SchemaAdvisorResponse is advice on documents and collections.
type SchemaAdvisorResponse struct {
	Recommendations []SchemaAdvisorItemRecommendation `json:"recommendations" api:"readonly" doc:"What might be done better."`
}

// SchemaAdvisorItemRecommendation is one piece of advice.
type SchemaAdvisorItemRecommendation struct {
	AffectedNamespaces []SchemaAdvisorNamespaceTriggers `json:"affectedNamespaces" api:"readonly" doc:"Collections that it is about."`
	Description        string                           `json:"description,omitempty" api:"readonly" doc:"The advice."`
	Recommendation     string                           `json:"recommendation,omitempty" api:"readonly,enum=REDUCE_LOOKUP_OPS|AVOID_UNBOUNDED_ARRAY|REDUCE_DOCUMENT_SIZE|REMOVE_UNNECESSARY_INDEXES|REDUCE_NUMBER_OF_NAMESPACES|OPTIMIZE_CASE_INSENSITIVE_REGEX_QUERIES|OPTIMIZE_TEXT_QUERIES" doc:"Its kind."`
}

// SchemaAdvisorNamespaceTriggers is a collection and what led to advice about it.
type SchemaAdvisorNamespaceTriggers struct {
	Namespace *string                       `json:"namespace" api:"readonly,nullable" doc:"Database and collection; null: all."`
	Triggers  []SchemaAdvisorTriggerDetails `json:"triggers" api:"readonly" doc:"What led to the advice."`
}

// SchemaAdvisorTriggerDetails is what led to advice.
type SchemaAdvisorTriggerDetails struct {
	Description string `json:"description,omitempty" api:"readonly" doc:"What was found."`
	TriggerType string `json:"triggerType,omitempty" api:"readonly,enum=PERCENT_QUERIES_USE_LOOKUP|NUMBER_OF_QUERIES_USE_LOOKUP|DOCS_CONTAIN_UNBOUNDED_ARRAY|NUMBER_OF_NAMESPACES|DOC_SIZE_TOO_LARGE|NUM_INDEXES|QUERIES_CONTAIN_CASE_INSENSITIVE_REGEX" doc:"Its kind."`
}
