package advisor

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// inPast is the time that an operation asks about.
type inPast struct {
	Duration int64 `query:"duration" api:"min=0" doc:"Length of the time that is asked about, in milliseconds. Without since it ends now."`
	Since    int64 `query:"since" api:"min=1199145600000" doc:"Beginning of the time that is asked about, in milliseconds since 1970. Without it and duration: a day before now."`
}

// usualPast is how far back advice looks unless it is told otherwise.
const usualPast = 24 * time.Hour

func (p inPast) window(now time.Time) insight.Window {
	w := insight.Window{From: now.Add(-usualPast), Until: now}
	length := time.Duration(min(p.Duration, int64(1e12))) * time.Millisecond
	switch {
	case p.Since != 0:
		w.From = time.UnixMilli(p.Since)
		if p.Duration != 0 {
			w.Until = w.From.Add(length)
		}
	case p.Duration != 0:
		w.From = now.Add(-length)
	}
	return w
}

// look reads about a process, after what has been seen at its cluster is written.
func look[T any](ctx context.Context, s *Service, in shape.InProcess, read func(store.Tx, shape.Process) (T, error)) (out T, err error) {
	p, err := store.Read(s.Store, shape.FindProcess)(ctx, in)
	if err == nil {
		err = s.refresh(ctx, p.Cluster)
	}
	if err != nil {
		return out, err
	}
	return store.Read(s.Store, func(tx store.Tx, _ shape.InProcess) (T, error) { return read(tx, p) })(ctx, in)
}

type slowIn struct {
	shape.InProcess
	inPast
	IncludeMetrics      bool     `query:"includeMetrics" api:"default=false" doc:"Whether the answer tells what the operations did."`
	IncludeOpType       bool     `query:"includeOpType" api:"default=false" doc:"Whether the answer tells the commands' names."`
	IncludeReplicaState bool     `query:"includeReplicaState" api:"default=false" doc:"Whether the answer tells what the process is in its replica set."`
	NLogs               int64    `query:"nLogs" api:"min=0,max=20000,default=20000" doc:"How many lines are returned at most."`
	Namespaces          []string `query:"namespaces" doc:"Only operations on these collections, by database and name."`
}

func (s *Service) slowQueries(ctx context.Context, in slowIn) (PerformanceAdvisorSlowQueryList, error) {
	return look(ctx, s, in.InProcess, func(tx store.Tx, p shape.Process) (out PerformanceAdvisorSlowQueryList, err error) {
		all, err := slowAt(tx, p, in.inPast)
		out.SlowQueries = []PerformanceAdvisorSlowQuery{}
		for _, one := range all {
			if int64(len(out.SlowQueries)) == in.NLogs {
				break
			}
			if len(in.Namespaces) == 0 || slices.Contains(in.Namespaces, one.Namespace) {
				out.SlowQueries = append(out.SlowQueries, in.show(one, p))
			}
		}
		return out, err
	})
}

// slowAt are the slow operations at a process.
func slowAt(tx store.Tx, p shape.Process, in inPast) ([]insight.Slow, error) {
	w := in.window(tx.Now())
	w.Members = map[int]bool{p.Member.ID: true}
	return insight.SlowOnes(tx, p.Cluster.ID, w)
}

func (in slowIn) show(s insight.Slow, p shape.Process) PerformanceAdvisorSlowQuery {
	out := PerformanceAdvisorSlowQuery{Line: s.Line, Namespace: s.Namespace}
	if in.IncludeOpType {
		out.OpType = s.Command
	}
	if in.IncludeReplicaState {
		out.ReplicaState = "SECONDARY"
		if p.Primary {
			out.ReplicaState = "PRIMARY"
		}
	}
	if in.IncludeMetrics {
		returned := float64(max(1, s.Returned))
		out.Metrics = &PerformanceAdvisorSlowQueryMetrics{
			DocsExamined: s.Docs, DocsExaminedReturnedRatio: float64(s.Docs) / returned, DocsReturned: s.Returned, FromUserConnection: true,
			HasIndexCoverage: s.Indexed, HasSort: s.Sorted, KeysExamined: s.Keys, KeysExaminedReturnedRatio: float64(s.Keys) / returned,
			OperationExecutionTime: s.Millis, ResponseLength: s.Bytes,
		}
	}
	return out
}

type namespacesIn struct {
	shape.InProcess
	inPast
}

// maxNamespaces is how many collections are listed. Source: Atlas Administration API, listPerformanceAdvisorNamespaces.
const maxNamespaces = 20

func (s *Service) namespaces(ctx context.Context, in namespacesIn) (Namespaces, error) {
	return look(ctx, s, in.InProcess, func(tx store.Tx, p shape.Process) (out Namespaces, err error) {
		all, err := slowAt(tx, p, in.inPast)
		count := map[string]int{}
		for _, one := range all {
			count[one.Namespace]++
		}
		names := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
		out.Namespaces = []NamespaceObj{}
		for _, name := range names[:min(len(names), maxNamespaces)] {
			out.Namespaces = append(out.Namespaces, NamespaceObj{name, "collection"})
		}
		return out, err
	})
}
