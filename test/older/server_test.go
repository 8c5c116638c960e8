package older

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/server"
)

// ports are those of the clusters in the stores. They are above the ports that systems assign by themselves.
const ports = "61100-61180"

// running is a telamon serve process, and what its caller knows.
type running struct {
	cmd    *exec.Cmd
	log    *program.Log
	boot   server.Bootstrap
	http   *http.Client
	values map[string]string // the values of $name
}

// start starts a program on a directory and a store, and waits until it is ready.
func start(path, dir, store string, values map[string]string) (*running, error) {
	r := &running{log: new(program.Log), values: values}
	r.cmd = exec.Command(path, "serve", "--data", dir, "--store", store, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0",
		"--cluster-ports", ports, "--rate-limits", "off", "--log-level", "warn")
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	if err := within(30*time.Second, func() bool {
		raw, err := os.ReadFile(filepath.Join(dir, "bootstrap.json"))
		return err == nil && json.Unmarshal(raw, &r.boot) == nil && r.readiness() == http.StatusOK
	}); err != nil {
		_ = r.cmd.Process.Kill() // it is of no use
		_ = r.cmd.Wait()         // killed
		return nil, fmt.Errorf("%s is not ready: %w\n%s", path, err, r.log)
	}
	r.http = &http.Client{Transport: &digest.Transport{Username: r.boot.PublicKey, Password: r.boot.PrivateKey, Transport: http.DefaultTransport}}
	return r, nil
}

func (r *running) readiness() int {
	res, err := http.Get(r.boot.ManagementURL + "/readyz")
	if err != nil {
		return 0
	}
	_ = res.Body.Close() // its body is not read
	return res.StatusCode
}

// stop ends the process in order.
func (r *running) stop() error {
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return r.cmd.Wait()
}

var name = regexp.MustCompile(`\$[a-z]+`)

// filled replaces each $name in a text by its value.
func (r *running) filled(text string) string {
	return name.ReplaceAllStringFunc(text, func(n string) string { return r.values[n[1:]] })
}

// do makes a call, and keeps the field of the answer that later calls need.
func (r *running) do(c call) error {
	answer, err := r.ask(c.method, c.path, c.body)
	if err != nil || c.keep == "" {
		return err
	}
	kept, _ := answer[c.field].(string)
	if kept == "" {
		return fmt.Errorf("%s %s answers without %s: %v", c.method, c.path, c.field, answer)
	}
	r.values[c.keep] = kept
	return nil
}

// ask sends a request, and returns the answer if it is one of success.
func (r *running) ask(method, path string, body any) (answer object, err error) {
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequest(method, r.boot.BaseURL+"/api/atlas/v2"+r.filled(path), bytes.NewReader([]byte(r.filled(string(raw)))))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := r.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s answers %d: %s", method, r.filled(path), res.StatusCode, text)
	}
	if err != nil || len(text) == 0 {
		return nil, err
	}
	if !bytes.HasPrefix(text, []byte("{")) { // a list or a flag
		text = []byte(`{"results":` + string(text) + `}`)
	}
	return answer, json.Unmarshal(text, &answer)
}

// orders is the collection that the application has in a cluster. A member whose port is taken gets another one when the
// server starts, so the connection string may change until then.
func (r *running) orders(ctx context.Context, cluster string) (orders *mongo.Collection, err error) {
	late := within(time.Minute, func() bool {
		orders, err = r.reach(ctx, cluster)
		return err == nil
	})
	return orders, errors.Join(late, err)
}

func (r *running) reach(ctx context.Context, cluster string) (*mongo.Collection, error) {
	c, err := r.ask(http.MethodGet, "/groups/$project/clusters/"+cluster, nil)
	if err != nil {
		return nil, err
	}
	uri, _ := c["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(15 * time.Second).SetAuth(options.Credential{
		Username: "app", Password: "a password of long ago", AuthSource: "admin",
	}))
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = client.Disconnect(context.Background()) }) // the server may be gone
	soon, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := client.Ping(soon, nil); err != nil {
		return nil, err
	}
	return client.Database("shop").Collection("orders"), nil
}

// idle waits until the project's clusters and snapshots are made.
func (r *running) idle() error {
	return within(time.Minute, func() bool {
		for _, path := range []string{"/groups/$project/clusters", "/groups/$project/serverless", "/groups/$project/clusters/Older/backup/snapshots"} {
			list, err := r.ask(http.MethodGet, path, nil)
			if err != nil {
				return false
			}
			for _, item := range list["results"].([]any) {
				o := item.(object)
				if state, ok := o["stateName"].(string); ok && state != "IDLE" || o["status"] != nil && o["status"] != "completed" {
					return false
				}
			}
		}
		return true
	})
}

// within polls until ok returns true.
func within(limit time.Duration, ok func() bool) error {
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %v", limit)
		}
	}
	return nil
}

// onHost replaces the API's address in a text, which differs from one start to another.
func onHost(text, base string) string { return strings.ReplaceAll(text, base, "http://telamon") }
