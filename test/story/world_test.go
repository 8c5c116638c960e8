package story

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// world is the state that the chapters of the story share.
type world struct {
	*process
	whole  *testing.T // the test that all chapters are in
	oauth  bool
	crashy bool // kill the server at each call of moment

	project  string
	key      *admin.ApiKeyUserDetails
	standard string // connection string
	client   *mongo.Client
}

// moment is called at places in the story where the server may be killed.
func (w *world) moment() {
	w.t.Helper()
	if w.crashy {
		w.crash()
	}
}

// ctx is a context with the time limit of one step.
func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	w.whole.Cleanup(cancel)
	return ctx
}

// sdk is MongoDB's Go SDK as the organization's owner.
func (w *world) sdk() *admin.APIClient {
	w.t.Helper()
	if w.oauth {
		return w.newSDK(admin.UseOAuthAuth(w.ctx(), w.boot.ClientID, w.boot.ClientSecret))
	}
	return w.sdkAs(w.boot.PublicKey, w.boot.PrivateKey, "")
}

// sdkAs is the SDK with an API key, from an address.
func (w *world) sdkAs(publicKey, privateKey, address string) *admin.APIClient {
	w.t.Helper()
	return w.newSDK(admin.UseHTTPClient(&http.Client{Transport: &digest.Transport{
		Username: publicKey, Password: privateKey, Transport: apitest.Checked(w.t, address),
	}}))
}

func (w *world) newSDK(auth admin.ClientModifier) *admin.APIClient {
	w.t.Helper()
	c, err := admin.NewClient(admin.UseBaseURL(w.boot.BaseURL), auth)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// must ends the test if err is not nil.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// wantCode ends the test unless err is the API's error.
func (w *world) wantCode(err error, status int, code string) *admin.ApiError {
	w.t.Helper()
	e, ok := admin.AsError(err)
	if !ok || e.Error != status || e.ErrorCode != code {
		w.t.Fatalf("want %d %s, got %v (%+v)", status, code, err, e)
	}
	return e
}

// wantMongo ends the test unless err is MongoDB's error.
func (w *world) wantMongo(err error, code int) {
	w.t.Helper()
	var e mongo.ServerError
	if !errors.As(err, &e) || !e.HasErrorCode(code) {
		w.t.Fatalf("want MongoDB's error %d, got %v", code, err)
	}
}

// eventually polls until ok, or ends the test.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// connect connects the Go driver to the cluster.
func (w *world) connect(user, password string) *mongo.Client {
	w.t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(w.standard).SetAuth(options.Credential{
		Username: user, Password: password, AuthSource: "admin", AuthMechanism: "SCRAM-SHA-256",
	}).SetServerSelectionTimeout(15 * time.Second))
	w.must(err)
	w.whole.Cleanup(func() { _ = c.Disconnect(context.Background()) }) // the server may be gone
	return c
}

// orders is the application's collection.
func (w *world) orders() *mongo.Collection { return w.client.Database("shop").Collection("orders") }

// contents are the documents of the collection, ordered by _id.
func (w *world) contents() []bson.M {
	w.t.Helper()
	cursor, err := w.orders().Find(w.ctx(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	w.must(err)
	var all []bson.M
	w.must(cursor.All(w.ctx(), &all))
	return all
}

var link = regexp.MustCompile(`/invitations/[A-Za-z0-9_-]+`)

// letters waits for the outbox to have n letters, and returns their texts without soft line breaks.
func (w *world) letters(n int) []string {
	w.t.Helper()
	var texts []string
	w.eventually("letters in the outbox", func() bool {
		files, err := filepath.Glob(filepath.Join(w.dir, "outbox", "*.eml"))
		w.must(err)
		texts = nil
		for _, f := range files {
			raw, err := os.ReadFile(f)
			w.must(err)
			texts = append(texts, regexp.MustCompile(`=\r?\n`).ReplaceAllString(string(raw), ""))
		}
		return len(texts) >= n
	})
	return texts
}

// mongosh runs a script in MongoDB's shell and returns what it prints. Without the shell it skips t, or fails it where
// everything is required.
func (w *world) mongosh(t *testing.T, user, password, script string) string {
	t.Helper()
	shell, err := filepath.Abs(filepath.Join("..", "node", "node_modules", ".bin", "mongosh"))
	w.must(err)
	if _, err := os.Stat(shell); err != nil {
		testneeds.Missing(t, "mongosh (make clients brings it)", err)
	}
	cmd := exec.CommandContext(w.ctx(), shell, w.standard, "--quiet", "--norc", "--username", user, "--password", password,
		"--authenticationMechanism", "SCRAM-SHA-256", "--eval", script)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("mongosh: %v", err)
	}
	return string(out)
}

func run(t *testing.T, w *world, store string) {
	w.process, w.whole = startProcess(t, t.TempDir(), store), t
	for _, chapter := range chapters {
		ok := t.Run(chapter.name, func(t *testing.T) {
			w.process.t = t
			chapter.tell(w)
		})
		w.process.t = t
		if !ok {
			t.FailNow()
		}
	}
	if w.crashy {
		t.Logf("%d restarts, the slowest took %v from exec to ready", w.starts-1, w.slowest)
	}
}

func TestTheStory(t *testing.T) {
	t.Run("with digest", func(t *testing.T) { run(t, &world{}, "") })
	t.Run("with OAuth", func(t *testing.T) { run(t, &world{oauth: true}, "") })
	t.Run("on PostgreSQL", func(t *testing.T) { run(t, &world{}, pgtest.URL(t)) })
}

func TestTheStoryWithKill9AtEveryMoment(t *testing.T) {
	run(t, &world{crashy: true}, "")
}
