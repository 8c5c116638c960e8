package advisor

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// unusedFor is for how long an index is not used before it may go. Source: Atlas documentation, "Drop Indexes".
const unusedFor = 7 * 24 * time.Hour

type inCatalog struct{ api.InCluster }

func (s *Service) dropSuggestions(ctx context.Context, in inCatalog) (DropIndexSuggestionsResponse, error) {
	return advise(ctx, s, in.InCluster, func(tx store.Tx, c *model.Cluster) (DropIndexSuggestionsResponse, error) {
		known, err := catalogOf(tx, c.ID)
		out := DropIndexSuggestionsResponse{
			HiddenIndexes: []DropIndexSuggestionsIndex{}, RedundantIndexes: []DropIndexSuggestionsIndex{}, UnusedIndexes: []DropIndexSuggestionsIndex{},
		}
		for _, coll := range known.Collections {
			out.add(coll, tx.Now())
		}
		return out, err
	})
}

// add adds the indexes of a collection that may go. Those that do more than order documents stay, used or not.
func (out *DropIndexSuggestionsResponse) add(c collection, now time.Time) {
	for i, x := range c.Indexes {
		shown := x.show(c.Namespace)
		switch {
		case x.Name == "_id_":
		case x.Hidden:
			out.HiddenIndexes = append(out.HiddenIndexes, shown)
		case !x.Plain:
		case redundant(c.Indexes, i):
			out.RedundantIndexes = append(out.RedundantIndexes, shown)
		case x.Uses == 0 && now.Sub(x.Since) >= unusedFor:
			out.UnusedIndexes = append(out.UnusedIndexes, shown)
		}
	}
}

// redundant reports whether another index begins with the parts of an index. Of two that are the same in both directions,
// the later one is redundant.
func redundant(all []index, i int) bool {
	for j, other := range all {
		if j != i && other.serves(all[i].Parts) && (len(other.Parts) > len(all[i].Parts) || j < i) {
			return true
		}
	}
	return false
}

func (x index) show(namespace string) DropIndexSuggestionsIndex {
	out := DropIndexSuggestionsIndex{AccessCount: x.Uses, Name: x.Name, Namespace: namespace, Shards: []string{}, Since: api.Time{Time: x.Since}, SizeBytes: x.Bytes}
	var key bson.D
	if bson.UnmarshalExtJSON([]byte(x.Key), false, &key) != nil {
		return out
	}
	for _, e := range key {
		if one, err := bson.MarshalExtJSON(bson.D{e}, false, false); err == nil {
			out.Index = append(out.Index, json.RawMessage(one))
		}
	}
	out.Index = slices.Clip(out.Index)
	return out
}
