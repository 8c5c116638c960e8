package story

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/plane/manifest"
)

// sight is what a cluster shows: hashes of three collections.
type sight [3]string

// see reads a cluster. A cursor whose data is replaced meanwhile ends with an error, and all is read again.
func (v *victim) see(c *mongo.Client) (is sight) {
	v.t.Helper()
	v.eventually("a cluster that can be read", func() bool {
		for i, coll := range []*mongo.Collection{c.Database("shop").Collection("junk"), c.Database("shop").Collection("orders"), c.Database("crm").Collection("people")} {
			h := sha256.New()
			if err := v.hashCollection(h, coll); err != nil {
				return false
			}
			is[i] = hex.EncodeToString(h.Sum(nil))
		}
		return true
	})
	return is
}

// whole holds what beta shows against what it had and what is being restored: each collection is one or the other, and
// where all is replaced at once, none that is read after a replaced one is old. Nothing has changed in alpha.
func (v *victim) whole(work string, next sight) {
	v.t.Helper()
	if v.see(v.alphas) != v.alpha {
		v.t.Fatalf("%s: the cluster that nothing is restored to has changed", work)
	}
	turned := false
	for i, is := range v.see(v.betas) {
		fresh := is == next[i] && is != v.beta[i]
		if is != next[i] && is != v.beta[i] || turned && !fresh && next[i] != v.beta[i] && work != "collections" {
			v.t.Fatalf("%s: collection %d of the target is neither what it was nor what was restored", work, i)
		}
		turned = turned || fresh
	}
}

// settled waits until all work is over: none of it may have failed.
func (v *victim) settled(work string) {
	v.t.Helper()
	v.eventually(work+" is over", func() bool {
		snaps, _, err := v.sdk().CloudBackupsApi.ListReplicaSetBackups(v.ctx(), v.project, "alpha").Execute()
		v.must(err)
		for _, s := range snaps.GetResults() {
			if s.GetStatus() != "completed" {
				return false
			}
		}
		jobs, _, err := v.sdk().CloudBackupsApi.ListBackupRestoreJobs(v.ctx(), v.project, "alpha").Execute()
		v.must(err)
		for _, j := range jobs.GetResults() {
			if j.GetFailed() {
				v.t.Fatalf("%s: job %s has failed", work, j.GetId())
			}
			if j.FinishedAt == nil && j.ExpiresAt == nil && !j.GetCancelled() {
				return false
			}
		}
		exports, _, err := v.sdk().CloudBackupsApi.ListBackupExportJobs(v.ctx(), v.project, "alpha").Execute()
		v.must(err)
		for _, e := range exports.GetResults() {
			if e.GetState() != "Successful" {
				return false
			}
		}
		return !slices.ContainsFunc(v.collections(http.MethodGet, nil), func(state string) bool { return state != "SUCCESSFUL" })
	})
}

// tidy holds the data directory against what there is: snapshots that verify, one set of data for each cluster, the files
// of downloads that can be fetched, and nothing else. Downloads are cancelled afterwards.
func (v *victim) tidy(work string) {
	v.t.Helper()
	snaps, _, err := v.sdk().CloudBackupsApi.ListReplicaSetBackups(v.ctx(), v.project, "alpha").Execute()
	v.must(err)
	var ids []string
	for _, s := range snaps.GetResults() {
		ids = append(ids, s.GetId())
		dir := filepath.Join(v.dir, "snapshots", s.GetId())
		m, err := manifest.Read(dir)
		v.must(err)
		v.must(m.Verify(v.ctx(), dir, func(int64) {}))
	}
	jobs, _, err := v.sdk().CloudBackupsApi.ListBackupRestoreJobs(v.ctx(), v.project, "alpha").Execute()
	v.must(err)
	var packs []string
	for _, j := range jobs.GetResults() {
		if j.GetDeliveryType() == "download" && !j.GetCancelled() {
			packs = append(packs, j.GetId()+".tar.gz")
		}
	}
	v.has(work, ids, "snapshots")
	v.has(work, packs, "downloads")
	v.has(work, nil, "views")
	for name, c := range map[string]*mongo.Client{"alpha": v.alphas, "beta": v.betas} {
		v.eventually("one set of data", func() bool { return len(v.names("clusters", v.is(v.project, name).GetId())) == 1 })
		all, err := c.ListDatabaseNames(v.ctx(), bson.D{{Key: "name", Value: bson.D{{Key: "$regex", Value: "^restore_"}}}})
		if v.must(err); len(all) > 0 {
			v.t.Fatalf("%s: %s has %v", work, name, all)
		}
	}
	for _, j := range packs {
		_, _, err := v.sdk().CloudBackupsApi.CancelBackupRestoreJob(v.ctx(), v.project, "alpha", strings.TrimSuffix(j, ".tar.gz")).Execute()
		v.must(err)
	}
	for _, s := range ids {
		if s != v.taken && s != v.older {
			_, _, err := v.sdk().CloudBackupsApi.DeleteReplicaSetBackup(v.ctx(), v.project, "alpha", s).Execute()
			v.must(err)
		}
	}
}

// has waits until a directory has these names.
func (v *victim) has(work string, want []string, dir string) {
	v.t.Helper()
	slices.Sort(want)
	v.eventually(work+": only what is needed in "+dir, func() bool { return slices.Equal(v.names(dir), want) })
}

func (v *victim) names(parts ...string) (names []string) {
	v.t.Helper()
	entries, err := os.ReadDir(filepath.Join(append([]string{v.dir}, parts...)...))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		v.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
