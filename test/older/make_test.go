package older

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// With -make, the test makes stores with a program, in the folder that -as names, instead of testing the existing ones.
var (
	makes = flag.String("make", "", "`program` to fill a new store with, which -as names a folder for")
	as    = flag.String("as", "", "`folder` in testdata for the store that -make makes")
)

// facts describes a store that an older program made.
type facts struct {
	Values    map[string]string          `json:"values"`
	Answers   map[string]json.RawMessage `json:"answers"` // to GET, by path
	Documents int                        `json:"documents"`
}

// documents are those of the application, some of which were deleted again.
const documents = 500

// fill makes a store with a program: on SQLite, or on the PostgreSQL whose address it gets.
func fill(t *testing.T, path, to, store string) {
	dir := t.TempDir()
	r, err := start(path, dir, store, map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	r.values["org"] = r.boot.OrgID
	must := func(err error) {
		t.Helper()
		if err != nil {
			_ = r.cmd.Process.Kill() // it could not fill the store
			t.Fatalf("%v\n%s", err, r.log)
		}
	}
	owner, err := r.ask(http.MethodGet, "/orgs/$org/users", nil)
	must(err)
	r.values["owner"] = owner["results"].([]any)[0].(object)["username"].(string)
	for _, c := range filling {
		must(r.do(c))
	}
	must(r.idle())
	must(r.write(t.Context()))
	for _, c := range snapshots {
		must(r.do(c))
	}
	must(r.idle())
	r.values["ended"] = url.QueryEscape(time.Now().UTC().Format(time.RFC3339))
	f := facts{Values: r.values, Answers: map[string]json.RawMessage{}, Documents: documents / 2}
	for _, p := range paths {
		answer, err := r.ask(http.MethodGet, p, nil)
		must(err)
		raw, err := json.Marshal(answer)
		must(err)
		f.Answers[p] = json.RawMessage(onHost(string(raw), r.boot.BaseURL))
	}
	must(r.stop())
	must(save(dir, to, store, f))
}

// write gives a cluster documents, an index, and changes.
func (r *running) write(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	orders, err := r.orders(ctx, "Older")
	if err != nil {
		return err
	}
	var all []bson.D
	for i := range documents {
		all = append(all, bson.D{{Key: "_id", Value: i}, {Key: "customer", Value: fmt.Sprint("c", i%7)}, {Key: "lines", Value: bson.A{i, bson.D{{Key: "of", Value: "text"}}, nil, 0.5}}})
	}
	_, err = orders.InsertMany(ctx, all)
	_, errIndex := orders.Database().RunCommand(ctx, bson.D{{Key: "createIndexes", Value: "orders"}, {Key: "indexes", Value: bson.A{
		bson.D{{Key: "key", Value: bson.D{{Key: "customer", Value: 1}, {Key: "lines", Value: -1}}}, {Key: "name", Value: "by customer"}},
	}}}).Raw()
	_, errUpdate := orders.UpdateMany(ctx, bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "seen", Value: true}}}, {Key: "$push", Value: bson.D{{Key: "lines", Value: "more"}}}})
	_, errDelete := orders.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: documents / 2}}}})
	return errors.Join(err, errIndex, errUpdate, errDelete)
}

// save stores a data directory and, with PostgreSQL, a dump of the schema.
func save(dir, to, store string, f facts) error {
	raw, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "facts.json"), raw, 0o600); err != nil {
		return err
	}
	if store != "sqlite" {
		text, err := dump(store)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "dump.sql"), text, 0o600); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	files := tar.NewWriter(packed)
	return errors.Join(files.AddFS(os.DirFS(dir)), files.Close(), packed.Close(), out.Close())
}

// dump returns a schema of PostgreSQL as statements, which make it again in the schema of whoever runs them.
func dump(store string) ([]byte, error) {
	address, err := url.Parse(store)
	if err != nil {
		return nil, err
	}
	query := address.Query()
	schema := query.Get("search_path")
	for name := range query {
		if name == "search_path" || strings.HasPrefix(name, "pool_") { // pg_dump does not have these parameters
			query.Del(name)
		}
	}
	address.RawQuery = query.Encode()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil || len(found) == 0 {
		return nil, errors.Join(err, errors.New("there is no pg_dump"))
	}
	cmd := exec.Command(found[0], "--schema", schema, "--inserts", "--no-owner", "--no-privileges", address.String())
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	var lines []string
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "--"), strings.HasPrefix(line, "SET "), strings.HasPrefix(line, "SELECT pg_catalog.set_config"), strings.HasPrefix(line, "CREATE SCHEMA"), strings.HasPrefix(line, `\`):
		default:
			lines = append(lines, strings.ReplaceAll(line, schema+".", ""))
		}
	}
	return []byte(strings.Join(lines, "")), err
}

// TestMake makes the stores of a program, if it is run by `go test ./test/older -make telamon -as name`.
func TestMake(t *testing.T) {
	if *makes == "" {
		return // without -make there is nothing to do
	}
	if *as == "" {
		t.Fatal("-as must name a folder")
	}
	fill(t, *makes, filepath.Join("testdata", *as, "sqlite.tar.gz"), "sqlite")
	fill(t, *makes, filepath.Join("testdata", *as, "postgres.tar.gz"), pgtest.URL(t))
}

// unpack brings a data directory back.
func unpack(t *testing.T, from, dir string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(packed); ; {
		h, err := files.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.FileInfo().IsDir() {
			err = os.MkdirAll(path, 0o700)
		} else {
			err = write(path, files, h.FileInfo().Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func write(path string, content io.Reader, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
