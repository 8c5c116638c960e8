package nodes

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// ahead is how far a node's clock is ahead of the system's.
func (n *node) ahead() time.Duration {
	n.t.Helper()
	res := n.manage(http.MethodGet, "/clock", "")
	defer res.Body.Close()
	var got struct{ Ahead string }
	n.must(json.NewDecoder(res.Body).Decode(&got))
	d, err := time.ParseDuration(got.Ahead)
	n.must(err)
	return d
}

// manage calls the management listener with its secret.
func (n *node) manage(method, path, body string) *http.Response {
	n.t.Helper()
	raw, err := os.ReadFile(n.path("bootstrap.json"))
	n.must(err)
	var file struct{ ManagementSecret string }
	n.must(json.Unmarshal(raw, &file))
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.boot.ManagementURL+path, strings.NewReader(body))
	n.must(err)
	req.Header.Set("Authorization", "Bearer "+file.ManagementSecret)
	res, err := http.DefaultClient.Do(req)
	n.must(err)
	return res
}

func (n *node) move(d time.Duration) {
	n.t.Helper()
	res := n.manage(http.MethodPost, "/clock", `{"advance":"`+d.String()+`"}`)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		n.t.Fatalf("moving the clock: %s", res.Status)
	}
}

// clock moves the clock at both nodes, past the expiry of access list entries.
func clock(p *pair) {
	list := "/groups/" + p.first.boot.ProjectID + "/accessList"
	const entries = 10
	for i, n := range p.both() {
		other := p.both()[1-i]
		var body []object
		for e := range entries {
			body = append(body, object{"ipAddress": fmt.Sprintf("192.0.%d.%d", i, e), "deleteAfterDate": time.Now().Add(n.ahead() + 30*time.Minute).UTC().Format(time.RFC3339)})
		}
		other.want(http.StatusOK, http.MethodPost, list, body)
		before := n.ahead()
		n.move(time.Hour)
		within(p.T, seen, "the clock at the other node", func() bool { return other.ahead() >= before+time.Hour })
		within(p.T, 5*time.Second, "the end of the entries", func() bool { return len(other.list(list)) == 0 })
		ended := kinds(n.list("/groups/" + p.first.boot.ProjectID + "/events"))["NETWORK_PERMISSION_ENTRY_REMOVED"]
		if ended != (i+1)*entries {
			p.Errorf("%d entries expired, %d events of it", (i+1)*entries, ended)
		}
	}
	done := make(chan bool)
	before := p.first.ahead()
	for _, n := range p.both() { // at the same time: the two moves add up
		go func() { n.move(time.Hour); done <- true }()
	}
	<-done
	<-done
	for _, n := range p.both() {
		within(p.T, seen, "the sum of two moves", func() bool { return n.ahead() >= before+2*time.Hour })
	}
}

func usage(p *pair) {
	org := "/orgs/" + p.first.boot.OrgID + "/apiKeys"
	key := p.first.want(http.StatusOK, http.MethodPost, org, object{"desc": "used", "roles": []string{"ORG_MEMBER"}})
	list := org + "/" + key["id"].(string) + "/accessList"
	p.first.want(http.StatusOK, http.MethodPost, list, []object{{"cidrBlock": "127.0.0.0/8"}})
	const uses = 12
	for i := range uses {
		n := p.both()[i%2]
		if status := answer(p, n, key["publicKey"].(string), key["privateKey"].(string), challenge(n)); status != http.StatusOK {
			p.Fatalf("use %d: %d", i, status)
		}
	}
	for _, n := range p.both() {
		within(p.T, 2*seen, "the count of uses", func() bool { return n.list(list)[0]["count"] == float64(uses) })
	}
}

// clusters makes a cluster at the first node, and changes it at the second.
func clusters(p *pair) {
	path := "/groups/" + p.first.boot.ProjectID + "/clusters"
	create(p, p.first, "First")
	create(p, p.second, "Second")
	for name, host := range map[string]string{"First": host(p.first), "Second": host(p.second)} {
		for _, n := range p.both() {
			address := reached(n.want(http.StatusOK, http.MethodGet, path+"/"+name, nil))
			if !strings.HasPrefix(address, host+":") {
				p.Errorf("%s is at %s, its node at %s", name, address, host)
			}
			conn, err := net.DialTimeout("tcp", address, 10*time.Second)
			n.must(err)
			conn.Close()
		}
	}
	p.second.want(http.StatusOK, http.MethodPatch, path+"/First", object{"labels": []object{{"key": "by", "value": "the second"}}})
	idle(p, "First")
	snapshots := path + "/First/backup/snapshots"
	id := p.second.want(http.StatusOK, http.MethodPost, snapshots, object{"description": "from afar", "retentionInDays": 1})["id"].(string)
	eventually(p.T, "a snapshot", func() bool {
		return p.second.want(http.StatusOK, http.MethodGet, snapshots+"/"+id, nil)["status"] == "completed"
	})
	restore := func(target string) (int, object) {
		return p.second.call(http.MethodPost, path+"/First/backup/restoreJobs", object{
			"deliveryType": "automated", "snapshotId": id, "targetClusterName": target, "targetGroupId": p.first.boot.ProjectID,
		})
	}
	if status, answer := restore("Second"); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(answer), "targetClusterName") {
		p.Errorf("a restore to a cluster on another node: %d %v", status, answer)
	}
	if status, answer := restore("First"); status != http.StatusOK {
		p.Errorf("a restore that another node was asked for: %d %v", status, answer)
	}
	idle(p, "First")
}

func host(n *node) string { return n.flags[1] }

func create(p *pair, n *node, name string) {
	p.Helper()
	n.want(http.StatusCreated, http.MethodPost, "/groups/"+n.boot.ProjectID+"/clusters", object{
		"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
			"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
		}}}},
	})
	idle(p, name)
}

func idle(p *pair, name string) {
	p.Helper()
	eventually(p.T, "IDLE", func() bool {
		return p.second.want(http.StatusOK, http.MethodGet, "/groups/"+p.first.boot.ProjectID+"/clusters/"+name, nil)["stateName"] == "IDLE"
	})
}

// reached is the HOST:PORT of a cluster's first member, which is primary at first.
func reached(cluster object) string {
	addresses, _, _ := strings.Cut(strings.TrimPrefix(cluster["connectionStrings"].(object)["standard"].(string), "mongodb://"), "/")
	first, _, _ := strings.Cut(addresses, ",")
	return first
}

// alone kills the first node. The second one keeps working, and work that only the first can do is done when it is back,
// under its name. It starts again at another address, and so do its clusters.
func alone(p *pair) {
	a, b := p.first, p.second
	path := "/groups/" + a.boot.ProjectID + "/clusters/"
	name := a.name()
	create(p, a, "Fourth")
	a.kill()
	create(p, b, "Third")
	b.want(http.StatusAccepted, http.MethodDelete, path+"First", nil)
	b.want(http.StatusOK, http.MethodPost, "/groups", object{"name": "alone", "orgId": b.boot.OrgID})
	b.move(time.Hour)
	ahead := b.ahead()
	if state := b.want(http.StatusOK, http.MethodGet, path+"First", nil)["stateName"]; state != "DELETING" {
		p.Errorf("a cluster whose node is away is %v", state)
	}
	a.flags[1] = "127.0.0.3"
	a.launch()
	a.ready()
	if a.name() != name || a.boot.PrivateKey == "" || a.ahead() < ahead {
		p.Errorf("the node comes back as %s, ahead by %v, in place of %s and %v", a.name(), a.ahead(), name, ahead)
	}
	eventually(p.T, "the end of the cluster", func() bool {
		status, _ := b.call(http.MethodGet, path+"First", nil)
		return status == http.StatusNotFound
	})
	address := reached(b.want(http.StatusOK, http.MethodGet, path+"Fourth", nil))
	if !strings.HasPrefix(address, "127.0.0.3:") {
		p.Errorf("the cluster is at %s", address)
	}
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	b.must(err)
	conn.Close()
}
