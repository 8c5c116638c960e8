package dump

import (
	"archive/tar"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Progress is told how much there is to write, and what has been written since its last call.
type Progress interface {
	Of(documents, bytes int64)
	Did(documents, bytes int64)
}

// announce tells how much collections are.
func announce(all []Collection, p Progress) {
	var documents, bytes int64
	for _, c := range all {
		documents, bytes = documents+c.Documents, bytes+c.Bytes
	}
	p.Of(documents, bytes)
}

// Archive writes all collections into w as a gzipped tar of the directory that mongodump makes: root/DATABASE/COLLECTION.bson
// and root/DATABASE/COLLECTION.metadata.json. The same database gives the same bytes. It needs memory for one batch of
// documents, however many there are.
func Archive(ctx context.Context, w io.Writer, r *Reader, root string, modified time.Time, done Progress) error {
	all, err := r.Collections(ctx)
	if err != nil {
		return err
	}
	announce(all, done)
	zipped := gzip.NewWriter(w)
	out := tar.NewWriter(zipped)
	for _, c := range all {
		file := func(suffix string, size int64) error {
			name := path.Join(root, c.DB, c.fileName()+suffix)
			return out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: modified.UTC().Truncate(time.Second), Format: tar.FormatPAX})
		}
		meta, err := c.metadata()
		if err != nil {
			return err
		}
		if err := file(".bson", c.Bytes); err != nil {
			return err
		}
		if err := copyDocuments(ctx, out, r, c, done); err != nil {
			return fmt.Errorf("dump: %s.%s: %w", c.DB, c.Name, err)
		}
		if err := file(".metadata.json", int64(len(meta))); err != nil {
			return err
		}
		if _, err := out.Write(meta); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), zipped.Close())
}

// copyDocuments writes a collection's documents one after another.
func copyDocuments(ctx context.Context, w io.Writer, r *Reader, c Collection, done Progress) error {
	for doc, err := range r.Documents(ctx, c) {
		if err != nil {
			return err
		}
		if _, err := w.Write(doc); err != nil {
			return err
		}
		done.Did(1, int64(len(doc)))
	}
	return nil
}

// longest is the length up to which a file is named by the whole escaped name of its collection.
const longest = 238

// fileName is the collection's name as mongodump's files have it: escaped, and the end of a long one as a hash.
func (c *Collection) fileName() string {
	name := strings.ReplaceAll(url.PathEscape(c.Name), ":", "%3A")
	if len(name) <= longest {
		return name
	}
	sum := sha1.Sum([]byte(name))
	return name[:208] + "%24" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// metadata is what mongodump writes about a collection besides its documents, in canonical Extended JSON.
func (c *Collection) metadata() ([]byte, error) {
	return bson.MarshalExtJSON(bson.D{
		{Key: "options", Value: c.Options}, {Key: "indexes", Value: c.Indexes}, {Key: "uuid", Value: hex.EncodeToString(c.UUID.Data)},
		{Key: "collectionName", Value: c.Name}, {Key: "type", Value: "collection"},
	}, true, false)
}
