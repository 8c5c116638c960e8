package cluster

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Lifecycle creates, changes and deletes clusters, Flex or not, in the transaction of a request: it records what is wanted
// and leaves the rest to the Reconciler.
type Lifecycle struct {
	Node        string        // the node that new clusters live on
	Site        model.Site    // at which they are reached
	MinDuration time.Duration // how long a cluster stays in a transitional state at least

	Networks Networks
	Names    Names
}

// Names is the family that says which names in DNS a project's clusters have.
type Names interface {
	// Name records the names that c has.
	Name(tx store.Tx, c *model.Cluster) error
}

// Networks is the family that has a project's network containers.
type Networks interface {
	// Provide makes the containers that a cluster's regions need and the project lacks.
	Provide(tx store.Tx, c *model.Cluster) error
}

// uniquePrefix is how many characters of a cluster's name differ from those of every other name in the project: the service
// makes host names of them.
const uniquePrefix = 23

// Declare adds c to its project. Its caller has set c's ID, project, name, kind and declaration.
func (l Lifecycle) Declare(tx store.Tx, c *model.Cluster) error {
	if err := placeable(tx, c); err != nil {
		return err
	}
	if err := stands(tx, l.Node); err != nil {
		return err
	}
	c.State, c.Created, c.Settled = model.Creating, tx.Now(), tx.Now().Add(l.MinDuration)
	c.Node, c.Site, c.Dataset, c.ReplicaSet = l.Node, l.Site, "data", setName()
	if err := l.keep(tx, c); err != nil {
		return err
	}
	if err := permit(tx, c, false); err != nil {
		return err
	}
	return happened(tx, c, "CREATED")
}

// stands refuses to put a cluster on a node that the deployment has forgotten. Such a node stops when it notices.
func stands(tx store.Tx, node string) error {
	n, err := state.Nodes.Get(tx, node)
	if err == nil && !n.Forgotten.IsZero() {
		err = errors.New("cluster: this node has been forgotten")
	}
	return store.IfMissing(err, nil)
}

// placeable returns an error if the project has no room for c, or a cluster that c's name collides with.
func placeable(tx store.Tx, c *model.Cluster) error {
	others, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{c.GroupID}})
	if err != nil {
		return err
	}
	limit, err := state.Limit(tx, c.GroupID, model.LimitClusters)
	if err != nil {
		return err
	}
	for _, o := range others {
		switch {
		case o.Name == c.Name:
			return fault.DuplicateClusterName.With(c.Name, c.GroupID)
		case prefix(o.Name) == prefix(c.Name):
			return fault.DuplicateNamePrefix.With(c.Name)
		case free(o) && free(c):
			return freeClusterRefused.With("this project already has another free cluster") // words that clients look for
		}
	}
	if int64(len(others)) >= limit {
		return fault.ClustersLimit.With(strconv.FormatInt(limit, 10))
	}
	return nil
}

func prefix(name string) string { return name[:min(len(name), uniquePrefix)] }

func free(c *model.Cluster) bool { return c.Declared.Shared() && !c.Flex }

// setName makes a replica set's name: atlas-, six letters or digits, -shard-0.
func setName() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	var six [6]byte
	for i := range six {
		six[i] = letters[rand.IntN(len(letters))]
	}
	return "atlas-" + string(six[:]) + "-shard-0"
}

// Change makes next what c declares. Its caller has checked next.
func (l Lifecycle) Change(tx store.Tx, c *model.Cluster, next model.Declared) error {
	return l.change(tx, c, next, "UPDATE_SUBMITTED")
}

func (l Lifecycle) change(tx store.Tx, c *model.Cluster, next model.Declared, what event.Type) error {
	if err := changeable(c); err != nil {
		return err
	}
	was := c.Declared.Type
	c.Declared = next
	if err := l.begin(tx, c); err != nil {
		return err
	}
	if err := permit(tx, c, was == "REPLICASET" && next.Type == "SHARDED"); err != nil {
		return err
	}
	return happened(tx, c, what)
}

// changeable refuses to change a cluster that is being created or deleted.
func changeable(c *model.Cluster) error {
	switch c.State {
	case model.Creating:
		return fault.ClusterNotReady.With(c.Name)
	case model.Deleting:
		return closing(c)
	}
	return nil
}

// begin stores a changed c, which is UPDATING until the reconciler has made it so.
func (l Lifecycle) begin(tx store.Tx, c *model.Cluster) error {
	c.State, c.Settled = model.Updating, tx.Now().Add(l.MinDuration)
	return l.keep(tx, c)
}

// Close asks for c to be deleted.
func (l Lifecycle) Close(tx store.Tx, c *model.Cluster) error {
	if c.State == model.Deleting {
		return closing(c)
	}
	if c.Declared.TerminationProtection {
		return fault.TerminationProtected.With("cluster " + c.Name + " of project " + c.GroupID + " cannot be deleted until it is off")
	}
	if c.Outage != nil {
		return duringOutage.With(c.Name)
	}
	c.State, c.Settled = model.Deleting, tx.Now().Add(l.MinDuration)
	if err := l.keep(tx, c); err != nil {
		return err
	}
	return happened(tx, c, "DELETE_SUBMITTED")
}

// closing is the error that refuses to change a cluster that is being deleted.
func closing(c *model.Cluster) error {
	if c.Flex {
		return fault.ServerlessBeingClosed.With(c.Name)
	}
	return fault.ClusterBeingDeleted.With(c.Name)
}

// keep stores c, with the network containers that it needs, and wakes its reconciler.
func (l Lifecycle) keep(tx store.Tx, c *model.Cluster) error {
	if err := errors.Join(l.Networks.Provide(tx, c), l.Names.Name(tx, c)); err != nil {
		return err
	}
	if err := state.Clusters.Put(tx, c); err != nil {
		return err
	}
	return Wake(tx, c)
}

// happened writes an event about c: CREATED is CLUSTER_CREATED, or SERVERLESS_INSTANCE_CREATED of a Flex cluster.
func happened(tx store.Tx, c *model.Cluster, what event.Type) error {
	kind := event.Type("CLUSTER_")
	if c.Flex {
		kind = "SERVERLESS_INSTANCE_"
	}
	return tell(tx, c, kind+what)
}

// tell writes an event about c.
func tell(tx store.Tx, c *model.Cluster, what event.Type) error {
	return store.IfMissing(event.WriteInProject(tx, c.GroupID, what, event.Cluster(c.Name)), fault.GroupNotFound.With(c.GroupID))
}
