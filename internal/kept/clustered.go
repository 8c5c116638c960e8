package kept

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Clustered are Objects that belong to the clusters of a project and go with them. The first index of their table has the
// cluster's name after the project's id.
type Clustered[K Ref, W, S any] struct {
	Objects[K, W, S]
	// Cluster finds the cluster that a request names, or refuses it.
	Cluster func(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error)
}

// InCluster selects the objects of a cluster.
func (s *Clustered[K, W, S]) InCluster(groupID model.ID, name string) store.Query {
	return store.Query{Index: s.Table.Indexes[0].Name, Prefix: []string{groupID, name}}
}

// ListInClusterIn asks for a page of a cluster's objects.
type ListInClusterIn struct {
	api.InCluster
	api.Paging
}

// List returns a page of a cluster's objects.
func (s *Clustered[K, W, S]) List(tx store.Tx, in ListInClusterIn) (page api.Page[W], err error) {
	if _, err := s.Cluster(tx, in.GroupID, in.ClusterName); err != nil {
		return page, err
	}
	return s.Page(tx, ListIn{in.InGroup, in.Paging}, s.InCluster(in.GroupID, in.ClusterName))
}

// CreateInClusterIn has an object to create for a cluster.
type CreateInClusterIn[W any] struct {
	api.InCluster
	Body W
}

// OnClusterDelete deletes the objects of a cluster that is being deleted.
func (s *Clustered[K, W, S]) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	return s.Table.DeleteAll(tx, s.InCluster(c.GroupID, c.Name))
}

// OnClusterReady does nothing: the objects do not depend on a running cluster.
func (s *Clustered[K, W, S]) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterLost does nothing: OnClusterDelete deletes the objects when the lost cluster is deleted.
func (s *Clustered[K, W, S]) OnClusterLost(store.Tx, *model.Cluster) error { return nil }
