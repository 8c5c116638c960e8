// Package globalwrites is of the family Global Clusters the one read that clients make of every cluster: which zones and
// collections its writes are spread over. Telamon has no global clusters, so there are none.
package globalwrites

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ Store store.Store }

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	get := store.Read(s.Store, get)
	return api.Operations{{
		ID: "getManagedNamespace", Aliases: []string{"getClusterGlobalWrites", "getGroupClusterGlobalWrites"}, Method: http.MethodGet, Path: "/groups/{groupId}/clusters/{clusterName}/globalWrites", Tag: "Global Clusters",
		Summary: "Return the zones and managed namespaces of one global cluster", Description: "No cluster of Telamon is a global one: there are none.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI},
		Versions: []api.Version{api.At("2023-01-01", get), api.At("2023-02-01", get), api.At("2024-08-05", get)},
	}}
}

// GeoSharding is how a cluster spreads its writes.
type GeoSharding struct {
	CustomZoneMapping   map[string]string   `json:"customZoneMapping" api:"readonly" doc:"Zones by country. There are none."`
	ManagedNamespaces   []ManagedNamespaces `json:"managedNamespaces" api:"readonly" doc:"Collections that are spread over zones. There are none."`
	SelfManagedSharding bool                `json:"selfManagedSharding" api:"readonly" doc:"Whether the owner shards by hand."`
}

// ManagedNamespaces is a collection that is spread over zones.
type ManagedNamespaces struct {
	Collection             string `json:"collection" api:"required" doc:"Name of the collection."`
	CustomShardKey         string `json:"customShardKey" api:"required" doc:"Second field of its shard key."`
	DB                     string `json:"db" api:"required" doc:"Name of the database."`
	IsCustomShardKeyHashed bool   `json:"isCustomShardKeyHashed" api:"default=false" doc:"Whether that field is hashed."`
	IsShardKeyUnique       bool   `json:"isShardKeyUnique" api:"default=false" doc:"Whether shard keys are unique."`
	NumInitialChunks       int64  `json:"numInitialChunks,omitempty" api:"max=8192" doc:"How many chunks the collection begins with."`
	PresplitHashedZones    bool   `json:"presplitHashedZones" api:"default=false" doc:"Whether chunks are made beforehand."`
}

type oneIn struct{ api.InCluster }

func get(tx store.Tx, in oneIn) (GeoSharding, error) {
	_, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	return GeoSharding{CustomZoneMapping: map[string]string{}, ManagedNamespaces: []ManagedNamespaces{}}, err
}
