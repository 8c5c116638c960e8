package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/testneeds"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestAFullDiskIsNotTheEnd fills the disk under load and makes room again, round after round. Writes are answered in time,
// no acknowledged write is lost, the log stays short, and no restart is needed.
func TestAFullDiskIsNotTheEnd(t *testing.T) {
	needsRoot(t)
	dir := t.TempDir()
	if err := system("mount", "-t", "tmpfs", "-o", "size=128m", "small", dir); err != nil {
		testneeds.Missing(t, "a small disk", err)
	}
	t.Cleanup(func() { _ = system("umount", dir) })
	w := &world{process: startProcess(t, filepath.Join(dir, "data"), ""), whole: t}
	t.Cleanup(w.kill) // before the disk is unmounted
	w.project = w.boot.ProjectID
	prepareCluster(w)
	w.client = w.connect("app", appPassword)
	l := &ledger{projects: map[string]string{}, orders: map[string]bool{}}
	for round := range 3 {
		filler := filepath.Join(dir, "filler")
		fillUp(w, filler)
		name := fmt.Sprint("full-", round, "-")
		soon(w, "writing documents", func() { writeUntilFull(w, l, name) })
		soon(w, "projects", func() { w.createUntilFull(l, name) })
		if status, text := w.readiness(); status != http.StatusServiceUnavailable || !strings.Contains(text, "no space left") {
			t.Errorf("/readyz says %d: %s", status, text)
		}
		w.must(os.Remove(filler))
		w.eventually("room", func() bool {
			status, _ := w.readiness()
			return status == http.StatusOK
		})
		w.eventually("a document", func() bool { return w.order(name+"after", "") == nil })
		l.orders[name+"after"] = true
		w.eventually("a project", func() bool { return w.addProject(l, name+"after") == nil })
		audit(w, l, round)
		w.client = w.connect("app", appPassword)
	}
	w.crash()
	audit(w, l, 3)
	lines := strings.Count(w.log.String(), "level=ERROR") + strings.Count(w.log.String(), "level=WARN")
	if lines > 40 {
		t.Errorf("%d lines of trouble in the log", lines)
	}
}

// fillUp leaves no room on a disk.
func fillUp(w *world, path string) {
	w.t.Helper()
	f, err := os.Create(path)
	w.must(err)
	defer f.Close()
	for block := 1 << 20; block > 0; block /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, block))
		}
	}
}

// soon ends the test unless fn ends soon.
func soon(w *world, what string, fn func()) {
	w.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		w.t.Fatalf("%s does not end", what)
	}
}

// order inserts a document of some size.
func (w *world) order(id, filler string) error {
	ctx, cancel := context.WithTimeout(w.ctx(), 10*time.Second)
	defer cancel()
	_, err := w.orders().InsertOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "filler", Value: filler}})
	return err
}

// writeUntilFull inserts documents until the server answers that the disk is full.
func writeUntilFull(w *world, l *ledger, prefix string) {
	for i := 0; ; i++ {
		id := fmt.Sprint(prefix, i)
		err := w.order(id, strings.Repeat("x", 100<<10))
		if err == nil {
			l.orders[id] = true
			continue
		}
		var told mongo.ServerError
		if !errors.As(err, &told) || !told.HasErrorCode(int(wire.OutOfDiskSpace.Number)) && !told.HasErrorCode(int(wire.MaxTimeMSExpired.Number)) {
			w.whole.Errorf("a write on a full disk: %v", err)
		}
		return
	}
}

func (w *world) addProject(l *ledger, name string) error {
	token, err := w.token(w.ctx())
	if err != nil {
		return err
	}
	id, err := w.createProject(w.ctx(), token, name)
	if err == nil {
		l.projects[name] = id
	}
	return err
}

// createUntilFull creates projects until the disk is full. A project whose creation failed must not exist.
func (w *world) createUntilFull(l *ledger, prefix string) {
	for i := range 60 {
		if err := w.addProject(l, fmt.Sprint(prefix, i)); err != nil {
			if !strings.Contains(err.Error(), "50") {
				w.whole.Errorf("a project on a full disk: %v", err)
			}
			return
		}
	}
	w.whole.Error("projects can be created on a full disk")
}

func (w *world) readiness() (int, string) {
	w.t.Helper()
	res, err := http.Get(w.boot.ManagementURL + "/readyz")
	w.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	w.must(err)
	return res.StatusCode, string(raw)
}
