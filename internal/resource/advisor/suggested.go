package advisor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type suggestedIn struct {
	shape.InProcess
	inPast
	api.Paging
	NExamples  int64    `query:"nExamples" api:"min=0,default=5" doc:"How many operations are shown of each shape; there is one, with what the operations do on average."`
	NIndexes   int64    `query:"nIndexes" api:"min=0" doc:"How many indexes are returned at most. Without it: all."`
	Namespaces []string `query:"namespaces" doc:"Only indexes of these collections, by database and name."`
}

func (s *Service) suggestedAtProcess(ctx context.Context, in suggestedIn) (PerformanceAdvisorResponse, error) {
	return look(ctx, s, in.InProcess, func(tx store.Tx, p shape.Process) (out PerformanceAdvisorResponse, err error) {
		w := in.window(tx.Now())
		w.Members = map[int]bool{p.Member.ID: true}
		all, total, known, err := suggestions(tx, p.Cluster.ID, w, in.Namespaces)
		if in.NIndexes > 0 {
			all = all[:min(int64(len(all)), in.NIndexes)]
		}
		return respond(api.PageOf(in.Paging, all).Results, total, known, in.NExamples > 0), err
	})
}

type suggestedInCluster struct {
	api.InCluster
	Namespaces []string `query:"namespaces" doc:"Only indexes of these collections, by database and name."`
	ProcessIDs []string `query:"processIds" api:"is=processId" doc:"Only what was asked for at these processes, by host and port."`
	Since      int64    `query:"since" api:"min=1199145600000" doc:"Beginning of the time that is asked about, in milliseconds since 1970. Without it: a day before its end."`
	Until      int64    `query:"until" api:"min=1199145600000" doc:"End of the time that is asked about, in milliseconds since 1970. Without it: now."`
}

func (in suggestedInCluster) window(now time.Time, c *model.Cluster) (w insight.Window, err error) {
	if w.Until = now; in.Until != 0 {
		w.Until = time.UnixMilli(in.Until)
	}
	if w.From = w.Until.Add(-usualPast); in.Since != 0 {
		w.From = time.UnixMilli(in.Since)
	}
	if w.From.After(w.Until) {
		return w, fault.Field("since", "must not be after until")
	}
	w.Members, err = shape.MembersAt(c, in.ProcessIDs)
	return w, err
}

func (s *Service) suggestedAtCluster(ctx context.Context, in suggestedInCluster) (PerformanceAdvisorResponse, error) {
	return advise(ctx, s, in.InCluster, func(tx store.Tx, c *model.Cluster) (out PerformanceAdvisorResponse, err error) {
		w, err := in.window(tx.Now(), c)
		if err != nil {
			return out, err
		}
		all, total, known, err := suggestions(tx, c.ID, w, in.Namespaces)
		return respond(all, total, known, true), err
	})
}

// advise reads about a cluster, after what has been seen there is written.
func advise[T any](ctx context.Context, s *Service, in api.InCluster, read func(store.Tx, *model.Cluster) (T, error)) (out T, err error) {
	c, err := store.Read(s.Store, findCluster)(ctx, in)
	if err == nil {
		err = s.refresh(ctx, c)
	}
	if err != nil {
		return out, err
	}
	return store.Read(s.Store, func(tx store.Tx, _ api.InCluster) (T, error) { return read(tx, c) })(ctx, in)
}

func findCluster(tx store.Tx, in api.InCluster) (*model.Cluster, error) {
	return state.ClusterByName(tx, in.GroupID, in.ClusterName)
}

// suggestions are those for a cluster, with the number of documents that all its queries examined.
func suggestions(tx store.Tx, cluster model.ID, w insight.Window, namespaces []string) (all []suggestion, total int64, known catalog, err error) {
	stats, err := insight.Shapes(tx, cluster, w)
	if err != nil {
		return nil, 0, known, err
	}
	for _, s := range stats {
		total += s.Docs
	}
	if known, err = catalogOf(tx, cluster); err != nil {
		return nil, 0, known, err
	}
	for _, s := range suggest(stats, known) {
		if len(namespaces) == 0 || slices.Contains(namespaces, s.Namespace) {
			all = append(all, s)
		}
	}
	return all, total, known, nil
}

func respond(all []suggestion, total int64, known catalog, examples bool) PerformanceAdvisorResponse {
	out := PerformanceAdvisorResponse{Shapes: []PerformanceAdvisorShape{}, SuggestedIndexes: []PerformanceAdvisorIndex{}}
	for _, s := range all {
		x := PerformanceAdvisorIndex{ID: s.id(), Namespace: s.Namespace, Weight: percent(s.Wasted, total)}
		for _, p := range s.Parts {
			x.Index = append(x.Index, map[string]int{p.Field: p.Dir})
		}
		if c, ok := known.collection(s.Namespace); ok && c.Docs > 0 {
			x.AvgObjSize = float64(c.Bytes / c.Docs)
		}
		for _, one := range s.For {
			x.Impact = append(x.Impact, one.ID())
			out.Shapes = append(out.Shapes, shown(one, examples))
		}
		out.SuggestedIndexes = append(out.SuggestedIndexes, x)
	}
	return out
}

func shown(s *insight.Stat, example bool) PerformanceAdvisorShape {
	n := max(1, s.Count)
	w := PerformanceAdvisorShape{
		ID: s.ID(), Namespace: s.Namespace, Count: s.Count, AvgMS: s.Micros / n / 1000, InefficiencyScore: s.Docs / max(1, s.Returned),
		Operations: []PerformanceAdvisorOperationView{},
	}
	if example {
		w.Operations = append(w.Operations, PerformanceAdvisorOperationView{
			[]json.RawMessage{json.RawMessage(s.Shape)}, PerformanceAdvisorOpStats{MS: w.AvgMS, NReturned: s.Returned / n, NScanned: s.Docs / n, TS: s.Latest.UnixMilli()},
		})
	}
	return w
}

// id is the same for the same index at any time.
func (s suggestion) id() string {
	sum := sha256.Sum256(fmt.Append(nil, s.Namespace, s.Parts))
	return hex.EncodeToString(sum[:12])
}

// percent has one digit behind the point.
func percent(part, whole int64) float64 {
	return math.Round(1000*float64(part)/float64(max(1, whole))) / 10
}
