package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/telamontest"
)

// bareEnv is the environment variable that makes this binary a bare net/http server, which answers with its standard input.
const bareEnv = "TELAMON_BENCH_BARE"

// beBare serves its standard input, with the headers of Telamon's answer, until the process is killed.
func beBare() error {
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", latest+";charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(body)))
		h.Set("X-Request-Id", "3w5e11264sgsf")
		_, _ = w.Write(body) // the caller has gone
	}))
}

// thin is a server process that wrk calls.
type thin struct {
	pid    int
	url    string
	header http.Header

	times, rates []float64 // of each round: processor time of a request in µs, and requests a second
}

// round runs wrk over 16 connections for two seconds.
func (s *thin) round(b *testing.B, wrk string) {
	args := []string{"-t1", "-c16", "-d2s"}
	for name := range s.header {
		args = append(args, "-H", name+": "+s.header.Get(name))
	}
	before := processor(b, s.pid)
	out, err := exec.Command(wrk, append(args, s.url)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Non-2xx") {
		b.Fatalf("wrk: %v: %s", err, out)
	}
	requests := figure(b, out, `(\d+) requests in`)
	s.times = append(s.times, (processor(b, s.pid)-before)*1e6/requests)
	s.rates = append(s.rates, figure(b, out, `Requests/sec: +([\d.]+)`))
}

func figure(b *testing.B, out []byte, pattern string) float64 {
	b.Helper()
	m := regexp.MustCompile(pattern).FindSubmatch(out)
	if m == nil {
		b.Fatalf("wrk prints %s", out)
	}
	f, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil || f == 0 {
		b.Fatalf("%q: %v", m[1], err)
	}
	return f
}

// processor returns the processor time of a process in seconds, user and system.
func processor(b *testing.B, pid int) float64 {
	b.Helper()
	const ticks = 100 // a second, on every Linux (proc(5), clock ticks)
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skipf("processor time is read from /proc: %v", err)
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:])) // from the third on: the second may have spaces
	user, errUser := strconv.Atoi(fields[11])
	kernel, errKernel := strconv.Atoi(fields[12])
	if errUser != nil || errKernel != nil {
		b.Fatalf("%s", raw)
	}
	return float64(user+kernel) / ticks
}

// BenchmarkThin is an authenticated GET of the running program, with its log in a file, by a client that costs little, against
// a bare net/http server that writes the same bytes: processor time of the servers, and requests a second.
func BenchmarkThin(b *testing.B) {
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		b.Skip("wrk, the client, is not installed")
	}
	ours := serveThin(b)
	c := bareServer(b, newCaller(b, 1, ours.url, ours.header).one())
	base := &thin{url: "http://" + strings.TrimSpace(program.Start(b, c)), header: ours.header}
	base.pid = c.Process.Pid
	for b.Loop() {
		base.round(b, wrk)
		ours.round(b, wrk)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(base.times), "base-cpu-µs")
	b.ReportMetric(median(ours.times), "ours-cpu-µs")
	b.ReportMetric(median(base.times)/median(ours.times), "cpu-ratio")
	b.ReportMetric(median(ours.rates)/median(base.rates), "ratio")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

func bareServer(b *testing.B, body []byte) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), bareEnv+"=1")
	c.Stdin, c.Stderr = bytes.NewReader(body), os.Stderr
	return c
}

// serveThin starts the program with a database user that can be asked for.
func serveThin(b *testing.B) *thin {
	b.Helper()
	dir := b.TempDir()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { log.Close() })
	c := exec.Command(program.Path(b), "serve", "--data", dir, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0", "--rate-limits", "off")
	c.Stderr = log
	program.Start(b, c)
	var s telamontest.Server
	raw, err := os.ReadFile(filepath.Join(dir, "bootstrap.json"))
	if err != nil {
		b.Fatal(err)
	}
	var boot struct{ BaseURL, ProjectID, ClientID, ClientSecret string }
	if err := json.Unmarshal(raw, &boot); err != nil {
		b.Fatal(err)
	}
	s.URL, s.ProjectID, s.ClientID, s.ClientSecret = boot.BaseURL, boot.ProjectID, boot.ClientID, boot.ClientSecret
	header := http.Header{"Accept": {latest}, "Authorization": {"Bearer " + token(b, &s)}}
	addUser(b, &s, header, 0)
	return &thin{pid: c.Process.Pid, url: s.URL + "/api/atlas/v2/groups/" + s.ProjectID + "/databaseUsers/admin/user00", header: header}
}
