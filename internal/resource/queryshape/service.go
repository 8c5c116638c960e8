package queryshape

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// atPast is the cluster and the time that an operation asks about.
type atPast struct {
	api.InCluster
	ProcessIDs []string `query:"processIds" api:"is=processId,maxItems=10" doc:"Only queries at these processes, by host and port."`
	Since      int64    `query:"since" api:"min=1199145600000" doc:"Beginning of the time that is asked about, in milliseconds since 1970. Without it: a day before its end."`
	Until      int64    `query:"until" api:"min=1199145600000" doc:"End of the time that is asked about, in milliseconds since 1970. Without it: now."`
}

func (in atPast) window(now time.Time, c *model.Cluster) (w insight.Window, err error) {
	if w.Until = now; in.Until != 0 {
		w.Until = time.UnixMilli(in.Until)
	}
	if w.From = w.Until.Add(-24 * time.Hour); in.Since != 0 {
		w.From = time.UnixMilli(in.Since)
	}
	if w.From.After(w.Until) {
		return w, fault.Field("since", "must not be after until")
	}
	w.Members, err = shape.MembersAt(c, in.ProcessIDs)
	return w, err
}

// seen are the shapes of a time, after what has been seen at the cluster is written.
func (s *Service) seen(ctx context.Context, in atPast) (all []*insight.Stat, err error) {
	c, err := store.Read(s.Store, func(tx store.Tx, in atPast) (*model.Cluster, error) {
		return state.ClusterByName(tx, in.GroupID, in.ClusterName)
	})(ctx, in)
	if err == nil {
		err = s.Recorder.Flush(ctx, c.ID)
	}
	if err != nil {
		return nil, err
	}
	return store.Read(s.Store, func(tx store.Tx, in atPast) ([]*insight.Stat, error) {
		w, err := in.window(tx.Now(), c)
		if err != nil {
			return nil, err
		}
		all, err := insight.Shapes(tx, c.ID, w)
		return slices.DeleteFunc(all, func(s *insight.Stat) bool {
			return s.Command != "find" && s.Command != "aggregate" && s.Command != "distinct"
		}), err
	})(ctx, in)
}

type summariesIn struct {
	atPast
	Commands         []string `query:"commands" api:"enum=find|distinct|aggregate,maxItems=3" doc:"Only these commands."`
	NSummaries       int      `query:"nSummaries" api:"min=1,max=100,default=100" doc:"How many shapes are returned at most."`
	Namespaces       []string `query:"namespaces" api:"maxItems=10" doc:"Only queries of these collections, by database and name."`
	QueryShapeHashes []string `query:"queryShapeHashes" api:"maxItems=10" doc:"Only these shapes."`
	Series           []string `query:"series" api:"maxItems=15,enum=TOTAL_EXECUTION_TIME|AVG_EXECUTION_TIME|EXECUTION_COUNT|KEYS_EXAMINED|DOCS_EXAMINED|DOCS_RETURNED|TOTAL_TIME_TO_RESPONSE|BYTES_READ|CPU_TIME|KEYS_EXAMINED_RETURNED|DOCS_EXAMINED_RETURNED|LAST_EXECUTION_TIME|P50_EXECUTION_TIME|P90_EXECUTION_TIME|P99_EXECUTION_TIME" doc:"By what shapes are put in order, the largest first. Without it: by the time that all took."`
}

// by are the figures of a shape by which shapes are put in order.
var by = map[string]func(QueryStatsSummary) float64{
	"TOTAL_EXECUTION_TIME":   func(s QueryStatsSummary) float64 { return s.TotalWorkingMillis },
	"AVG_EXECUTION_TIME":     func(s QueryStatsSummary) float64 { return s.AvgWorkingMillis },
	"EXECUTION_COUNT":        func(s QueryStatsSummary) float64 { return s.ExecCount },
	"KEYS_EXAMINED":          func(s QueryStatsSummary) float64 { return s.KeysExamined },
	"DOCS_EXAMINED":          func(s QueryStatsSummary) float64 { return s.DocsExamined },
	"DOCS_RETURNED":          func(s QueryStatsSummary) float64 { return s.DocsReturned },
	"TOTAL_TIME_TO_RESPONSE": func(s QueryStatsSummary) float64 { return s.TotalTimeToResponseMicros },
	"BYTES_READ":             func(s QueryStatsSummary) float64 { return s.BytesRead },
	"CPU_TIME":               func(s QueryStatsSummary) float64 { return s.TotalWorkingMillis }, // that of the processor alone is not measured
	"KEYS_EXAMINED_RETURNED": func(s QueryStatsSummary) float64 { return s.KeysExaminedRatio },
	"DOCS_EXAMINED_RETURNED": func(s QueryStatsSummary) float64 { return s.DocsExaminedRatio },
	"LAST_EXECUTION_TIME":    func(s QueryStatsSummary) float64 { return s.LastExecMicros },
	"P50_EXECUTION_TIME":     func(s QueryStatsSummary) float64 { return s.P50ExecMicros },
	"P90_EXECUTION_TIME":     func(s QueryStatsSummary) float64 { return s.P90ExecMicros },
	"P99_EXECUTION_TIME":     func(s QueryStatsSummary) float64 { return s.P99ExecMicros },
}

func (s *Service) summaries(ctx context.Context, in summariesIn) (out QueryStatsSummaryListResponse, err error) {
	all, err := s.seen(ctx, in.atPast)
	out.Summaries = []QueryStatsSummary{}
	for _, one := range all {
		if among(in.Commands, one.Command) && among(in.Namespaces, one.Namespace) && among(in.QueryShapeHashes, one.Hash) {
			out.Summaries = append(out.Summaries, show(one))
		}
	}
	slices.SortStableFunc(out.Summaries, func(a, b QueryStatsSummary) int {
		for _, name := range in.Series {
			if c := cmp.Compare(by[name](b), by[name](a)); c != 0 {
				return c
			}
		}
		return 0
	})
	out.Summaries = out.Summaries[:min(len(out.Summaries), in.NSummaries)]
	return out, err
}

// among reports whether one is wanted: no list wants all.
func among(list []string, one string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, one) })
}

type detailsIn struct {
	atPast
	QueryShapeHash string `path:"queryShapeHash" api:"minLen=64,maxLen=64" doc:"Names the shape: 64 hexadecimal digits."`
}

func (s *Service) details(ctx context.Context, in detailsIn) (out QueryStatsDetailsResponse, err error) {
	all, err := s.seen(ctx, in.atPast)
	for _, one := range all {
		if strings.EqualFold(one.Hash, in.QueryShapeHash) {
			return QueryStatsDetailsResponse{QueryShapeSeenMetadata{one.First.UnixMilli()}, QueryShapeSeenMetadata{one.Latest.UnixMilli()}, show(one)}, nil
		}
	}
	return out, cmp.Or[error](err, shapeNotFound.With(in.QueryShapeHash))
}
