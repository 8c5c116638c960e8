package nodes

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// writer inserts documents of ascending ids, wherever the cluster is, until stop, which returns how many have been
// acknowledged and the longest time between two of them.
func (p *pair) writer(cluster string) (stop func() (written int, longest time.Duration)) {
	p.Helper()
	ctx, end := context.WithCancel(p.Context())
	var written int
	var longest time.Duration
	var done sync.WaitGroup
	done.Go(func() {
		orders, last := p.orders(cluster), time.Now()
		for ctx.Err() == nil {
			try, cancel := context.WithTimeout(ctx, time.Second)
			_, err := orders.InsertOne(try, bson.D{{Key: "_id", Value: written}})
			cancel()
			if err != nil && !mongo.IsDuplicateKeyError(err) { // the attempt before it may have arrived
				orders = p.orders(cluster)
				continue
			}
			written++
			longest, last = max(longest, time.Since(last)), time.Now()
		}
	})
	return func() (int, time.Duration) {
		end()
		done.Wait()
		return written, longest
	}
}

// TestAClusterMoves: while somebody writes to a cluster it goes to another node with all that was acknowledged, for the
// same users, with its snapshots, and leaves nothing behind. What cannot be moved stays.
func TestAClusterMoves(t *testing.T) {
	p, s := startStoring(t)
	old, next := p.first, p.second
	p.admit()
	create(p, old, "Roving")
	path := "/groups/" + old.boot.ProjectID + "/clusters/Roving"
	orders := p.orders("Roving")
	within(t, 10*time.Second, "the user", func() bool { return orders.FindOne(t.Context(), bson.D{}).Err() == mongo.ErrNoDocuments })
	stop := p.writer("Roving")
	eventually(t, "some writes", func() bool { return count(t, orders) > 50 })
	snapshot := p.snapshot("Roving")
	to := strings.TrimSpace(next.name())
	for why, args := range map[string][]string{
		"an unknown node": {"Roving", "node-unknown"}, "its own node": {"Roving", strings.TrimSpace(old.name())}, "an unknown cluster": {"Other", to},
	} {
		if out, err := old.run("cluster", append([]string{"move"}, args...)...); err == nil {
			t.Errorf("a move to %s: %s", why, out)
		}
	}
	out, err := next.run("cluster", "move", "Roving", to)
	if err != nil || !strings.Contains(out, "seconds it took no writes") {
		t.Fatalf("to move it: %v, %s", err, out)
	}
	if address := reached(next.want(http.StatusOK, http.MethodGet, path, nil)); !strings.HasPrefix(address, host(next)+":") {
		t.Errorf("the cluster is at %s", address)
	}
	orders = p.orders("Roving")
	moved := count(t, orders)
	eventually(t, "writes on the new node", func() bool { return count(t, orders) > moved+50 })
	written, longest := stop()
	t.Logf("%s the writer waited %v at most", strings.TrimSpace(out), longest)
	if n := count(t, orders); n < int64(written) || n > int64(written)+1 {
		t.Errorf("%d documents, of which %d were acknowledged", n, written)
	}
	if left, _ := os.ReadDir(old.path("clusters")); len(left) > 0 {
		t.Errorf("the old node has %v", left)
	}
	eventually(t, "the end of what the move has stored", func() bool {
		manifests, err := filepath.Glob(filepath.Join(s.Dir, "snapshots", "*"))
		logs, lerr := filepath.Glob(filepath.Join(s.Dir, "oplogs", "*", "*", "*"))
		return err == nil && lerr == nil && len(manifests) == 1 && len(logs) == 0
	})
	old.kill()
	job := next.want(http.StatusOK, http.MethodPost, path+"/backup/restoreJobs", object{
		"deliveryType": "automated", "snapshotId": snapshot, "targetClusterName": "Roving", "targetGroupId": old.boot.ProjectID,
	})["id"].(string)
	eventually(t, "a restore", func() bool {
		return next.want(http.StatusOK, http.MethodGet, path+"/backup/restoreJobs/"+job, nil)["finishedAt"] != nil
	})
	if n := count(t, orders); n < 50 || n >= moved {
		t.Errorf("the snapshot has %d documents", n)
	}
}
