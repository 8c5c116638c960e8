package backup_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/store"
)

// continuous makes a cluster whose oplog is kept.
func continuous(s *apitest.Server, name string) {
	cluster(s, s.ProjectID, name)
	s.Owner().Patch(clusters(s.ProjectID)+"/"+name, object{"backupEnabled": true, "pitEnabled": true}).Want(http.StatusOK)
	settle(s)
}

// inserted inserts a document and returns the time of the change.
func inserted(t *testing.T, c *mongo.Collection, id int) bson.Timestamp {
	t.Helper()
	raw, err := c.Database().RunCommand(t.Context(), bson.D{{Key: "insert", Value: c.Name()}, {Key: "documents", Value: bson.A{bson.D{{Key: "_id", Value: id}}}}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	var at bson.Timestamp
	at.T, at.I = raw.Lookup("operationTime").Timestamp()
	return at
}

func point(s *apitest.Server, target string, of object) object {
	body := object{"deliveryType": "pointInTime", "targetClusterName": target, "targetGroupId": s.ProjectID}
	for name, value := range of {
		body[name] = value
	}
	return body
}

func seconds(at bson.Timestamp) object { return object{"pointInTimeUTCSeconds": at.T} }

func TestPointInTime(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	continuous(s, "alpha")
	cluster(s, s.ProjectID, "beta")
	c, list := orders(t, s, s.ProjectID, "alpha"), jobs(s.ProjectID, "alpha")
	inserted(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	two := inserted(t, c, 2)
	s.Advance(time.Hour)
	three := inserted(t, c, 3)
	four := inserted(t, c, 4)
	s.Advance(time.Hour)

	done := func(target string, of object, ids ...int) object {
		t.Helper()
		job := s.Owner().Post(list, point(s, target, of)).Want(http.StatusOK).Object()["id"].(string)
		settle(s)
		is := s.Owner().Get(list + "/" + job).Want(http.StatusOK).Object()
		if is["finishedAt"] == nil || is["failed"] != false || is["deliveryType"] != "pointInTime" {
			t.Fatalf("ended as %v", is)
		}
		want(t, orders(t, s, s.ProjectID, target), ids...)
		return is
	}
	is := done("beta", seconds(two), 1, 2)
	if is["pointInTimeUTCSeconds"] != float64(two.T) || is["snapshotId"] != id || is["oplogTs"] != nil {
		t.Errorf("the job is %v", is)
	}
	is = done("beta", object{"oplogTs": three.T, "oplogInc": three.I}, 1, 2, 3)
	if stamp, _ := is["desiredTimestamp"].(object); is["oplogTs"] != float64(three.T) || is["oplogInc"] != float64(three.I) || stamp["increment"] != float64(three.I) {
		t.Errorf("the job is %v", is)
	}
	done("alpha", object{"oplogTs": three.T, "oplogInc": three.I}, 1, 2, 3) // in place
	want(t, c, 1, 2, 3)
	s.Advance(time.Hour)
	five := inserted(t, c, 5)
	s.Advance(time.Hour)
	done("beta", seconds(four), 1, 2, 3, 4)                                 // from before the restore
	done("beta", object{"oplogTs": five.T, "oplogInc": five.I}, 1, 2, 3, 5) // from after it
	s.Restart()
	done("beta", object{"oplogTs": three.T, "oplogInc": three.I}, 1, 2, 3)
}

// Positions that have been trimmed are refused; where a piece of the oplog is gone that should be there, the job fails and
// its target stays as it was.
func TestTrimmedPoints(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	continuous(s, "alpha")
	c, list := orders(t, s, s.ProjectID, "alpha"), jobs(s.ProjectID, "alpha")
	inserted(t, c, 1)
	take(t, s, s.ProjectID, "alpha")
	early := inserted(t, c, 2)
	s.Advance(time.Hour)
	s.Owner().Patch(schedule(s.ProjectID, "alpha"), object{"restoreWindowDays": 1}).Want(http.StatusOK)
	take(t, s, s.ProjectID, "alpha")
	s.Advance(3 * aDay)
	if got := s.Owner().Post(list, point(s, "alpha", object{"oplogTs": early.T, "oplogInc": early.I})).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); strings.Join(got, " ") != "oplogTs" {
		t.Errorf("a trimmed position: %v", got)
	}
	late := inserted(t, c, 3)
	s.Advance(time.Hour)
	pieces, err := filepath.Glob(filepath.Join(s.DataDir, "oplogs", "*", "*", "*.zst"))
	if err != nil || len(pieces) == 0 {
		t.Fatalf("pieces %v (%v)", pieces, err)
	}
	for _, p := range pieces {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	job := s.Owner().Post(list, point(s, "alpha", seconds(late))).Want(http.StatusOK).Object()["id"].(string)
	s.Advance(time.Hour)
	if is := s.Owner().Get(list + "/" + job).Want(http.StatusOK).Object(); is["failed"] != true || !strings.Contains(why(s, "CPS_RESTORE_FAILED"), "oplog") {
		t.Errorf("ended as %v, as %q", is, why(s, "CPS_RESTORE_FAILED"))
	}
	want(t, c, 1, 2, 3)
}

// A restore replaces the data within a second. Of that second, its end is the new data; a position in it may be two.
func TestTheSecondOfARestore(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	continuous(s, "alpha")
	cluster(s, s.ProjectID, "beta")
	c, list := orders(t, s, s.ProjectID, "alpha"), jobs(s.ProjectID, "alpha")
	inserted(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	inserted(t, c, 2)
	job := s.Owner().Post(list, restore(id, s.ProjectID, "alpha")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	var turned uint32
	onDisk(t, s, func(tx store.Tx) error {
		j, err := backup.Jobs.Get(tx, job)
		turned = uint32(j.Turned.Unix())
		return err
	})
	s.Advance(time.Hour)
	if got := s.Owner().Post(list, point(s, "beta", object{"oplogTs": turned, "oplogInc": 1})).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); strings.Join(got, " ") != "oplogTs" {
		t.Errorf("a position in that second: %v", got)
	}
	s.Owner().Post(list, point(s, "beta", object{"pointInTimeUTCSeconds": turned})).Want(http.StatusOK)
	settle(s)
	want(t, orders(t, s, s.ProjectID, "beta"), 1)
}

func TestRefusedPoints(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	continuous(s, "alpha")
	cluster(s, s.ProjectID, "beta")
	c, list := orders(t, s, s.ProjectID, "alpha"), jobs(s.ProjectID, "alpha")
	first := inserted(t, c, 1)
	take(t, s, s.ProjectID, "alpha")
	last := inserted(t, c, 2)
	now := time.Now().Unix()
	for why, of := range map[string]object{
		"in the future":         {"pointInTimeUTCSeconds": now + 7200},
		"position in future":    {"oplogTs": now + 7200, "oplogInc": 1},
		"before the window":     {"pointInTimeUTCSeconds": now - 8*86400},
		"before every snapshot": {"oplogTs": first.T - 1, "oplogInc": 1},
	} {
		field := "pointInTimeUTCSeconds"
		if of["oplogTs"] != nil {
			field = "oplogTs"
		}
		if got := s.Owner().Post(list, point(s, "alpha", of)).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); strings.Join(got, " ") != field {
			t.Errorf("%s: %v", why, got)
		}
	}
	s.Owner().Post(jobs(s.ProjectID, "beta"), point(s, "beta", seconds(last))).WantError(http.StatusBadRequest, "POINT_IN_TIME_NOT_ENABLED")
	s.Owner().Post(list, point(s, "gamma", seconds(last))).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	if got := s.Owner().Get(list).Results(); len(got) > 0 {
		t.Errorf("the refused requests left %v", got)
	}
	want(t, c, 1, 2)
}
