package backup_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// project makes another project.
func project(s *apitest.Server) string {
	return s.Owner().Post("/groups", object{"name": "other", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
}

func TestRestoreIntoAnotherProject(t *testing.T) {
	s := apitest.Start(t)
	other := project(s)
	admit(s, s.ProjectID)
	admit(s, other)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, other, "beta")
	from, to := orders(t, s, s.ProjectID, "alpha"), orders(t, s, other, "beta")
	insert(t, from, 1, 2)
	insert(t, to, 9)
	id := take(t, s, s.ProjectID, "alpha")
	insert(t, from, 3)

	job := s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, other, "beta")).Want(http.StatusOK).Object()
	if job["failed"] != false || job["finishedAt"] != nil || job["targetGroupId"] != other || job["targetClusterName"] != "beta" {
		t.Errorf("asked for %v", job)
	}
	settle(s)
	one := jobs(s.ProjectID, "alpha") + "/" + job["id"].(string)
	if done := s.Owner().Get(one).Want(http.StatusOK).Object(); done["failed"] != false || done["finishedAt"] == nil || done["snapshotId"] != id {
		t.Errorf("ended as %v", done)
	}
	want(t, to, 1, 2)
	want(t, from, 1, 2, 3)
	insert(t, to, 4)
	if got := events(s, other, 2); !slices.Equal(got, []string{"CPS_RESTORE_REQUESTED_AUDIT", "CPS_RESTORE_SUCCESSFUL"}) {
		t.Errorf("the target's events %v", got)
	}

	// A job belongs to the snapshot's cluster, and is not found by another's path.
	s.Owner().Get(jobs(other, "beta")+"/"+job["id"].(string)).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	if got := s.Owner().Get(jobs(other, "beta")).Results(); len(got) > 0 {
		t.Errorf("the target's jobs are %v", got)
	}
	s.Owner().Get(jobs(s.ProjectID, "alpha")+"/"+nothing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	s.Restart()
	if got := s.Owner().Get(jobs(s.ProjectID, "alpha")).Results(); len(got) != 1 || got[0]["id"] != job["id"] {
		t.Errorf("after a restart the jobs are %v", got)
	}
	want(t, orders(t, s, other, "beta"), 1, 2, 4)
}

func TestRestoreOverItself(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	for i := range 3 {
		insert(t, c, 10+i)
		s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).Want(http.StatusOK)
		settle(s)
		want(t, c, 1)
	}
	got := s.Owner().Get(jobs(s.ProjectID, "alpha") + "?itemsPerPage=2&pageNum=2").Want(http.StatusOK).Object()
	if got["totalCount"] != 3.0 || len(got["results"].([]any)) != 1 {
		t.Errorf("the second page of jobs is %v", got)
	}
	if datasets, err := filepath.Glob(filepath.Join(s.DataDir, "clusters", "*", "*")); err != nil || len(datasets) != 1 {
		t.Errorf("datasets %v (%v)", datasets, err)
	}
}

func TestRefusedJobs(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	id := take(t, s, s.ProjectID, "alpha")
	owner, list := s.Owner(), jobs(s.ProjectID, "alpha")
	for what, c := range map[string]struct {
		body   any
		fields []string
	}{
		"nothing":       {object{}, []string{"deliveryType"}},
		"no target":     {object{"deliveryType": "automated", "snapshotId": id}, []string{"targetClusterName", "targetGroupId"}},
		"no cluster":    {object{"deliveryType": "automated", "snapshotId": id, "targetGroupId": s.ProjectID}, []string{"targetClusterName"}},
		"no snapshot":   {object{"deliveryType": "automated", "targetClusterName": "alpha", "targetGroupId": s.ProjectID}, []string{"snapshotId"}},
		"download":      {object{"deliveryType": "download"}, []string{"snapshotId"}},
		"a point":       {object{"deliveryType": "download", "snapshotId": id, "pointInTimeUTCSeconds": 1_700_000_000}, []string{"pointInTimeUTCSeconds"}},
		"no point":      {object{"deliveryType": "pointInTime", "targetClusterName": "alpha", "targetGroupId": s.ProjectID}, []string{"pointInTimeUTCSeconds"}},
		"two points":    {object{"deliveryType": "pointInTime", "targetClusterName": "alpha", "targetGroupId": s.ProjectID, "pointInTimeUTCSeconds": 1_700_000_000, "oplogTs": 1_700_000_000, "oplogInc": 1}, []string{"pointInTimeUTCSeconds"}},
		"half a point":  {object{"deliveryType": "pointInTime", "targetClusterName": "alpha", "targetGroupId": s.ProjectID, "oplogTs": 1_700_000_000}, []string{"oplogInc"}},
		"other half":    {object{"deliveryType": "pointInTime", "targetClusterName": "alpha", "targetGroupId": s.ProjectID, "oplogInc": 1}, []string{"oplogTs"}},
		"point in time": {object{"deliveryType": "pointInTime", "pointInTimeUTCSeconds": 7}, []string{"pointInTimeUTCSeconds"}},
		"shapes":        {object{"deliveryType": "x", "snapshotId": "x", "targetClusterName": "-", "more": 1}, []string{"deliveryType", "more", "snapshotId", "targetClusterName"}},
	} {
		got := owner.Post(list, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		if slices.Sort(got); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	owner.Post(list, restore(nothing, s.ProjectID, "alpha")).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(jobs(s.ProjectID, "beta"), restore(id, s.ProjectID, "alpha")).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(list, restore(id, nothing, "alpha")).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Post(list, restore(id, s.ProjectID, "gamma")).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Get(list+"/x").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	reader := keyWith(s, "ORG_READ_ONLY")
	reader.Post(list, restore(id, s.ProjectID, "alpha")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Get(list).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := owner.Get(list).Results(); len(got) > 0 {
		t.Errorf("the refused requests left %v", got)
	}
}

// TestATargetOfOthers: the caller of a restore needs the role in the target's project, too.
func TestATargetOfOthers(t *testing.T) {
	s := apitest.Start(t)
	other := project(s)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, other, "beta")
	id := take(t, s, s.ProjectID, "alpha")
	k, private := authn.NewAPIKey(s.OrgID, "a manager", []authz.Grant{
		{Role: authz.GroupBackupManager, GroupID: s.ProjectID}, {Role: authz.GroupReadOnly, GroupID: other},
	}, time.Now())
	onDisk(t, s, func(tx store.Tx) error { return state.APIKeys.Put(tx, k) })
	manager := s.As(k.PublicKey, private)
	manager.Post(jobs(s.ProjectID, "alpha"), restore(id, other, "beta")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	manager.Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).Want(http.StatusOK)
}

func TestOneRestoreAtATime(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
	id := take(t, s, s.ProjectID, "alpha")
	list := jobs(s.ProjectID, "alpha")
	job := s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	onDisk(t, s, func(tx store.Tx) error { // another one, which takes a day
		j, err := backup.Jobs.Get(tx, job)
		if err != nil {
			return err
		}
		j.ID, j.Rev, j.Created, j.Finished = model.NewID(), 0, tx.Now().Add(aDay), time.Time{}
		return errors.Join(backup.Jobs.Put(tx, j), reconcile.Schedule(tx, backup.RestoreKind, j.ID, "local", tx.Now()))
	})
	s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).WantError(http.StatusConflict, "UNFINISHED_RESTORE_JOB")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 2) // the cluster is used until its data are replaced
	s.Advance(2 * aDay)
	want(t, c, 1)
}

// A cluster whose disks do not hold the snapshot's data is no target.
func TestATargetThatIsTooSmall(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
	id := take(t, s, s.ProjectID, "alpha")
	onDisk(t, s, func(tx store.Tx) error { // nobody fills a disk in a test
		snap, err := backup.Snapshots.Get(tx, id)
		if err != nil || snap.Data == 0 {
			t.Fatalf("it has %v (%v)", snap, err)
		}
		snap.Data = 1 << 40
		return backup.Snapshots.Put(tx, snap)
	})
	list := jobs(s.ProjectID, "alpha")
	s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).WantError(http.StatusBadRequest, "TARGET_CLUSTER_TOO_SMALL")
	if got := s.Owner().Get(list).Results(); len(got) > 0 {
		t.Errorf("the refused request left %v", got)
	}
	s.Owner().Post(list, object{"deliveryType": "download", "snapshotId": id}).Want(http.StatusOK) // needs no target
}

// A restore that fails leaves the cluster as it was.
func TestFailedRestore(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	insert(t, c, 2)
	if err := os.RemoveAll(filepath.Join(s.DataDir, "snapshots", id)); err != nil {
		t.Fatal(err)
	}
	job := s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	if done := s.Owner().Get(jobs(s.ProjectID, "alpha") + "/" + job).Object(); done["failed"] != true || done["finishedAt"] != nil {
		t.Errorf("ended as %v", done)
	}
	want(t, c, 1, 2)
	insert(t, c, 3)
	if got := events(s, s.ProjectID, 3); !slices.Equal(got, []string{"CPS_RESTORE_REQUESTED_AUDIT", "CPS_SNAPSHOT_FAILED", "CPS_RESTORE_FAILED"}) {
		t.Errorf("events %v", got)
	}
	s.Restart()
	want(t, orders(t, s, s.ProjectID, "alpha"), 1, 2, 3)
}

// TestATargetThatGoes: a job fails when its target, or the target's project, is deleted meanwhile, and leaves no files.
func TestATargetThatGoes(t *testing.T) {
	s := apitest.Start(t)
	other := project(s)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, other, "beta")
	id := take(t, s, s.ProjectID, "alpha")
	job := s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, other, "beta")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	s.Owner().Delete(clusters(other) + "/beta").Want(http.StatusAccepted)
	settle(s)
	s.Owner().Delete("/groups/" + other).Want(http.StatusNoContent)
	onDisk(t, s, func(tx store.Tx) error {
		j, err := backup.Jobs.Get(tx, job)
		if err != nil {
			return err
		}
		j.Finished = time.Time{}
		return errors.Join(backup.Jobs.Put(tx, j), reconcile.Schedule(tx, backup.RestoreKind, job, "local", tx.Now()))
	})
	settle(s)
	if done := s.Owner().Get(jobs(s.ProjectID, "alpha") + "/" + job).Want(http.StatusOK).Object(); done["failed"] != true {
		t.Errorf("ended as %v", done)
	}
	if left, err := filepath.Glob(filepath.Join(s.DataDir, "clusters", "*")); err != nil || len(left) != 1 {
		t.Errorf("clusters with files: %v (%v)", left, err)
	}
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		backups, ctx := sdk.CloudBackupsApi, t.Context()
		snap, _, err := backups.TakeSnapshot(ctx, s.ProjectID, "alpha", &admin.DiskBackupOnDemandSnapshotRequest{}).Execute()
		if err != nil || snap.GetStatus() != "queued" {
			t.Fatalf("%s: take: %v (%v)", name, snap, err)
		}
		settle(s)
		job, _, err := backups.CreateBackupRestoreJob(ctx, s.ProjectID, "alpha", &admin.DiskBackupSnapshotRestoreJob{
			DeliveryType: "automated", SnapshotId: snap.Id, TargetClusterName: admin.PtrString("alpha"), TargetGroupId: &s.ProjectID,
		}).Execute()
		if err != nil {
			t.Fatalf("%s: restore: %v", name, err)
		}
		settle(s)
		done, _, err := backups.GetBackupRestoreJob(ctx, s.ProjectID, "alpha", job.GetId()).Execute()
		if err != nil || done.GetFailed() || done.GetFinishedAt().IsZero() {
			t.Errorf("%s: job: %v (%v)", name, done, err)
		}
		if _, _, err := backups.DeleteReplicaSetBackup(ctx, s.ProjectID, "alpha", snap.GetId()).Execute(); err != nil {
			t.Errorf("%s: delete: %v", name, err)
		}
	}
}
