package backup

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/store"
)

// DiskBackupDatabaseResponse is a database of a snapshot.
type DiskBackupDatabaseResponse struct {
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name  string     `json:"name" api:"required,readonly" doc:"Name of the database."`
}

// DiskBackupCollectionResponse is a collection of a snapshot.
type DiskBackupCollectionResponse struct {
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name  string     `json:"name" api:"required,readonly" doc:"Name of the collection."`
}

type databasesIn struct {
	snapshotIn[dedicated]
	api.Paging
}

type oneDatabase struct {
	snapshotIn[dedicated]
	DatabaseName string `path:"databaseName" doc:"Name of the database."`
}

type collectionsIn struct {
	oneDatabase
	api.Paging
}

type oneCollection struct {
	oneDatabase
	CollectionName string `path:"collectionName" doc:"Name of the collection."`
}

// contents are the collections of a completed snapshot, without those of the server's own databases.
func (s *Service) contents(ctx context.Context, in snapshotIn[dedicated]) (all []plane.Namespace, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		snap, err := in.find(tx)
		if err == nil && snap.Status != Completed {
			err = snapshotNotReady.With(snap.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all, err = s.Plane.Contents(ctx, in.SnapshotID)
	if errors.Is(err, fs.ErrNotExist) {
		err = snapshotElsewhere.With(in.SnapshotID)
	}
	return slices.DeleteFunc(all, func(n plane.Namespace) bool { return slices.Contains(collections.OfTheServer, n.DB) }), err
}

func (s *Service) databases(ctx context.Context, in snapshotIn[dedicated]) (names []string, err error) {
	all, err := s.contents(ctx, in)
	for _, n := range all {
		names = append(names, n.DB)
	}
	return slices.Compact(names), err
}

func (s *Service) collections(ctx context.Context, in oneDatabase) (names []string, err error) {
	all, err := s.contents(ctx, in.snapshotIn)
	for _, n := range all {
		if n.DB == in.DatabaseName {
			names = append(names, n.Collection)
		}
	}
	if err == nil && names == nil {
		err = fault.ResourceNotFound.With("database " + in.DatabaseName)
	}
	return names, err
}

func database(name string) DiskBackupDatabaseResponse { return DiskBackupDatabaseResponse{Name: name} }

func collection(name string) DiskBackupCollectionResponse {
	return DiskBackupCollectionResponse{Name: name}
}

func (s *Service) listDatabases(ctx context.Context, in databasesIn) (api.Page[DiskBackupDatabaseResponse], error) {
	names, err := s.databases(ctx, in.snapshotIn)
	return api.PageAs(in.Paging, names, database), err
}

func (s *Service) getDatabase(ctx context.Context, in oneDatabase) (out DiskBackupDatabaseResponse, err error) {
	_, err = s.collections(ctx, in)
	return database(in.DatabaseName), err
}

func (s *Service) listCollections(ctx context.Context, in collectionsIn) (api.Page[DiskBackupCollectionResponse], error) {
	names, err := s.collections(ctx, in.oneDatabase)
	return api.PageAs(in.Paging, names, collection), err
}

func (s *Service) getCollection(ctx context.Context, in oneCollection) (out DiskBackupCollectionResponse, err error) {
	names, err := s.collections(ctx, in.oneDatabase)
	if err == nil && !slices.Contains(names, in.CollectionName) {
		err = fault.ResourceNotFound.With("collection " + in.CollectionName)
	}
	return collection(in.CollectionName), err
}
