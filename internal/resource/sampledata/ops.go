// Package sampledata loads a small data set into clusters, for people who want something to look at: films, comments on
// them, theaters and planets, in databases named like the service's.
package sampledata

import (
	"context"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what the family needs of running databases.
type Plane interface {
	// Load inserts documents into a collection of a running cluster, unless they are there already.
	Load(ctx context.Context, cluster model.ID, db, collection string, docs []bson.Raw) error
}

// Service serves the family and does its work.
type Service struct {
	Store       store.Store
	Plane       Plane
	MinDuration time.Duration // minimum duration of a load, so that a watching client sees it
}

const (
	tag  = "Clusters"
	path = "/groups/{groupId}/sampleDatasetLoad"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	owner := authz.Any(authz.GroupOwner)
	return api.Operations{{
		ID: "loadSampleDataset", Aliases: []string{"requestGroupSampleDatasetLoad", "requestSampleDatasetLoad"}, Method: http.MethodPost, Path: path + "/{name}",
		Tag:         tag,
		Summary:     "Load the sample data set into one cluster",
		Description: "Loads a small data set of Telamon's own (sample_mflix, sample_guides) into a running cluster. Existing documents are not changed.",
		Roles:       owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound, fault.ClusterNotReady},
		Versions: api.Since("2023-01-01", store.Write(s.Store, request)),
	}, {
		ID: "getSampleDatasetLoadStatus", Aliases: []string{"getGroupSampleDatasetLoad", "getSampleDatasetLoad"}, Method: http.MethodGet, Path: path + "/{name}",
		Tag:     tag,
		Summary: "Return the status of one load of the sample data set",
		Roles:   owner, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, get)),
	}}
}
