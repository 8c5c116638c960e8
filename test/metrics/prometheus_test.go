package metrics

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// prometheus runs the installed Prometheus, which fetches from target five times a second, and returns its URL.
func prometheus(t *testing.T, target string) string {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		testneeds.Missing(t, "an installed Prometheus", err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs: [{job_name: telamon, static_configs: [{targets: [%q]}]}]\n", target)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.Command(binary, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return "http://" + address
}

// query asks Prometheus until the answer is not empty, and returns its first value.
func query(t *testing.T, base, expression string) string {
	t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-tick.C {
		err := get(base+"/api/v1/query?query="+url.QueryEscape(expression), &answer)
		if err == nil && len(answer.Data.Result) > 0 {
			return answer.Data.Result[0].Value[1].(string)
		}
	}
	t.Fatalf("Prometheus has no answer to %s", expression)
	return ""
}

// TestPrometheus: Prometheus fetches the metrics while a story runs, and answers queries about it.
func TestPrometheus(t *testing.T) {
	srv := apitest.Start(t)
	at := prometheus(t, strings.TrimPrefix(srv.ManagementURL, "http://"))
	query(t, at, `up{job="telamon"} == 1`)
	story(t, srv)
	for _, expression := range []string{
		`telamon_requests_total{operation="createCluster",status="201"} == 1`,
		`telamon_command_seconds_count{command="insert"} == 1`,
		`telamon_logins_total{mechanism="SCRAM-SHA-256",result="ok"} >= 1`,
		`telamon_work_attempts_total{kind="snapshot",result="ok"} >= 1`,
		`telamon_snapshots == 1`,
		`histogram_quantile(0.5, sum by (le) (telamon_store_write_seconds_bucket)) > 0`,
		`count(count by (__name__) ({__name__=~"telamon_.*"})) >= 15`,
	} {
		query(t, at, expression)
	}
	var metadata struct {
		Data []struct {
			Metric, Help string
			Target       map[string]string
		}
	}
	if err := get(at+"/api/v1/targets/metadata?metric=telamon_requests_total", &metadata); err != nil || len(metadata.Data) == 0 || metadata.Data[0].Help == "" {
		t.Errorf("Prometheus has no help text: %+v, %v", metadata, err)
	}
}
