package story

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// keeper makes clusters, their snapshots and restores by MongoDB's SDK, and reads them by MongoDB's driver.
type keeper struct{ *world }

// newKeeper starts a server, with a service of buckets if s3 names one.
func newKeeper(t *testing.T, s3 string) *keeper {
	t.Helper()
	t.Setenv(serveS3, s3)
	k := &keeper{&world{process: startProcess(t, t.TempDir(), ""), whole: t}}
	k.project = k.boot.ProjectID
	k.admit(k.project)
	return k
}

// admit lets the application in from here.
func (k *keeper) admit(group string) {
	k.t.Helper()
	_, _, err := k.sdk().DatabaseUsersApi.CreateDatabaseUser(k.ctx(), group, &admin.CloudDatabaseUser{
		DatabaseName: "admin", GroupId: group, Username: "app", Password: admin.PtrString(appPassword),
		Roles: &[]admin.DatabaseUserRole{{DatabaseName: "admin", RoleName: "readWriteAnyDatabase"}, {DatabaseName: "admin", RoleName: "dbAdminAnyDatabase"}},
	}).Execute()
	k.must(err)
	_, _, err = k.sdk().ProjectIPAccessListApi.CreateProjectIpAccessList(k.ctx(), group, &[]admin.NetworkPermissionEntry{{CidrBlock: admin.PtrString("127.0.0.0/8")}}).Execute()
	k.must(err)
}

// otherProject makes a project beside the first.
func (k *keeper) otherProject() string {
	k.t.Helper()
	p, _, err := k.sdk().ProjectsApi.CreateProject(k.ctx(), &admin.Group{Name: "Other", OrgId: k.boot.OrgID}).Execute()
	k.must(err)
	k.admit(p.GetId())
	return p.GetId()
}

// cluster makes a cluster whose oplog is kept, and waits until it runs.
func (k *keeper) cluster(group, name string) {
	k.t.Helper()
	c := smallCluster(name)
	c.BackupEnabled, c.PitEnabled = admin.PtrBool(true), admin.PtrBool(true)
	_, _, err := k.sdk().ClustersApi.CreateCluster(k.ctx(), group, c).Execute()
	k.must(err)
	k.eventually(name+" is IDLE", func() bool { return k.is(group, name).GetStateName() == "IDLE" })
}

func (k *keeper) is(group, name string) *admin.ClusterDescription20240805 {
	k.t.Helper()
	c, _, err := k.sdk().ClustersApi.GetCluster(k.ctx(), group, name).Execute()
	k.must(err)
	return c
}

func (k *keeper) uri(group, name string) string {
	s := k.is(group, name).GetConnectionStrings()
	return s.GetStandard()
}

// open connects to a cluster.
func (k *keeper) open(group, name string) *mongo.Client {
	k.t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(k.uri(group, name)).SetServerSelectionTimeout(15 * time.Second).
		SetAuth(options.Credential{Username: "app", Password: appPassword, AuthSource: "admin"}))
	k.must(err)
	k.whole.Cleanup(func() { _ = c.Disconnect(context.Background()) }) // the server may be gone
	return c
}

// take takes a snapshot of a cluster of the first project and waits for it.
func (k *keeper) take(name string) string {
	k.t.Helper()
	snap, _, err := k.sdk().CloudBackupsApi.TakeSnapshot(k.ctx(), k.project, name, &admin.DiskBackupOnDemandSnapshotRequest{}).Execute()
	k.must(err)
	k.eventually("a completed snapshot", func() bool {
		s, _, err := k.sdk().CloudBackupsApi.GetReplicaSetBackup(k.ctx(), k.project, name, snap.GetId()).Execute()
		k.must(err)
		return s.GetStatus() == "completed"
	})
	return snap.GetId()
}

// order is a restore of alpha to a cluster.
func order(snapshot, group, name string) *admin.DiskBackupSnapshotRestoreJob {
	return &admin.DiskBackupSnapshotRestoreJob{DeliveryType: "automated", SnapshotId: &snapshot, TargetClusterName: &name, TargetGroupId: &group}
}

// restore has a job done, and returns it when it is over.
func (k *keeper) restore(job *admin.DiskBackupSnapshotRestoreJob) *admin.DiskBackupSnapshotRestoreJob {
	k.t.Helper()
	return k.over(k.ask(job))
}

func (k *keeper) ask(job *admin.DiskBackupSnapshotRestoreJob) (id string) {
	k.t.Helper()
	asked, _, err := k.sdk().CloudBackupsApi.CreateBackupRestoreJob(k.ctx(), k.project, "alpha", job).Execute()
	k.must(err)
	return asked.GetId()
}

// over waits until a job is over, with success.
func (k *keeper) over(id string) (is *admin.DiskBackupSnapshotRestoreJob) {
	k.t.Helper()
	k.eventually("the end of a restore", func() bool {
		var err error
		is, _, err = k.sdk().CloudBackupsApi.GetBackupRestoreJob(k.ctx(), k.project, "alpha", id).Execute()
		k.must(err)
		if is.GetFailed() {
			k.t.Fatal("the restore failed")
		}
		return is.FinishedAt != nil || len(is.GetDeliveryUrl()) > 0
	})
	return is
}

// hash is of all collections that the application has in a cluster: their names, indexes and documents.
func (k *keeper) hash(c *mongo.Client, databases ...string) string {
	k.t.Helper()
	h := sha256.New()
	for _, db := range databases {
		names, err := c.Database(db).ListCollectionNames(k.ctx(), bson.D{})
		k.must(err)
		slices.Sort(names)
		for _, name := range names {
			k.must(k.hashCollection(h, c.Database(db).Collection(name)))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (k *keeper) hashCollection(h io.Writer, c *mongo.Collection) error {
	specs, err := c.Indexes().ListSpecifications(k.ctx())
	if err != nil {
		return err
	}
	slices.SortFunc(specs, func(a, b mongo.IndexSpecification) int { return strings.Compare(a.Name, b.Name) })
	fmt.Fprintln(h, c.Database().Name(), c.Name())
	for _, ix := range specs {
		fmt.Fprintln(h, ix.Name, ix.KeysDocument)
	}
	cursor, err := c.Find(k.ctx(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return err
	}
	for cursor.Next(k.ctx()) {
		h.Write(cursor.Current)
	}
	return errors.Join(cursor.Err(), cursor.Close(k.ctx()))
}
