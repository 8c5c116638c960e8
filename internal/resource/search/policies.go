package search

import (
	"encoding/json"
	"slices"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// permit holds an index against the organization's policies.
func permit(tx store.Tx, i *index) error {
	c, err := state.ClusterByName(tx, i.GroupID, i.Internal.Cluster)
	if err != nil {
		return err
	}
	return policy.Check(tx, policy.SearchIndex(c, embeds(i)))
}

// PolicySubjects returns the project's indexes, as policies see them.
func (s *Indexes) PolicySubjects(tx store.Tx, groupID model.ID) (subjects []policy.Subject, err error) {
	all, err := indexes.List(tx, s.InProject(groupID))
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		c, err := state.ClusterByName(tx, groupID, i.Internal.Cluster)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, policy.SearchIndex(c, embeds(i)))
	}
	return subjects, nil
}

// field is a field of an index of vectors, as far as policies ask about it.
type field struct {
	Type string `json:"type"`
}

// embeds reports whether an index makes the embeddings of a field by itself.
func embeds(i *index) bool {
	var fields []field
	if d := i.Value.LatestDefinition; d == nil || json.Unmarshal(d.Fields, &fields) != nil {
		return false // fields of another form are of no vectors
	}
	return slices.Contains(fields, field{"autoEmbed"})
}
