package backup_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/store"
)

// holdJob makes a restore that has ended one that is unfinished for a day.
func holdJob(t *testing.T, s *apitest.Server, id string) {
	t.Helper()
	onDisk(t, s, func(tx store.Tx) error {
		j, err := backup.Jobs.Get(tx, id)
		if err != nil {
			return err
		}
		next := *j
		next.ID, next.Rev, next.Created, next.Finished, next.Turned = nothing, 0, tx.Now().Add(aDay), time.Time{}, time.Time{}
		return errors.Join(backup.Jobs.Put(tx, &next), reconcile.Schedule(tx, backup.RestoreKind, next.ID, "local", tx.Now()))
	})
}

func TestCancel(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	list := jobs(s.ProjectID, "alpha")
	done := s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	s.Owner().Delete(list+"/"+done).WantError(http.StatusConflict, "RESTORE_JOB_ENDED")
	insert(t, c, 2)
	holdJob(t, s, done)
	keyWith(s, "ORG_READ_ONLY").Delete(list+"/"+nothing).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	for range 2 {
		s.Owner().Delete(list + "/" + nothing).Want(http.StatusNoContent)
	}
	settle(s)
	if job := s.Owner().Get(list + "/" + nothing).Object(); job["cancelled"] != true || job["failed"] != false || job["finishedAt"] != nil {
		t.Errorf("cancelled as %v", job)
	}
	if datasets, err := filepath.Glob(filepath.Join(s.DataDir, "clusters", "*", "*")); err != nil || len(datasets) != 1 {
		t.Errorf("datasets %v (%v)", datasets, err)
	}
	c = orders(t, s, s.ProjectID, "alpha")
	want(t, c, 1, 2)
	s.Advance(2 * aDay)
	want(t, c, 1, 2)
	if got := why(s, "CPS_RESTORE_FAILED"); got == "" {
		t.Error("no event tells of it")
	}
	s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).Want(http.StatusOK) // the target is free again
	settle(s)
	want(t, c, 1)
	s.Owner().Delete(list+"/"+"ffffffffffffffffffffffff").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}
