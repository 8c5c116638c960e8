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

// DedicatedByName is ClusterByName for a cluster that is no Flex one: that is fault.FlexInClusterAPI.
func DedicatedByName(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := ClusterByName(tx, groupID, name)
	if err == nil && c.Flex {
		return nil, fault.FlexInClusterAPI.With(name)
	}
	return c, err
}

// FlexByName is ClusterByName for a Flex cluster: another one is fault.NonFlexInFlexAPI.
func FlexByName(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := ClusterByName(tx, groupID, name)
	if err == nil && !c.Flex {
		return nil, fault.NonFlexInFlexAPI.With(name)
	}
	return c, err
}

// ClustersOf returns a project's clusters by name: the Flex ones or the others.
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

// ClustersOn returns the clusters whose data a node has.
func ClustersOn(tx store.Tx, node string) ([]*model.Cluster, error) {
	return Clusters.List(tx, store.Query{Index: "node", Prefix: []string{node}})
}

// clusterOfOnePort gives the body of a cluster that says at which port it is reached one member. What kind of node that is,
// the plane says when it runs the cluster.
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
