package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// rounds is how often each program is killed under load; TELAMON_KILL_ROUNDS changes it.
const rounds = 6

// ledger records what the server has acknowledged.
type ledger struct {
	mu       sync.Mutex
	projects map[string]string // id by name, since the last sweep
	swept    int               // projects that were found and then deleted
	orders   map[string]bool   // id of the document
	enough   chan struct{}
	left     int
	over     bool // the round has ended, and later acknowledgements do not count
}

// acked records an acknowledgement, and signals when there are enough for this round.
func (l *ledger) acked(note func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	note()
	if l.left--; l.left == 0 {
		close(l.enough)
	}
}

// cut ends the round: later acknowledgements do not count.
func (l *ledger) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

// TestNothingAcknowledgedIsLostUnderLoad kills the server, on each store, and PostgreSQL while the server keeps running.
func TestNothingAcknowledgedIsLostUnderLoad(t *testing.T) {
	killed := func(w *world, _ *ledger) { w.kill() }
	started := func(w *world) { w.start() }
	t.Run("the server on SQLite", func(t *testing.T) { underLoad(t, t.TempDir(), "", killed, started) })
	t.Run("the server on PostgreSQL", func(t *testing.T) { underLoad(t, t.TempDir(), pgtest.URL(t), killed, started) })
	t.Run("PostgreSQL under the server", func(t *testing.T) {
		postgres := pgtest.Start(t)
		stopped := func(w *world, _ *ledger) { w.must(postgres.Stop()) }
		underLoad(t, t.TempDir(), postgres.URL, stopped, func(w *world) { w.must(postgres.Start()) })
	})
}

// underLoad runs clients that write, ends the server (or its store) by end and starts it again by revive, round after
// round.
func underLoad(t *testing.T, dir, store string, end func(*world, *ledger), revive func(*world)) {
	w := &world{process: startProcess(t, dir, store), whole: t}
	w.project = w.boot.ProjectID
	prepareCluster(w)
	l := &ledger{projects: map[string]string{}, orders: map[string]bool{}}
	n := rounds
	if s := os.Getenv("TELAMON_KILL_ROUNDS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		w.must(err)
	}
	for round := range n {
		l.enough, l.left, l.over = make(chan struct{}), 20+rand.IntN(100), false
		ctx, cancel := context.WithCancel(context.Background())
		var writers sync.WaitGroup
		for i := range 4 {
			writers.Go(func() { createProjects(ctx, w, l, fmt.Sprintf("r%d-w%d", round, i)) })
			writers.Go(func() { insertOrders(ctx, w, l, fmt.Sprintf("r%d-w%d", round, i)) })
		}
		<-l.enough
		end(w, l)
		cancel()
		revive(w)
		writers.Wait()
		audit(w, l, round)
	}
	t.Logf("%d rounds: %d projects and %d documents acknowledged and found; the slowest of %d restarts of the server took %v from exec to ready",
		n, l.swept+len(l.projects), len(l.orders), w.starts-1, w.slowest)
}

// prepareCluster makes a cluster, a user and an access list entry.
func prepareCluster(w *world) {
	w.t.Helper()
	_, _, err := w.sdk().ClustersApi.CreateCluster(w.ctx(), w.project, smallCluster("Load")).Execute()
	w.must(err)
	w.eventually("IDLE", func() bool {
		c, _, err := w.sdk().ClustersApi.GetCluster(w.ctx(), w.project, "Load").Execute()
		w.must(err)
		s := c.GetConnectionStrings()
		w.standard = s.GetStandard()
		return c.GetStateName() == "IDLE"
	})
	databaseUsers(w)
	_, _, err = w.sdk().ProjectIPAccessListApi.CreateProjectIpAccessList(w.ctx(), w.project, &[]admin.NetworkPermissionEntry{
		{CidrBlock: admin.PtrString("127.0.0.0/8")},
	}).Execute()
	w.must(err)
}

// createProjects creates projects until the server is killed or ctx ends. It waits for the last answer, because a request
// without an answer could still take effect during the audit.
func createProjects(ctx context.Context, w *world, l *ledger, prefix string) {
	token, err := w.token(w.ctx())
	for i := 0; err == nil && ctx.Err() == nil; i++ {
		name := fmt.Sprintf("%s-%d", prefix, i)
		var id string
		if id, err = w.createProject(w.ctx(), token, name); err == nil {
			l.acked(func() { l.projects[name] = id })
		}
	}
}

// token gets an access token.
func (w *world) token(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.boot.BaseURL+"/api/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(w.boot.ClientID, w.boot.ClientSecret)
	var answer struct {
		Token string `json:"access_token"`
	}
	return answer.Token, send(req, http.StatusOK, &answer)
}

func (w *world) createProject(ctx context.Context, token, name string) (id string, err error) {
	body, err := json.Marshal(map[string]string{"name": name, "orgId": w.boot.OrgID})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.boot.BaseURL+"/api/atlas/v2/groups", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	var answer struct{ ID string }
	err = send(req, http.StatusOK, &answer)
	return answer.ID, err
}

func send(req *http.Request, status int, into any) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != status {
		return fmt.Errorf("%s: %s", res.Status, raw)
	}
	return json.Unmarshal(raw, into)
}

// insertOrders inserts documents until the server dies.
func insertOrders(ctx context.Context, w *world, l *ledger, prefix string) {
	c := w.connect("app", appPassword)
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", prefix, i)
		if _, err := c.Database("shop").Collection("orders").InsertOne(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
			return
		}
		l.acked(func() { l.orders[id] = true })
	}
}

// audit compares the server's objects with the ledger: everything acknowledged exists, and there is exactly one event for
// each project that was created or deleted.
func audit(w *world, l *ledger, round int) {
	w.t.Helper()
	token, err := w.token(w.ctx())
	w.must(err)
	projects := map[string]string{} // id by name
	each(w, token, "/groups", func(p map[string]any) { projects[p["name"].(string)] = p["id"].(string) })
	created, deleted := map[string]bool{}, map[string]bool{} // ids
	each(w, token, "/orgs/"+w.boot.OrgID+"/events", func(e map[string]any) {
		switch e["eventTypeName"] {
		case "GROUP_CREATED":
			created[e["groupId"].(string)] = true
		case "GROUP_DELETED":
			deleted[e["groupId"].(string)] = true
		}
	})
	for name, id := range l.projects {
		if projects[name] != id {
			w.t.Fatalf("round %d: project %s was acknowledged and is lost", round, name)
		}
	}
	for name, id := range projects {
		if !created[id] {
			w.t.Fatalf("round %d: project %s has no event", round, name)
		}
	}
	if len(created)-len(deleted) != len(projects) {
		w.t.Fatalf("round %d: %d projects, %d events of creations and %d of deletions", round, len(projects), len(created), len(deleted))
	}
	if len(projects) > 100 {
		sweep(w, l, projects, token)
	}
	w.client = w.connect("app", appPassword)
	var found []struct {
		ID string `bson:"_id"`
	}
	cursor, err := w.orders().Find(w.ctx(), bson.D{}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	w.must(err)
	w.must(cursor.All(w.ctx(), &found))
	have := map[string]bool{}
	for _, d := range found {
		have[d.ID] = true
	}
	for id := range l.orders {
		if !have[id] {
			w.t.Fatalf("round %d: document %s was acknowledged and is lost", round, id)
		}
	}
	w.must(w.client.Disconnect(w.ctx()))
}

// sweep deletes projects, because an organization has at most 250.
func sweep(w *world, l *ledger, projects map[string]string, token string) {
	w.t.Helper()
	for _, id := range projects {
		if id == w.project {
			continue
		}
		req, err := http.NewRequestWithContext(w.ctx(), http.MethodDelete, w.boot.BaseURL+"/api/atlas/v2/groups/"+id, nil)
		w.must(err)
		req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		w.must(err)
		res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			w.t.Fatalf("deleting project %s: %s", id, res.Status)
		}
	}
	l.swept += len(l.projects)
	clear(l.projects)
}

// each reads a whole list, page by page.
func each(w *world, token, path string, fn func(map[string]any)) {
	w.t.Helper()
	for num := 1; ; num++ {
		req, err := http.NewRequestWithContext(w.ctx(), http.MethodGet, fmt.Sprintf("%s/api/atlas/v2%s?itemsPerPage=500&pageNum=%d", w.boot.BaseURL, path, num), nil)
		w.must(err)
		req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
		req.Header.Set("Authorization", "Bearer "+token)
		var page struct{ Results []map[string]any }
		w.must(send(req, http.StatusOK, &page))
		for _, item := range page.Results {
			fn(item)
		}
		if len(page.Results) < 500 {
			return
		}
	}
}
