package curl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/testneeds"
)

// run runs a command as a shell does, with the variables that it names.
func (s *scene) run(command string, variables []string) answer {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", command)
	cmd.Env = append(os.Environ(), append([]string{"CURL_HOME=" + s.home, "NO_PROXY=*"}, variables...)...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%s\n%v: %s", command, err, &problems)
	}
	return parse(s.t, string(out))
}

// curlrc makes curl print the status and media type after the answer, and no progress.
const curlrc = `silent
show-error
max-time = 60
write-out = "\n%{http_code} %{content_type}"
`

func parse(t *testing.T, out string) (a answer) {
	t.Helper()
	end := strings.LastIndexByte(out, '\n')
	a.text = out[:end]
	if _, err := fmt.Sscanf(out[end+1:]+" ", "%d", &a.status); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, a.media, _ = strings.Cut(out[end+1:], " ")
	body := a.text
	if i := strings.LastIndex(body, "\r\n\r\n"); i >= 0 {
		a.header, body = body[:i], body[i+4:]
	}
	if body == "" {
		return a
	}
	if err := json.Unmarshal([]byte(body), &a.body); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return a
}

// needsCurl skips the test without curl, or fails it where everything is required.
func needsCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		testneeds.Missing(t, "curl", err)
	}
}

// answer is what curl has printed.
type answer struct {
	text   string
	header string // with --include
	status int
	media  string
	body   object // nil if there is none
}

// refused fails the test unless the answer is the documented error.
func (a answer) refused(t *testing.T, status int) {
	t.Helper()
	if a.status != status || a.media != "application/json" && !strings.HasPrefix(a.media, "application/json;") {
		t.Fatalf("%d %s, want %d\n%s", a.status, a.media, status, a.text)
	}
	if a.body["error"] != float64(status) || a.body["reason"] != http.StatusText(status) || a.body["errorCode"] == nil || a.body["detail"] == nil {
		t.Errorf("the error does not have the documented shape: %s", a.text)
	}
}
