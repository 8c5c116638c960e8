package monitoring

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// MesurementsDatabase is a database of a process.
type MesurementsDatabase struct {
	DatabaseName string     `json:"databaseName,omitempty" doc:"Name of the database."`
	Links        []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

type databasesIn struct {
	In
	api.Paging
}

func (s *Service) listDatabases(ctx context.Context, in databasesIn) (page api.Page[MesurementsDatabase], err error) {
	names, err := s.databases(ctx, in.In)
	return api.PageAs(in.Paging, names, in.database), err
}

type databaseIn struct {
	In
	DatabaseName string `path:"databaseName" doc:"Name of the database."`
}

func (s *Service) getDatabase(ctx context.Context, in databaseIn) (out MesurementsDatabase, err error) {
	names, err := s.databases(ctx, in.In)
	if err != nil {
		return out, err
	}
	if !slices.Contains(names, in.DatabaseName) {
		return out, fault.ResourceNotFound.With("database " + in.DatabaseName + " of process " + in.ProcessID)
	}
	return in.database(in.DatabaseName), nil
}

func (in In) database(name string) MesurementsDatabase {
	return MesurementsDatabase{name, api.Self("/groups/" + in.GroupID + "/processes/" + in.ProcessID + "/databases/" + name)}
}

// databases are the names of a process's databases. No transaction is open while the process is asked.
func (s *Service) databases(ctx context.Context, in In) (names []string, err error) {
	p, err := store.Read(s.Store, find)(ctx, in)
	if err == nil {
		err = s.here(p)
	}
	if err != nil {
		return nil, err
	}
	names, err = databasesOf(ctx, s.Plane, p.Cluster.ID)
	if err != nil {
		return nil, fault.ServiceUnavailable.With("the database does not answer").Because(err)
	}
	return names, nil
}

// databasesOf are the names of a cluster's databases.
func databasesOf(ctx context.Context, plane Plane, cluster model.ID) (names []string, err error) {
	reply, err := plane.Run(ctx, cluster, bson.D{{Key: "listDatabases", Value: 1}, {Key: "nameOnly", Value: true}, {Key: "$db", Value: "admin"}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Databases []struct{ Name string }
	}
	err = bson.Unmarshal(reply, &list)
	for _, d := range list.Databases {
		names = append(names, d.Name)
	}
	return names, err
}

// MeasurementDiskPartition is a disk partition of a process.
type MeasurementDiskPartition struct {
	Links         []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PartitionName string     `json:"partitionName,omitempty" api:"readonly" doc:"Name of the partition."`
}

// partition is the name of a process's one partition, as on the service.
const partition = "data"

func (s *Service) listDisks(tx store.Tx, in databasesIn) (page api.Page[MeasurementDiskPartition], err error) {
	_, err = find(tx, in.In)
	return api.PageOf(in.Paging, []MeasurementDiskPartition{in.disk()}), err
}

func (in In) disk() MeasurementDiskPartition {
	return MeasurementDiskPartition{api.Self("/groups/" + in.GroupID + "/processes/" + in.ProcessID + "/disks/" + partition), partition}
}
