package nodes

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// operate runs telamon node on the machine of n.
func (n *node) operate(args ...string) (out string, err error) {
	n.t.Helper()
	return n.run("node", args...)
}

// run runs an operator's command on the machine of n.
func (n *node) run(command string, args ...string) (out string, err error) {
	n.t.Helper()
	cmd := exec.Command(program.Path(n.t), append(append([]string{command}, args...), "--data", n.dir)...)
	raw, err := cmd.CombinedOutput()
	return string(raw), err
}

// TestANodeThatIsGoneForGood: its clusters are REPAIRING, and end when the operator forgets the node; then their project
// can be deleted. The node cannot start again.
func TestANodeThatIsGoneForGood(t *testing.T) {
	p := start(t)
	dead, alive := p.first, p.second
	group := alive.want(http.StatusOK, http.MethodPost, "/groups", object{"name": "lost", "orgId": dead.boot.OrgID})["id"].(string)
	dead.boot.ProjectID = group
	create(p, dead, "Lost")
	path := "/groups/" + group + "/clusters/Lost"
	snapshots := path + "/backup/snapshots"
	id := dead.want(http.StatusOK, http.MethodPost, snapshots, object{"retentionInDays": 1})["id"].(string)
	eventually(t, "a snapshot", func() bool {
		return alive.want(http.StatusOK, http.MethodGet, snapshots+"/"+id, nil)["status"] == "completed"
	})
	name := strings.TrimSpace(dead.name())
	if out, err := alive.operate("forget", name); err == nil || !strings.Contains(out, "alive") {
		t.Errorf("forgetting a node that is alive: %v, %s", err, out)
	}
	dead.kill()
	alive.want(http.StatusOK, http.MethodPost, snapshots, object{"retentionInDays": 1})
	alive.want(http.StatusOK, http.MethodPost, path+"/backup/restoreJobs", object{
		"deliveryType": "automated", "snapshotId": id, "targetClusterName": "Lost", "targetGroupId": group,
	})
	eventually(t, "the end of its clusters' good state", func() bool {
		return alive.want(http.StatusOK, http.MethodGet, path, nil)["stateName"] == "REPAIRING"
	})
	if out, err := alive.operate("list"); err != nil || !strings.Contains(out, name) || !strings.Contains(out, "away") {
		t.Errorf("the nodes are listed: %v, %s", err, out)
	}
	for _, n := range []string{"node-unknown", strings.TrimSpace(alive.name())} {
		if out, err := alive.operate("forget", n); err == nil {
			t.Errorf("node %s is forgotten: %s", n, out)
		}
	}
	for range 2 {
		if out, err := alive.operate("forget", name); err != nil {
			t.Fatalf("forgetting the node: %v, %s", err, out)
		}
	}
	within(t, 20*time.Second, "the end of the cluster", func() bool {
		status, _ := alive.call(http.MethodGet, path, nil)
		return status == http.StatusNotFound
	})
	count := kinds(alive.list("/groups/" + group + "/events"))
	for _, kind := range []string{"HOST_DOWN", "CPS_SNAPSHOT_FAILED", "CPS_RESTORE_FAILED", "CLUSTER_DELETE_SUBMITTED", "CLUSTER_DELETED"} {
		if count[kind] != 1 {
			t.Errorf("%s happened %d times", kind, count[kind])
		}
	}
	alive.want(http.StatusNoContent, http.MethodDelete, "/groups/"+group, nil)
	if left := mentions(p, group); len(left) > 0 {
		t.Errorf("the project is deleted, but still mentioned in the tables %v", left)
	}
	dead.launch()
	if <-dead.ended; dead.err == nil || !strings.Contains(dead.log.String(), "forgotten") {
		t.Errorf("the forgotten node starts: %v", dead.err)
	}
}
