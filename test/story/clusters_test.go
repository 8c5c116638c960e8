package story

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// wanted is the state in which a cluster must end up: its number of nodes, and whether it is paused.
type wanted struct {
	nodes  int
	paused bool
}

// lives makes random changes of clusters, and records which of them were acknowledged.
type lives struct {
	*world
	want map[string]wanted
	made int
}

// change makes one random change that is possible. A change during which the server is killed may or may not be made.
func (l *lives) change() {
	names := make([]string, 0, len(l.want))
	for name := range l.want {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) < 3 {
		l.made++
		name := fmt.Sprint("c", l.made)
		if _, _, err := l.sdk().ClustersApi.CreateCluster(l.ctx(), l.project, smallCluster(name)).Execute(); err == nil {
			l.want[name] = wanted{nodes: 3}
		}
		return
	}
	name := names[rand.IntN(len(names))]
	is := l.want[name]
	switch next := is; rand.IntN(4) {
	case 0:
		if _, err := l.sdk().ClustersApi.DeleteCluster(l.ctx(), l.project, name).Execute(); err == nil {
			delete(l.want, name)
		}
	case 1:
		_, _ = l.sdk().ClustersApi.TestFailover(l.ctx(), l.project, name).Execute() // a paused cluster has no primary
	case 2:
		next.paused = !is.paused
		l.patch(name, next, &admin.ClusterDescription20240805{Paused: &next.paused})
	default:
		if !is.paused {
			next.nodes = 3 + 2*rand.IntN(3)
			c := smallCluster(name)
			(*(*c.ReplicationSpecs)[0].RegionConfigs)[0].ElectableSpecs.NodeCount = &next.nodes
			l.patch(name, next, &admin.ClusterDescription20240805{ReplicationSpecs: c.ReplicationSpecs})
		}
	}
}

func (l *lives) patch(name string, next wanted, change *admin.ClusterDescription20240805) {
	if _, _, err := l.sdk().ClustersApi.UpdateCluster(l.ctx(), l.project, name, change).Execute(); err == nil {
		l.want[name] = next
	}
}

// settled waits until every cluster is in its wanted state.
func (l *lives) settled() {
	l.t.Helper()
	l.eventually("clusters as they are declared", func() bool {
		page, _, err := l.sdk().ClustersApi.ListClusters(l.ctx(), l.project).Execute()
		l.must(err)
		if len(page.GetResults()) != len(l.want) {
			return false
		}
		for _, c := range page.GetResults() {
			want, there := l.want[c.GetName()]
			nodes := (*(*c.ReplicationSpecs)[0].RegionConfigs)[0].ElectableSpecs.GetNodeCount()
			if !there || c.GetStateName() != "IDLE" || c.GetPaused() != want.paused || nodes != want.nodes {
				return false
			}
			// A cluster that was scaled and paused at once gets its members when it is resumed.
			if !want.paused && len(addresses(c)) != want.nodes {
				return false
			}
		}
		return true
	})
}

// addresses are the addresses of a cluster's members.
func addresses(c admin.ClusterDescription20240805) []string {
	all := c.GetConnectionStrings()
	hosts, _, _ := strings.Cut(strings.TrimPrefix(all.GetStandard(), "mongodb://"), "/")
	return strings.Split(hosts, ",")
}

// tidy compares the ports on which the server listens, and the directories of clusters, with the clusters that exist.
func (l *lives) tidy(listening int) {
	l.t.Helper()
	page, _, err := l.sdk().ClustersApi.ListClusters(l.ctx(), l.project).Execute()
	l.must(err)
	var ids, found []string
	for _, c := range page.GetResults() {
		ids = append(ids, c.GetId())
		for _, at := range addresses(c) {
			conn, err := net.DialTimeout("tcp", at, 5*time.Second)
			if err == nil {
				_ = conn.Close() // it is open
			}
			if (err != nil) != c.GetPaused() {
				l.t.Errorf("%s, paused %v: %v", at, c.GetPaused(), err)
			}
			if !c.GetPaused() {
				listening++
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(l.dir, "clusters"))
	l.must(err)
	for _, e := range entries {
		found = append(found, e.Name())
	}
	slices.Sort(ids)
	if slices.Sort(found); !slices.Equal(ids, found) {
		l.t.Errorf("there are directories %v, but clusters %v", found, ids)
	}
	if n := l.listening(); n != listening {
		l.t.Errorf("the server listens on %d ports, not %d", n, listening)
	}
}

// listening returns the number of ports on which the server listens.
func (l *lives) listening() (n int) {
	l.t.Helper()
	own := map[string]bool{}
	open, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", l.cmd.Process.Pid))
	l.must(err)
	for _, fd := range open {
		if to, err := os.Readlink(fd); err == nil {
			own[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	table, err := os.ReadFile("/proc/net/tcp")
	l.must(err)
	for line := range strings.Lines(string(table)) {
		const state, inode, listen = 3, 9, "0A"
		if f := strings.Fields(line); len(f) > inode && f[state] == listen && own[f[inode]] {
			n++
		}
	}
	return n
}

// TestClustersThatAreKilled kills the server while clusters are made, scaled, paused, failed over and removed. Afterwards
// every acknowledged change is made, and no port or directory of a removed cluster is left.
func TestClustersThatAreKilled(t *testing.T) {
	t.Run("on SQLite", func(t *testing.T) { killClusters(t, "") })
	t.Run("on PostgreSQL", func(t *testing.T) { killClusters(t, pgtest.URL(t)) })
}

func killClusters(t *testing.T, store string) {
	n := rounds
	if s := os.Getenv("TELAMON_KILL_ROUNDS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	l := &lives{world: &world{process: startProcess(t, t.TempDir(), store), whole: t}, want: map[string]wanted{}}
	l.project = l.boot.ProjectID
	ofServer := l.listening()
	for range n {
		for range 1 + rand.IntN(4) {
			l.change()
		}
		time.Sleep(time.Duration(rand.IntN(600)) * time.Millisecond) // a random moment of the reconcilers' work
		l.crash()
		l.settled()
		l.tidy(ofServer)
	}
	t.Logf("%d rounds, %d clusters made; the slowest restart took %v", n, l.made, l.slowest)
}
