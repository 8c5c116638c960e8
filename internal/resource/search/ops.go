package search

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag  = "Atlas Search"
	fts  = "/groups/{groupId}/clusters/{clusterName}/fts/indexes"
	path = "/groups/{groupId}/clusters/{clusterName}/search/indexes"
)

// Operations are the family's operations.
func (s *Indexes) Operations() api.Operations {
	readers := authz.Any(authz.GroupDataAccessReadWrite, authz.GroupDataAccessReadOnly, authz.GroupSearchIndexEditor, authz.GroupStreamProcessingOwner)
	editors := authz.Any(authz.GroupDataAccessAdmin, authz.GroupSearchIndexEditor)
	return api.Operations{
		{
			ID: "createAtlasSearchIndexDeprecated", Aliases: []string{"createClusterFtsIndex", "createGroupClusterFtsIndex"}, Method: http.MethodPost, Path: fts, Tag: tag,
			Summary:     "Create one search index of one cluster in the older form",
			Description: "The index goes through the states of the service; nothing searches it yet.",
			Roles:       editors, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, indexExists, indexesLimit}, Deprecated: "2024-05-30", Sunset: "2027-07-01",
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.createFTS))},
		},
		{
			ID: "listAtlasSearchIndexesDeprecated", Aliases: []string{"listClusterFtsIndex", "listGroupClusterFtsIndex"}, Method: http.MethodGet, Path: fts + "/{databaseName}/{collectionName}", Tag: tag,
			Summary: "Return all search indexes of one collection in the older form",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound}, Deprecated: "2024-05-30", Sunset: "2027-07-01",
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.listFTS))},
		},
		{
			ID: "getAtlasSearchIndexDeprecated", Aliases: []string{"getClusterFtsIndex", "getGroupClusterFtsIndex"}, Method: http.MethodGet, Path: fts + "/{indexId}", Tag: tag,
			Summary: "Return one search index of one cluster in the older form",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound}, Deprecated: "2024-05-30", Sunset: "2027-07-01",
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.getFTS))},
		},
		{
			ID: "updateAtlasSearchIndexDeprecated", Aliases: []string{"updateClusterFtsIndex", "updateGroupClusterFtsIndex"}, Method: http.MethodPatch, Path: fts + "/{indexId}", Tag: tag,
			Summary: "Replace one search index of one cluster in the older form",
			Roles:   editors, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted}, Deprecated: "2024-05-30", Sunset: "2027-07-01",
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.updateFTS))},
		},
		{
			ID: "deleteAtlasSearchIndexDeprecated", Aliases: []string{"deleteClusterFtsIndex", "deleteGroupClusterFtsIndex"}, Method: http.MethodDelete, Path: fts + "/{indexId}", Tag: tag,
			Summary: "Remove one search index of one cluster by the older path",
			Roles:   editors, Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted}, Deprecated: "2024-05-30", Sunset: "2027-07-01",
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.delete))},
		},
		{
			ID: "listAtlasSearchIndexesCluster", Aliases: []string{"listClusterSearchIndexes", "listGroupClusterSearchIndexes"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all search indexes of one cluster",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound},
			Versions: []api.Version{api.At("2024-05-30", store.Read(s.Store, s.listCluster))},
		},
		{
			ID: "createAtlasSearchIndex", Aliases: []string{"createClusterSearchIndex", "createGroupClusterSearchIndex"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary:     "Create one search index of one cluster",
			Description: "The index goes through the states of the service; nothing searches it yet.",
			Roles:       editors, Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, indexExists, indexesLimit},
			Versions: []api.Version{api.At("2024-05-30", store.Write(s.Store, s.create))},
		},
		{
			ID: "listAtlasSearchIndexes", Aliases: []string{"listSearchIndex", "listGroupClusterSearchIndex"}, Method: http.MethodGet, Path: path + "/{databaseName}/{collectionName}", Tag: tag,
			Summary: "Return all search indexes of one collection",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound},
			Versions: []api.Version{api.At("2024-05-30", store.Read(s.Store, s.listCollection))},
		},
		{
			ID: "getAtlasSearchIndex", Aliases: []string{"getClusterSearchIndex", "getGroupClusterSearchIndex"}, Method: http.MethodGet, Path: path + "/{indexId}", Tag: tag,
			Summary: "Return one search index of one cluster",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound},
			Versions: []api.Version{api.At("2024-05-30", store.Read(s.Store, s.get))},
		},
		{
			ID: "updateAtlasSearchIndex", Aliases: []string{"updateClusterSearchIndex", "updateGroupClusterSearchIndex"}, Method: http.MethodPatch, Path: path + "/{indexId}", Tag: tag,
			Summary: "Replace the definition of one search index of one cluster",
			Roles:   editors, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted},
			Versions: []api.Version{api.At("2024-05-30", store.Write(s.Store, s.update))},
		},
		{
			ID: "deleteAtlasSearchIndex", Aliases: []string{"deleteClusterSearchIndex", "deleteGroupClusterSearchIndex"}, Method: http.MethodDelete, Path: path + "/{indexId}", Tag: tag,
			Summary: "Remove one search index of one cluster",
			Roles:   editors, Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted},
			Versions: []api.Version{api.At("2024-05-30", store.Write(s.Store, s.delete))},
		},
		{
			ID: "getAtlasSearchIndexByName", Aliases: []string{"getIndexByName", "getGroupClusterSearchIndexByName"}, Method: http.MethodGet, Path: path + "/{databaseName}/{collectionName}/{indexName}", Tag: tag,
			Summary: "Return one search index of one collection by its name",
			Roles:   readers, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound},
			Versions: []api.Version{api.At("2024-05-30", store.Read(s.Store, s.getNamed))},
		},
		{
			ID: "updateAtlasSearchIndexByName", Aliases: []string{"updateIndexByName", "updateGroupClusterSearchIndexByName"}, Method: http.MethodPatch, Path: path + "/{databaseName}/{collectionName}/{indexName}", Tag: tag,
			Summary: "Replace the definition of one search index of one collection by its name",
			Roles:   editors, Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted},
			Versions: []api.Version{api.At("2024-05-30", store.Write(s.Store, s.updateNamed))},
		},
		{
			ID: "deleteAtlasSearchIndexByName", Aliases: []string{"deleteIndexByName", "deleteGroupClusterSearchIndexByName"}, Method: http.MethodDelete, Path: path + "/{databaseName}/{collectionName}/{indexName}", Tag: tag,
			Summary: "Remove one search index of one collection by its name",
			Roles:   editors, Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{indexNotFound, indexBeingDeleted},
			Versions: []api.Version{api.At("2024-05-30", store.Write(s.Store, s.deleteNamed))},
		},
	}
}
