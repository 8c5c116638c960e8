package flex

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type indexingIn struct{ api.InCluster }

func autoIndexing(tx store.Tx, in indexingIn) (on bool, err error) {
	c, err := state.FlexByName(tx, in.GroupID, in.ClusterName)
	if err == nil {
		on = c.AutoIndexing
	}
	return on, err
}

type setIndexingIn struct {
	api.InCluster
	Enable bool `query:"enable" api:"required" doc:"What the switch is set to."`
}

func (s *Service) setAutoIndexing(tx store.Tx, in setIndexingIn) (none api.None, err error) {
	c, err := state.FlexByName(tx, in.GroupID, in.ClusterName)
	if err != nil || c.AutoIndexing == in.Enable {
		return none, err
	}
	c.AutoIndexing = in.Enable
	if err := state.Clusters.Put(tx, c); err != nil {
		return none, err
	}
	if err := s.Indexing(tx, c); err != nil {
		return none, err
	}
	what := event.Type("AUTO_INDEXING_DISABLED")
	if in.Enable {
		what = "AUTO_INDEXING_ENABLED"
	}
	return none, event.WriteInProject(tx, c.GroupID, what, event.Cluster(c.Name))
}
