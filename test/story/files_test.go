package story

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
)

// TestFewFiles opens more idle connections than the process may have files, while clients write so much that databases make
// tables. Databases keep the descriptors that they need, the log stays short, and no acknowledged write is lost.
func TestFewFiles(t *testing.T) {
	t.Setenv(serveFiles, "250")
	w := &world{process: startProcess(t, t.TempDir(), ""), whole: t}
	w.project = w.boot.ProjectID
	prepareCluster(w)
	w.client = w.connect("app", appPassword)
	l := &ledger{projects: map[string]string{}, orders: map[string]bool{}}
	api, err := url.Parse(w.boot.BaseURL)
	w.must(err)
	var idle []net.Conn
	for range 400 {
		for _, at := range []string{api.Host, firstOf(w.standard)} {
			if c, err := net.Dial("tcp", at); err == nil {
				idle = append(idle, c)
			}
		}
	}
	refused := 0
	for i := range 300 {
		id := fmt.Sprint("few-", i)
		if err := w.order(id, strings.Repeat("x", 100<<10)); err != nil {
			refused++ // at worst, its connection was closed in favour of another one
		} else {
			l.orders[id] = true
		}
	}
	for _, c := range idle {
		_ = c.Close() // the server may have closed it
	}
	w.eventually("a document", func() bool { return w.order("after", "") == nil })
	l.orders["after"] = true
	w.eventually("the API", func() bool { return w.addProject(l, "after") == nil })
	audit(w, l, 0)
	if n := strings.Count(w.log.String(), "level=ERROR") + strings.Count(w.log.String(), "level=WARN"); n > 100 {
		t.Errorf("%d lines of trouble in the log", n)
	}
	if refused > 10 {
		t.Errorf("%d of 300 writes failed", refused)
	}
}
