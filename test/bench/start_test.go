package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest/program"
)

// starts reports the median time from the start of the binary on the store in dir to ready, and its resident memory then.
func starts(b *testing.B, dir string) {
	binary := program.Path(b)
	var times []time.Duration
	var memory int
	for b.Loop() {
		took, resident := start(b, binary, dir)
		times, memory = append(times, took), max(memory, resident)
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(times[len(times)/2].Milliseconds()), "ms-to-ready")
	b.ReportMetric(float64(memory)/1024, "MB-resident")
}

// start runs the binary until it is ready, and returns how long that took and how many kilobytes are resident.
func start(b *testing.B, binary, dir string) (took time.Duration, resident int) {
	b.Helper()
	file := filepath.Join(dir, "bootstrap.json")
	old, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	c := exec.Command(binary, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--management", "127.0.0.1:0")
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	for !ready(file, old) {
		if time.Since(began) > time.Minute {
			b.Fatal("the server does not become ready")
		}
		time.Sleep(time.Millisecond)
	}
	took = time.Since(began)
	resident = residentOf(b, c.Process.Pid)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		b.Fatal(err)
	}
	return took, resident
}

// ready reports whether the bootstrap file has changed, and the server that it names is ready.
func ready(file string, old []byte) bool {
	raw, err := os.ReadFile(file)
	var at struct{ ManagementURL string }
	if err != nil || bytes.Equal(raw, old) || json.Unmarshal(raw, &at) != nil {
		return false
	}
	res, err := http.Get(at.ManagementURL + "/readyz")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func residentOf(b *testing.B, pid int) int {
	b.Helper()
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		b.Skipf("memory is read from /proc: %v", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(text)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kb
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
