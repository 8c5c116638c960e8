package driver

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// TestGridFS stores files with sizes around that of a chunk, reads them whole and in part, by name and revision, and
// removes them.
func TestGridFS(t *testing.T) {
	db, ctx := newWorld(t).client(t, "root").Database("files"), t.Context()
	bucket := db.GridFSBucket(options.GridFSBucket().SetChunkSizeBytes(1000))
	random := rand.NewChaCha8([32]byte{1})
	var ids []bson.ObjectID
	for _, size := range []int{0, 1, 999, 1000, 1001, 250_000} {
		want := make([]byte, size)
		_, _ = random.Read(want) // it always succeeds
		id, err := bucket.UploadFromStream(ctx, "same name", bytes.NewReader(want), options.GridFSUpload().SetMetadata(d("size", size)))
		must(t, err)
		ids = append(ids, id)
		var got bytes.Buffer
		n, err := bucket.DownloadToStream(ctx, id, &got)
		must(t, err)
		if int(n) != size || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("a file of %d bytes is read as %d different bytes", size, n)
		}
	}
	var got bytes.Buffer
	n, err := bucket.DownloadToStreamByName(ctx, "same name", &got, options.GridFSName().SetRevision(-2))
	must(t, err)
	same(t, n, "1001")
	stream, err := bucket.OpenDownloadStream(ctx, ids[5])
	must(t, err)
	_, err = stream.Skip(249_990)
	must(t, err)
	rest, err := io.ReadAll(stream)
	must(t, err)
	same(t, len(rest), "10")
	cur, err := bucket.Find(ctx, d("metadata.size", d("$gt", 999)), options.GridFSFind().SetSort(d("length", -1)))
	must(t, err)
	same(t, len(all(t, cur, err)), "3")
	must(t, bucket.Rename(ctx, ids[0], "another"))
	must(t, bucket.Delete(ctx, ids[5]))
	if _, err := bucket.OpenDownloadStream(ctx, ids[5]); !errors.Is(err, mongo.ErrFileNotFound) {
		t.Errorf("reading a deleted file: %v", err)
	}
	chunks, err := db.Collection("fs.chunks").CountDocuments(ctx, d("files_id", ids[5]))
	must(t, err)
	same(t, chunks, "0")
	must(t, bucket.Drop(ctx))
	names, err := db.ListCollectionNames(ctx, d())
	must(t, err)
	same(t, len(names), "0")
}
