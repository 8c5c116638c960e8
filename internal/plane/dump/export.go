package dump

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"

	"github.com/klauspost/compress/gzip"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Objects takes the files of an export. The size of one is not known before its end.
type Objects func(ctx context.Context, name string, content io.Reader) error

// chunk is the least number of bytes of JSON in a file of an export, except the last file of a collection.
const chunk = 64 << 20

// Export writes each collection as DATABASE/COLLECTION/SHARD.N.json.gz, with the documents as lines of canonical Extended
// JSON in as many files as needed, and DATABASE/COLLECTION/metadata.json. All names begin with prefix. exported is called
// after each collection. Source: Atlas manual, Export Cloud Backup Snapshot.
func Export(ctx context.Context, put Objects, r *Reader, prefix, shard string, done Progress, exported func(collections, total int)) error {
	all, err := r.Collections(ctx)
	if err != nil {
		return err
	}
	announce(all, done)
	exported(0, len(all))
	for i, c := range all {
		folder := path.Join(prefix, c.DB, c.fileName())
		if err := exportCollection(ctx, put, r, c, path.Join(folder, shard), done); err != nil {
			return fmt.Errorf("dump: %s.%s: %w", c.DB, c.Name, err)
		}
		meta, err := c.metadata()
		if err != nil {
			return err
		}
		if err := put(ctx, path.Join(folder, "metadata.json"), bytes.NewReader(meta)); err != nil {
			return err
		}
		exported(i+1, len(all))
	}
	return nil
}

// exportCollection writes a collection's documents into files whose names begin with base.
func exportCollection(ctx context.Context, put Objects, r *Reader, c Collection, base string, done Progress) error {
	next, stop := iter.Pull2(r.Documents(ctx, c))
	defer stop()
	for n := 0; ; n++ {
		more := false
		content, w := io.Pipe()
		ended := make(chan error, 1)
		go func() { // ends when all is written, or when put closes its end
			var err error
			more, err = writeLines(w, next, done)
			ended <- errors.Join(err, w.CloseWithError(err))
		}()
		err := put(ctx, fmt.Sprintf("%s.%d.json.gz", base, n), content)
		content.CloseWithError(errors.Join(err, io.ErrClosedPipe))
		if err := errors.Join(err, <-ended); err != nil || !more {
			return err
		}
	}
}

// writeLines writes documents, one a line, until it has written a chunk, and reports whether there may be more.
func writeLines(w io.Writer, next func() (bson.Raw, error, bool), done Progress) (more bool, err error) {
	zipped := gzip.NewWriter(w)
	var line []byte
	for written := 0; written < chunk; {
		doc, err, ok := next()
		if err != nil {
			return false, err
		}
		if !ok {
			return false, zipped.Close()
		}
		if line, err = bson.MarshalExtJSON(doc, true, false); err != nil {
			return false, err
		}
		n, err := zipped.Write(append(line, '\n'))
		if err != nil {
			return false, err
		}
		written += n
		done.Did(1, int64(len(doc)))
	}
	return true, zipped.Close()
}
