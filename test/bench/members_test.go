package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mongodb-forks/digest"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// BenchmarkMembers is the cost of a hundred clusters of three members: the time to make them, their memory while they are
// idle, and the time after kill -9 until the server is ready and all members can be reached.
func BenchmarkMembers(b *testing.B) {
	const clusters, ofAProject = 100, 25
	var made, again, reach time.Duration
	var idle int
	for b.Loop() {
		p := &process{b: b, binary: program.Path(b), dir: b.TempDir()}
		p.start()
		began := time.Now()
		var all []string
		for i := range clusters / ofAProject {
			project := p.call(http.MethodPost, "/groups", map[string]any{"name": fmt.Sprint("p", i), "orgId": p.boot.OrgID})["id"].(string)
			for j := range ofAProject {
				all = append(all, p.cluster(project, fmt.Sprint("c", j)))
			}
		}
		addresses := p.settle(all)
		made = time.Since(began)
		time.Sleep(2 * time.Second) // until garbage has been collected
		idle = residentOf(b, p.cmd.Process.Pid)
		program.Kill(p.cmd)
		began = time.Now()
		p.start()
		again = time.Since(began)
		for _, a := range addresses {
			for conn, err := net.Dial("tcp", a); ; conn, err = net.Dial("tcp", a) {
				if err == nil {
					conn.Close()
					break
				}
				if time.Since(began) > time.Minute {
					b.Fatalf("%s cannot be reached: %v", a, err)
				}
				time.Sleep(time.Millisecond)
			}
		}
		reach = time.Since(began)
		program.Kill(p.cmd)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(made.Seconds(), "s-to-make")
	b.ReportMetric(float64(idle)/1024, "MB-idle")
	b.ReportMetric(again.Seconds(), "s-to-ready")
	b.ReportMetric(reach.Seconds(), "s-to-reach")
}

// process is a telamon serve that the benchmark calls.
type process struct {
	b      *testing.B
	binary string
	dir    string
	cmd    *exec.Cmd
	boot   struct{ BaseURL, ManagementURL, OrgID, ProjectID, PublicKey, PrivateKey string }
}

// start starts the process and waits until it is ready.
func (p *process) start() {
	file := filepath.Join(p.dir, "bootstrap.json")
	old, _ := os.ReadFile(file) // there is none the first time
	p.cmd = exec.Command(p.binary, "serve", "--data", p.dir, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0", "--rate-limits", "off")
	if err := p.cmd.Start(); err != nil {
		p.b.Fatal(err)
	}
	p.b.Cleanup(func() { program.Kill(p.cmd) })
	for began := time.Now(); !ready(file, old); time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Minute {
			p.b.Fatal("the server does not become ready")
		}
	}
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &p.boot)
	}
	if err != nil {
		p.b.Fatal(err)
	}
}

func (p *process) call(method, path string, body any) map[string]any {
	raw, err := json.Marshal(body)
	if err != nil {
		p.b.Fatal(err)
	}
	r, err := http.NewRequest(method, strings.TrimSuffix(p.boot.BaseURL, "/")+"/api/atlas/v2"+path, bytes.NewReader(raw))
	if err != nil {
		p.b.Fatal(err)
	}
	r.Header.Set("Accept", latest)
	r.Header.Set("Content-Type", latest)
	res, err := (&http.Client{Transport: digest.NewTransport(p.boot.PublicKey, p.boot.PrivateKey)}).Do(r)
	if err != nil {
		p.b.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode >= http.StatusBadRequest {
		p.b.Fatalf("%s: %d %v %v", path, res.StatusCode, out, err)
	}
	return out
}

// cluster asks for a cluster of three members, and returns its path.
func (p *process) cluster(project, name string) string {
	p.call(http.MethodPost, "/groups/"+project+"/clusters", map[string]any{"name": name, "clusterType": "REPLICASET",
		"replicationSpecs": []any{map[string]any{"regionConfigs": []any{map[string]any{"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
			"electableSpecs": map[string]any{"instanceSize": "M10", "nodeCount": 3}}}}}})
	return "/groups/" + project + "/clusters/" + name
}

// settle waits until all clusters are IDLE, and returns the addresses of all their members.
func (p *process) settle(clusters []string) (addresses []string) {
	for _, path := range clusters {
		c := p.call(http.MethodGet, path, nil)
		for c["stateName"] != "IDLE" {
			time.Sleep(10 * time.Millisecond)
			c = p.call(http.MethodGet, path, nil)
		}
		hosts, _, _ := strings.Cut(strings.TrimPrefix(c["connectionStrings"].(map[string]any)["standard"].(string), "mongodb://"), "/")
		addresses = append(addresses, strings.Split(hosts, ",")...)
	}
	return addresses
}
