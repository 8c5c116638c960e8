package queryshape

import "github.com/telamon-db/telamon/internal/insight"

// QueryStatsSummaryListResponse are shapes of queries.
type QueryStatsSummaryListResponse struct {
	Summaries []QueryStatsSummary `json:"summaries" doc:"Shapes of queries with what they have done."`
}

// QueryStatsDetailsResponse is a shape of queries.
type QueryStatsDetailsResponse struct {
	FirstSeen  QueryShapeSeenMetadata `json:"firstSeen" doc:"The first query in the time that is asked about."`
	LastSeen   QueryShapeSeenMetadata `json:"lastSeen" doc:"The latest query in that time."`
	QueryStats QueryStatsSummary      `json:"queryStats" doc:"What such queries have done."`
}

// QueryShapeSeenMetadata tells of a query.
type QueryShapeSeenMetadata struct {
	Timestamp int64 `json:"timestamp" doc:"When it ended, in milliseconds since 1970."`
}

// QueryStatsSummary is what queries of one shape have done.
type QueryStatsSummary struct {
	AvgWorkingMillis          float64 `json:"avgWorkingMillis" doc:"Milliseconds that one takes."`
	BytesRead                 float64 `json:"bytesRead" doc:"Bytes of all replies."`
	Command                   string  `json:"command" api:"enum=find|distinct|aggregate" doc:"The command."`
	DocsExamined              float64 `json:"docsExamined" doc:"Documents that were examined."`
	DocsExaminedRatio         float64 `json:"docsExaminedRatio" doc:"Documents that were examined for each that was returned."`
	DocsReturned              float64 `json:"docsReturned" doc:"Documents that were returned."`
	ExecCount                 float64 `json:"execCount" doc:"How many queries there were."`
	KeysExamined              float64 `json:"keysExamined" doc:"Index keys that were examined."`
	KeysExaminedRatio         float64 `json:"keysExaminedRatio" doc:"Index keys that were examined for each document that was returned."`
	LastExecMicros            float64 `json:"lastExecMicros" doc:"Microseconds that the latest one took."`
	Namespace                 string  `json:"namespace" doc:"Database and collection."`
	P50ExecMicros             float64 `json:"p50ExecMicros" doc:"Microseconds that half of them took at most, rounded up to a power of two."`
	P90ExecMicros             float64 `json:"p90ExecMicros" doc:"Microseconds that nine tenths of them took at most, rounded up to a power of two."`
	P99ExecMicros             float64 `json:"p99ExecMicros" doc:"Microseconds that 99 of 100 took at most, rounded up to a power of two."`
	QueryShape                string  `json:"queryShape" doc:"The query with types in place of values."`
	QueryShapeHash            string  `json:"queryShapeHash" doc:"Names the shape: 64 hexadecimal digits."`
	SystemQuery               bool    `json:"systemQuery" doc:"Whether the service itself asks: never, because only what clients ask is counted."`
	TotalTimeToResponseMicros float64 `json:"totalTimeToResponseMicros" doc:"Microseconds until the first replies, all together."`
	TotalWorkingMillis        float64 `json:"totalWorkingMillis" doc:"Milliseconds that all together took."`
}

func show(s *insight.Stat) QueryStatsSummary {
	returned, n := float64(max(1, s.Returned)), float64(max(1, s.Count))
	return QueryStatsSummary{
		AvgWorkingMillis: float64(s.Micros) / n / 1000, BytesRead: float64(s.Bytes), Command: s.Command,
		DocsExamined: float64(s.Docs), DocsExaminedRatio: float64(s.Docs) / returned, DocsReturned: float64(s.Returned), ExecCount: float64(s.Count),
		KeysExamined: float64(s.Keys), KeysExaminedRatio: float64(s.Keys) / returned, LastExecMicros: float64(s.Last), Namespace: s.Namespace,
		P50ExecMicros: float64(s.Quantile(0.5)), P90ExecMicros: float64(s.Quantile(0.9)), P99ExecMicros: float64(s.Quantile(0.99)),
		QueryShape: s.Shape, QueryShapeHash: s.Hash, TotalTimeToResponseMicros: float64(s.Micros), TotalWorkingMillis: float64(s.Micros) / 1000,
	}
}
