package story

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/bucket/buckettest"
)

// victim is a server that is killed while it works on backups, and what its clusters must have.
type victim struct {
	*keeper
	alphas *mongo.Client
	betas  *mongo.Client
	bucket string // id of the export bucket
	alpha  sight  // what the cluster has that nothing is restored to
	beta   sight  // what the one has that is
	taken  string // a snapshot that stays, of alpha as it is
	older  string // another, of alpha as it was before
	was    sight  // what that one has
}

// works are what is under way when the server is killed. Each begins work, and says what beta has when it is done.
var works = map[string]func(*victim) (beta sight){
	"snapshot": func(v *victim) sight {
		v.snapshot()
		return v.beta
	},
	"restore": func(v *victim) sight {
		v.order(order(v.older, v.project, "beta"))
		return v.was
	},
	"point in time": func(v *victim) sight {
		v.order(&admin.DiskBackupSnapshotRestoreJob{
			DeliveryType: "pointInTime", PointInTimeUTCSeconds: admin.PtrInt(int(time.Now().Unix() - 1)), TargetClusterName: admin.PtrString("beta"), TargetGroupId: &v.project,
		})
		return v.alpha
	},
	"download": func(v *victim) sight {
		v.order(&admin.DiskBackupSnapshotRestoreJob{DeliveryType: "download", SnapshotId: &v.taken})
		return v.beta
	},
	"export": func(v *victim) sight {
		_, _, err := v.sdk().CloudBackupsApi.CreateBackupExportJob(v.ctx(), v.project, "alpha", &admin.DiskBackupExportJobRequest{ExportBucketId: v.bucket, SnapshotId: v.taken}).Execute()
		v.must(err)
		return v.beta
	},
	"expiry": func(v *victim) sight {
		id := v.take("alpha")
		_, _, err := v.sdk().CloudBackupsApi.DeleteReplicaSetBackup(v.ctx(), v.project, "alpha", id).Execute()
		v.must(err)
		return v.beta
	},
	"collections": func(v *victim) sight {
		v.collections(http.MethodPost, map[string]any{
			"snapshotId": v.taken, "databases": []any{map[string]any{"sourceNamespace": "shop"}, map[string]any{"sourceNamespace": "crm"}}, "targetClusterName": "beta",
			"targetGroupId": v.project, "writeStrategy": "OVERWRITE_EXISTING", "indexStrategy": "ALL",
		})
		return v.alpha
	},
}

func (v *victim) snapshot() {
	v.t.Helper()
	_, _, err := v.sdk().CloudBackupsApi.TakeSnapshot(v.ctx(), v.project, "alpha", &admin.DiskBackupOnDemandSnapshotRequest{}).Execute()
	v.must(err)
}

// collections calls the operations of restores of collections, which the SDK does not have yet, and returns the states of
// the jobs.
func (v *victim) collections(method string, body any) (states []string) {
	v.t.Helper()
	raw, err := json.Marshal(body)
	v.must(err)
	req, err := http.NewRequestWithContext(v.ctx(), method, v.boot.BaseURL+"/api/atlas/v2/groups/"+v.project+"/clusters/alpha/collectionRestoreJobs", bytes.NewReader(raw))
	v.must(err)
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	req.Header.Set("Content-Type", "application/vnd.atlas.2025-03-12+json")
	res, err := v.sdk().GetConfig().HTTPClient.Do(req)
	v.must(err)
	defer res.Body.Close()
	var list struct{ Results []struct{ State string } }
	v.must(json.NewDecoder(res.Body).Decode(&list))
	if res.StatusCode >= http.StatusBadRequest {
		v.t.Fatalf("a restore of collections: %s", res.Status)
	}
	for _, j := range list.Results {
		states = append(states, j.State)
	}
	return states
}

func (v *victim) order(job *admin.DiskBackupSnapshotRestoreJob) {
	v.t.Helper()
	v.ask(job)
}

// TestBackupsThatAreKilled kills the server in every phase of every kind of work on backups. Afterwards the target has what
// it had or what was to be restored, every completed snapshot is what was written, and no file is left that nobody needs.
func TestBackupsThatAreKilled(t *testing.T) {
	s3 := buckettest.Start(t)
	n := rounds
	if s := os.Getenv("TELAMON_KILL_ROUNDS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	v := begin(t, strings.Replace(s3.Endpoint, "://", "://"+s3.AccessKey+":"+s3.SecretKey+"@", 1))
	names := make([]string, 0, len(works))
	for name := range works {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := range max(n, len(names)) {
		name := names[i%len(names)]
		next := works[name](v)
		time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond) // somewhere in what is done for it
		v.crash()
		v.whole(name, next)
		v.settled(name)
		if v.beta = v.see(v.betas); v.beta != next || v.see(v.alphas) != v.alpha {
			t.Fatalf("%s: when all is over, a cluster does not have what it should", name)
		}
		v.tidy(name)
	}
	t.Logf("%d rounds; the slowest restart took %v", max(n, len(names)), v.slowest)
}

// begin makes the clusters: alpha has all documents, and a snapshot from before the last of them; beta is to be restored.
func begin(t *testing.T, s3 string) *victim {
	v := &victim{keeper: newKeeper(t, s3)}
	v.cluster(v.project, "alpha")
	v.cluster(v.project, "beta")
	v.alphas, v.betas = v.open(v.project, "alpha"), v.open(v.project, "beta")
	alpha := v.alphas
	v.write(alpha)
	v.older, v.was = v.take("alpha"), v.see(alpha)
	v.wreck(alpha)
	v.taken, v.alpha = v.take("alpha"), v.see(alpha)
	v.beta = v.see(v.betas)
	b, _, err := v.sdk().CloudBackupsApi.CreateExportBucket(v.ctx(), v.project, &admin.DiskBackupSnapshotExportBucketRequest{
		BucketName: buckettest.Name, CloudProvider: "AWS", IamRoleId: &v.project,
	}).Execute()
	v.must(err)
	v.bucket = b.GetId()
	return v
}
