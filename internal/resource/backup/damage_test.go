package backup_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/wire"
)

// damage stops the server, changes files of its one cluster, and starts the server again.
func damage(t *testing.T, s *apitest.Server, how func(dir string) error) {
	t.Helper()
	s.Stop()
	dirs, err := filepath.Glob(filepath.Join(s.DataDir, "clusters", "*", "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("data in %v: %v", dirs, err)
	}
	if err := how(dirs[0]); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}

// each returns a function that calls how for each file of a kind in a directory.
func each(kind string, how func(path string) error) func(dir string) error {
	return func(dir string) error {
		files, err := filepath.Glob(filepath.Join(dir, kind))
		if len(files) == 0 {
			err = errors.New("there are no files " + kind)
		}
		for _, path := range files {
			err = errors.Join(err, how(path))
		}
		return err
	}
}

// TestDamagedDataIsToldAtOnce: a cluster whose data cannot be opened shows that at once, in the API, in the event log and
// to drivers. Restoring a snapshot repairs it.
func TestDamagedDataIsToldAtOnce(t *testing.T) {
	garbage := func(path string) error { return os.WriteFile(path, []byte("no such thing"), 0o600) }
	for name, how := range map[string]func(dir string) error{
		"the catalog of its files is garbage": each("MANIFEST-*", garbage),
		"its directory is empty":              each("*", os.RemoveAll),
		"its directory is gone":               os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			s := apitest.Start(t)
			admit(s, s.ProjectID)
			cluster(s, s.ProjectID, "alpha")
			insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
			taken := take(t, s, s.ProjectID, "alpha")
			damage(t, s, how)
			path := clusters(s.ProjectID) + "/alpha"
			if is := s.Owner().Get(path).Want(http.StatusOK).Object()["stateName"]; is != "REPAIRING" {
				t.Fatalf("the cluster is %v", is)
			}
			if is := s.Owner().Get(path + "/status").Want(http.StatusOK).Object()["changeStatus"]; is != "PENDING" {
				t.Errorf("its status is %v", is)
			}
			if got := events(s, s.ProjectID, 1); !slices.Equal(got, []string{"HOST_DOWN"}) {
				t.Errorf("the event log ends with %v", got)
			}
			var told mongo.ServerError
			err := orders(t, s, s.ProjectID, "alpha").FindOne(t.Context(), bson.D{}).Err()
			if !errors.As(err, &told) || !told.HasErrorCode(int(wire.DataCorruptionDetected.Number)) {
				t.Errorf("a driver is told %v", err)
			}
			s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(taken, s.ProjectID, "alpha")).Want(http.StatusOK)
			settle(s)
			if is := s.Owner().Get(path).Want(http.StatusOK).Object()["stateName"]; is != "IDLE" {
				t.Fatalf("after a restore the cluster is %v", is)
			}
			want(t, orders(t, s, s.ProjectID, "alpha"), 1)
			if got := events(s, s.ProjectID, 8); !slices.Contains(got, "HOST_UP") || slices.Contains(got, "CLUSTER_UPDATE_COMPLETED") {
				t.Errorf("the event log ends with %v", got)
			}
		})
	}
}
