package search

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/api"
)

// Definition is what an index is declared to be. It is kept as it was sent: nothing is filled in.
type Definition struct {
	Analyzer       string          `json:"analyzer,omitempty" api:"maxLen=255" doc:"Analyzer of documents."`
	Analyzers      json.RawMessage `json:"analyzers,omitempty" doc:"Analyzers of the index's own: a list of objects."`
	Fields         json.RawMessage `json:"fields,omitempty" doc:"Fields of an index of vectors: a list of objects."`
	Mappings       json.RawMessage `json:"mappings,omitempty" doc:"Which fields are indexed, and how: an object."`
	NestedRoot     string          `json:"nestedRoot,omitempty" api:"maxLen=700" doc:"Field whose embedded documents are indexed."`
	NumPartitions  int             `json:"numPartitions,omitempty" api:"min=1,max=4" doc:"Into how many parts the index is cut."`
	SearchAnalyzer string          `json:"searchAnalyzer,omitempty" api:"maxLen=255" doc:"Analyzer of queries."`
	Sort           json.RawMessage `json:"sort,omitempty" doc:"Order in which the index is stored."`
	StoredSource   json.RawMessage `json:"storedSource,omitempty" doc:"Which fields are stored beside the index: a boolean or an object."`
	Synonyms       json.RawMessage `json:"synonyms,omitempty" doc:"Where synonyms come from: a list of objects."`
	TypeSets       json.RawMessage `json:"typeSets,omitempty" doc:"Sets of types for dynamic mappings: a list of objects."`
}

// SearchIndexCreateRequest is an index to create.
type SearchIndexCreateRequest struct {
	CollectionName string     `json:"collectionName" api:"required,minLen=1,maxLen=255" doc:"Name of the collection."`
	Database       string     `json:"database" api:"required,minLen=1,maxLen=64" doc:"Name of the database."`
	Definition     Definition `json:"definition" api:"required" doc:"What the index is to be."`
	Name           string     `json:"name" api:"required,minLen=1,maxLen=255" doc:"Name of the index."`
	Type           string     `json:"type,omitempty" api:"enum=search|vectorSearch,default=search" doc:"Kind of the index."`
}

// SearchIndexUpdateRequest is a new definition of an index.
type SearchIndexUpdateRequest struct {
	Definition Definition `json:"definition" api:"required" doc:"What the index is to be, in place of what it was."`
}

// SearchIndexResponse is an index.
type SearchIndexResponse struct {
	CollectionName          string                        `json:"collectionName,omitempty" doc:"Name of the collection."`
	Database                string                        `json:"database,omitempty" doc:"Name of the database."`
	IndexID                 string                        `json:"indexID,omitempty" api:"is=objectId" doc:"Id of the index."`
	LatestDefinition        *Definition                   `json:"latestDefinition,omitempty" doc:"What the index is declared to be."`
	LatestDefinitionVersion *SearchIndexDefinitionVersion `json:"latestDefinitionVersion,omitempty" doc:"Which definition it is."`
	Name                    string                        `json:"name,omitempty" doc:"Name of the index."`
	Queryable               bool                          `json:"queryable" doc:"Whether the service would answer queries from it."`
	Status                  string                        `json:"status,omitempty" api:"enum=DELETING|FAILED|STALE|PENDING|BUILDING|READY|DOES_NOT_EXIST" doc:"State of the index."`
	Type                    string                        `json:"type,omitempty" api:"enum=search|vectorSearch" doc:"Kind of the index."`
}

// SearchIndexDefinitionVersion tells definitions of an index apart.
type SearchIndexDefinitionVersion struct {
	CreatedAt api.Time `json:"createdAt,omitzero" doc:"When the definition was made. Absent for the first one."`
	Version   int64    `json:"version" doc:"Number of the definition, from 0."`
}

// ClusterSearchIndex is an index in the older form, in which the fields of the definition are those of the index.
type ClusterSearchIndex struct {
	CollectionName string `json:"collectionName" api:"required,minLen=1,maxLen=255" doc:"Name of the collection."`
	Database       string `json:"database" api:"required,minLen=1,maxLen=64" doc:"Name of the database."`
	Definition
	IndexID string `json:"indexID,omitempty" api:"readonly,is=objectId" doc:"Id of the index."`
	Name    string `json:"name" api:"required,minLen=1,maxLen=255" doc:"Name of the index."`
	Status  string `json:"status,omitempty" api:"readonly,enum=IN_PROGRESS|STEADY|FAILED|MIGRATING|STALE|PAUSED" doc:"State of the index."`
	Type    string `json:"type,omitempty" api:"enum=search|vectorSearch,default=search" doc:"Kind of the index."`
}

// ApiSearchDeploymentRequestView is a deployment of search nodes that is asked for.
type ApiSearchDeploymentRequestView struct {
	Specs []ApiSearchDeploymentSpecView `json:"specs" api:"required,minItems=1,maxItems=1" doc:"Its nodes: one kind."`
}

// ApiSearchDeploymentResponseView is a deployment of search nodes, or empty if there is none.
type ApiSearchDeploymentResponseView struct {
	EffectiveSpecs           []ApiSearchDeploymentEffectiveSpecView `json:"effectiveSpecs,omitempty" api:"readonly" doc:"Its nodes in each region of the cluster."`
	EncryptionAtRestProvider string                                 `json:"encryptionAtRestProvider,omitempty" api:"readonly,enum=NONE|AWS|AZURE|GCP" doc:"Provider of the keys that encrypt its disks: NONE."`
	GroupID                  string                                 `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID                       string                                 `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the deployment."`
	Specs                    []ApiSearchDeploymentSpecView          `json:"specs,omitempty" api:"readonly" doc:"Its nodes, as declared."`
	StateName                string                                 `json:"stateName,omitempty" api:"readonly,enum=IDLE|PAUSED|UPDATING" doc:"State of the deployment."`
}

// ApiSearchDeploymentEffectiveSpecView are search nodes in a region.
type ApiSearchDeploymentEffectiveSpecView struct {
	CloudProvider string       `json:"cloudProvider,omitempty" api:"readonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	InstanceSize  instanceSize `json:"instanceSize,omitempty" api:"readonly" doc:"Size of each node."`
	NodeCount     int          `json:"nodeCount,omitempty" api:"readonly,min=2,max=32" doc:"How many nodes there are."`
	RegionName    string       `json:"regionName,omitempty" api:"readonly" doc:"Region of the provider."`
}

// ApiSearchDeploymentSpecView are search nodes, in each region of the cluster.
type ApiSearchDeploymentSpecView struct {
	InstanceSize instanceSize `json:"instanceSize" api:"required" doc:"Size of each node."`
	NodeCount    int          `json:"nodeCount" api:"required,min=2,max=32" doc:"How many nodes there are."`
}
