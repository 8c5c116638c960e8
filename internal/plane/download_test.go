package plane

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
)

// unpack returns the files of a download.
func (b *bench) unpack(id model.ID) map[string][]byte {
	b.t.Helper()
	f, err := b.Packed(id)
	b.must(err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	b.must(err)
	files := map[string][]byte{}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		b.must(err)
		files[h.Name], err = io.ReadAll(r)
		b.must(err)
	}
}

func TestDownload(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.fill(c, 2300)
	b.run(c, bson.D{{Key: "create", Value: "empty"}, {Key: "validator", Value: bson.D{{Key: "a", Value: bson.D{{Key: "$gt", Value: 1}}}}}})
	b.run(c, bson.D{{Key: "create", Value: "a/b :x"}})
	long := strings.Repeat("ü", 100)
	b.run(c, bson.D{{Key: "create", Value: long}})
	id, one, two := b.takes(c), model.NewID(), model.NewID()
	at := time.Unix(1_700_000_000, 5)
	b.insert(c, 1) // after the snapshot
	for range 2 {
		b.must(b.Pack(t.Context(), id, one, "restore-x", at))
	}
	files := b.unpack(one)
	names := []string{}
	for name := range files {
		if name = strings.TrimPrefix(name, "restore-x/shop/"); strings.HasPrefix(name, "%C3%BC") {
			if len(name) > 255 || strings.HasSuffix(name, ".json") && !strings.Contains(string(files["restore-x/shop/"+name]), long) {
				t.Errorf("the file %s", name)
			}
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"a%2Fb%20%3Ax.bson", "a%2Fb%20%3Ax.metadata.json", "empty.bson", "empty.metadata.json", "fillers.bson", "fillers.metadata.json"}; !slices.Equal(names, want) {
		t.Fatalf("files %v", names)
	}
	n := 0
	for rest := files["restore-x/shop/fillers.bson"]; len(rest) > 0; n++ {
		doc, err := bson.ReadDocument(bytes.NewReader(rest))
		b.must(err)
		b.must(doc.Validate())
		rest = rest[len(doc):]
	}
	if n != 2300 {
		t.Errorf("%d documents", n)
	}
	if meta := string(files["restore-x/shop/empty.metadata.json"]); !strings.Contains(meta, `"validator":{"a":{"$gt":`) || !strings.Contains(meta, `"name":"_id_"`) {
		t.Errorf("metadata %s", meta)
	}
	b.must(b.Pack(t.Context(), id, two, "restore-x", at))
	read := func(id model.ID) []byte {
		f, err := b.Packed(id)
		b.must(err)
		defer f.Close()
		raw, err := io.ReadAll(f)
		b.must(err)
		return raw
	}
	if !bytes.Equal(read(one), read(two)) {
		t.Error("the same snapshot is packed as other bytes")
	}
	for range 2 {
		b.must(b.DropPack(one))
	}
	if _, err := b.Packed(one); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after its end: %v", err)
	}
	b.flip(b.Plane.snapshot(id) + "/snapshot.json")
	if err := b.Pack(t.Context(), id, one, "restore-x", at); !errors.Is(err, ErrSnapshotDamaged) {
		t.Errorf("of a damaged snapshot: %v", err)
	}
	if left := b.has("downloads"); len(left) != 1 {
		t.Errorf("files %v", left)
	}
}
