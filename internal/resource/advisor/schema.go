package advisor

import (
	"context"
	"fmt"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// From when on something is advised. Source of the first three: Atlas documentation, "Improve Your Schema".
const (
	manyIndexes   = 20      // of a collection
	largeDocument = 2 << 20 // bytes
	longArray     = 10_000  // elements
	manyLookups   = 50      // queries of the last day that join
	manyNamespace = 10_000  // collections of a cluster
	manyNoCase    = 10      // queries of the last day
)

func (s *Service) schemaAdvice(ctx context.Context, in inCatalog) (SchemaAdvisorResponse, error) {
	return advise(ctx, s, in.InCluster, func(tx store.Tx, c *model.Cluster) (out SchemaAdvisorResponse, err error) {
		known, err := catalogOf(tx, c.ID)
		if err != nil {
			return out, err
		}
		stats, err := insight.Shapes(tx, c.ID, insight.Window{From: tx.Now().Add(-usualPast), Until: tx.Now()})
		return advice(known, stats), err
	})
}

// advice is what a catalog and the queries of a day suggest.
func advice(known catalog, stats []*insight.Stat) SchemaAdvisorResponse {
	a := &adviser{SchemaAdvisorResponse{Recommendations: []SchemaAdvisorItemRecommendation{}}}
	for _, c := range known.Collections {
		if n := len(c.Indexes); n > manyIndexes {
			a.add("REMOVE_UNNECESSARY_INDEXES", "Drop indexes that few queries use: every write maintains all of them.", &c.Namespace, "NUM_INDEXES", fmt.Sprintf("The collection has %d indexes.", n))
		}
		if c.Largest > largeDocument {
			a.add("REDUCE_DOCUMENT_SIZE", "Keep what is seldom read together in documents of its own.", &c.Namespace, "DOC_SIZE_TOO_LARGE", fmt.Sprintf("A document has %d bytes.", c.Largest))
		}
		if c.Elements > longArray {
			a.add("AVOID_UNBOUNDED_ARRAY", "Keep the elements of an array that grows in documents of their own.", &c.Namespace, "DOCS_CONTAIN_UNBOUNDED_ARRAY",
				fmt.Sprintf("The array %s of a document has %d elements.", c.Array, c.Elements))
		}
	}
	for _, s := range stats {
		if s.Fields.Lookup && s.Count >= manyLookups {
			a.add("REDUCE_LOOKUP_OPS", "Keep together what is read together, so that fewer queries join collections.", &s.Namespace, "NUMBER_OF_QUERIES_USE_LOOKUP", fmt.Sprintf("%d queries of one shape join.", s.Count))
		}
		if s.Fields.NoCase && s.Count >= manyNoCase {
			a.add("OPTIMIZE_CASE_INSENSITIVE_REGEX_QUERIES", "Keep a copy of the field in lower case, and ask for that.", &s.Namespace, "QUERIES_CONTAIN_CASE_INSENSITIVE_REGEX",
				fmt.Sprintf("%d queries of one shape have a regular expression without regard to case.", s.Count))
		}
	}
	if known.Count > manyNamespace {
		a.add("REDUCE_NUMBER_OF_NAMESPACES", "Keep documents of one kind in one collection.", nil, "NUMBER_OF_NAMESPACES", fmt.Sprintf("The cluster has %d collections.", known.Count))
	}
	return a.SchemaAdvisorResponse
}

type adviser struct{ SchemaAdvisorResponse }

// add adds what led to a piece of advice about a collection.
func (a *adviser) add(kind, description string, namespace *string, trigger, found string) {
	i := 0
	for ; i < len(a.Recommendations) && a.Recommendations[i].Recommendation != kind; i++ {
	}
	if i == len(a.Recommendations) {
		a.Recommendations = append(a.Recommendations, SchemaAdvisorItemRecommendation{Recommendation: kind, Description: description})
	}
	r, t := &a.Recommendations[i], SchemaAdvisorTriggerDetails{Description: found, TriggerType: trigger}
	for j := range r.AffectedNamespaces {
		if known := r.AffectedNamespaces[j].Namespace; known != nil && namespace != nil && *known == *namespace {
			r.AffectedNamespaces[j].Triggers = append(r.AffectedNamespaces[j].Triggers, t)
			return
		}
	}
	r.AffectedNamespaces = append(r.AffectedNamespaces, SchemaAdvisorNamespaceTriggers{namespace, []SchemaAdvisorTriggerDetails{t}})
}
