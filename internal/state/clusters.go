package state

import (
	"bytes"
	"encoding/json"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// ClusterByName returns a project's cluster, Flex or not, or fault.ClusterNotFound.
func ClusterByName(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := Clusters.Find(tx, "name", groupID, name)
	return c, store.IfMissing(err, fault.ClusterNotFound.With(name, groupID))
}

// DedicatedByName is ClusterByName, but returns fault.FlexInClusterAPI for a Flex cluster.
func DedicatedByName(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := ClusterByName(tx, groupID, name)
	if err == nil && c.Flex {
		return nil, fault.FlexInClusterAPI.With(name)
	}
	return c, err
}

// FlexByName is ClusterByName, but returns fault.NonFlexInFlexAPI for a cluster that is not a Flex cluster.
func FlexByName(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := ClusterByName(tx, groupID, name)
	if err == nil && !c.Flex {
		return nil, fault.NonFlexInFlexAPI.With(name)
	}
	return c, err
}

// ClustersOf returns a project's Flex clusters, or all its others, by name.
func ClustersOf(tx store.Tx, groupID model.ID, flex bool) ([]*model.Cluster, error) {
	all, err := Clusters.List(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	var some []*model.Cluster
	for _, c := range all {
		if c.Flex == flex {
			some = append(some, c)
		}
	}
	return some, err
}

// ClustersOn returns the clusters whose data is on a node.
func ClustersOn(tx store.Tx, node string) ([]*model.Cluster, error) {
	return Clusters.List(tx, store.Query{Index: "node", Prefix: []string{node}})
}

// clusterOfOnePort converts the stored form of a cluster from before clusters had members: its one port becomes a
// member. The plane sets the member's kind when it runs the cluster.
func clusterOfOnePort(body []byte) ([]byte, error) {
	if bytes.Contains(body, []byte(`"members":`)) {
		return body, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	if fields["port"] == nil {
		return body, nil
	}
	var one struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	}
	if err := json.Unmarshal(body, &one); err != nil {
		return nil, err
	}
	members, err := json.Marshal([]model.Member{{Host: one.Host, Port: one.Port, Node: model.Electable}})
	if err != nil {
		return nil, err
	}
	delete(fields, "port")
	fields["members"] = members
	return json.Marshal(fields)
}

// Standing is a node, or "" for any if it has been forgotten.
func Standing(tx store.Tx, node string) (string, error) {
	n, err := Nodes.Get(tx, node)
	if err == nil && !n.Forgotten.IsZero() {
		return "", nil
	}
	return node, store.IfMissing(err, nil)
}
