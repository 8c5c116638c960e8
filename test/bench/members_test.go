package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// BenchmarkMembers is the cost of a hundred clusters of three members: the time to make them, their memory while they are
// idle, and the time after kill -9 until the server is ready and the drivers that were connected have reached all of them.
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
			p.admit(project)
			for j := range ofAProject {
				all = append(all, p.cluster(project, fmt.Sprint("c", j)))
			}
		}
		uris := p.settle(all)
		made = time.Since(began)
		time.Sleep(2 * time.Second) // until garbage has been collected
		idle = residentOf(b, p.cmd.Process.Pid)
		clients := reached(b, uris)
		program.Kill(p.cmd)
		began = time.Now()
		p.start()
		again = time.Since(began)
		ping(b, clients)
		reach = time.Since(began)
		for _, c := range clients {
			_ = c.Disconnect(context.Background()) // it has done its work
		}
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

// admit has a project let the user app in from this machine.
func (p *process) admit(project string) {
	p.call(http.MethodPost, "/groups/"+project+"/databaseUsers", map[string]any{"username": "app", "password": "correct horse", "databaseName": "admin",
		"roles": []any{map[string]any{"roleName": "readWrite", "databaseName": "bench"}}})
	p.call(http.MethodPost, "/groups/"+project+"/accessList", []any{map[string]any{"ipAddress": "127.0.0.1"}})
}

// reached returns a driver for each cluster, once each has reached it.
func reached(b *testing.B, uris []string) (all []*mongo.Client) {
	b.Helper()
	for _, uri := range uris {
		c, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "app", Password: "correct horse"}))
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, c)
	}
	ping(b, all)
	return all
}

// ping waits until every driver has reached its primary.
func ping(b *testing.B, clients []*mongo.Client) {
	b.Helper()
	var group sync.WaitGroup
	for _, c := range clients {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
			defer cancel()
			for err := c.Ping(ctx, nil); err != nil; err = c.Ping(ctx, nil) {
				if ctx.Err() != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// settle waits until all clusters are IDLE, and returns their connection strings.
func (p *process) settle(clusters []string) (uris []string) {
	for _, path := range clusters {
		c := p.call(http.MethodGet, path, nil)
		for c["stateName"] != "IDLE" {
			time.Sleep(10 * time.Millisecond)
			c = p.call(http.MethodGet, path, nil)
		}
		uris = append(uris, c["connectionStrings"].(map[string]any)["standard"].(string))
	}
	return uris
}
