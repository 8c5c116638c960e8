package search

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// older is an index in the older form.
func older(w SearchIndexResponse) ClusterSearchIndex {
	out := ClusterSearchIndex{
		CollectionName: w.CollectionName, Database: w.Database, Definition: *w.LatestDefinition, IndexID: w.IndexID, Name: w.Name, Type: w.Type, Status: "IN_PROGRESS",
	}
	if w.Status == ready {
		out.Status = "STEADY"
	}
	if out.Type == "search" && len(out.Synonyms) == 0 {
		out.Synonyms = json.RawMessage("[]")
	}
	return out
}

func (s *Indexes) createFTS(tx store.Tx, in kept.CreateInClusterIn[ClusterSearchIndex]) (out ClusterSearchIndex, err error) {
	w := in.Body
	made, err := s.create(tx, kept.CreateInClusterIn[SearchIndexCreateRequest]{
		InCluster: in.InCluster, Body: SearchIndexCreateRequest{CollectionName: w.CollectionName, Database: w.Database, Definition: w.Definition, Name: w.Name, Type: w.Type},
	})
	if err != nil {
		return out, err
	}
	return older(made), nil
}

func (s *Indexes) listFTS(tx store.Tx, in inCollection) ([]ClusterSearchIndex, error) {
	all, err := s.listCollection(tx, in)
	out := make([]ClusterSearchIndex, len(all))
	for i, w := range all {
		out[i] = older(w)
	}
	return out, err
}

func (s *Indexes) getFTS(tx store.Tx, in oneIndex) (out ClusterSearchIndex, err error) {
	w, err := s.get(tx, in)
	if err != nil {
		return out, err
	}
	return older(w), nil
}

type updateFTSIn struct {
	oneIndex
	Body ClusterSearchIndex
}

// updateFTS replaces the definition. The index keeps its name and collection.
func (s *Indexes) updateFTS(tx store.Tx, in updateFTSIn) (out ClusterSearchIndex, err error) {
	w, err := s.define(tx, in.oneIndex, in.Body.Definition)
	if err != nil {
		return out, err
	}
	return older(w), nil
}
