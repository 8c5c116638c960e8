package cluster

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// permit holds c, as it has just been stored, against the organization's policies. converts says that it becomes sharded.
func permit(tx store.Tx, c *model.Cluster, converts bool) error {
	s, err := policy.Cluster(tx, c, converts)
	if err != nil {
		return err
	}
	return policy.Check(tx, s)
}

// PolicySubjects returns the project's clusters, as policies see them.
func (s *Service) PolicySubjects(tx store.Tx, groupID model.ID) (subjects []policy.Subject, err error) {
	all, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		one, err := policy.Cluster(tx, c, false)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, one)
	}
	return subjects, nil
}
