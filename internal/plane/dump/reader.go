// Package dump reads everything that clients can see of a database, and writes it in forms that other programs read: the
// directory of mongodump, and the files of the service's exports. It also copies collections into another database.
package dump

import (
	"context"
	"errors"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Session runs commands, as a gateway's session does.
type Session interface {
	Run(dst []byte, m *wire.Msg) []byte
}

// Reader reads a database, which must not change meanwhile, or writes copies into one.
type Reader struct {
	session Session
	buf     []byte // of the last reply
}

// NewReader returns a reader that runs its commands in a session.
func NewReader(s Session) *Reader { return &Reader{session: s} }

// Collection describes a collection.
type Collection struct {
	DB, Name  string
	Options   bson.Raw // that it was created with
	UUID      bson.Binary
	Indexes   []bson.Raw // as listIndexes shows them
	Documents int64
	Bytes     int64 // of the documents as BSON
}

// run runs a command. The reply is valid until the next one.
func (r *Reader) run(db string, cmd bson.D, docs ...bson.Raw) (bson.Raw, error) {
	m, err := message(db, cmd, docs)
	if err != nil {
		return nil, err
	}
	r.buf = r.session.Run(r.buf[:0], m)
	return r.buf, refusal(cmd[0].Key, r.buf)
}

// databases are the names of all databases.
func (r *Reader) databases() (names []string, err error) {
	reply, err := r.run("admin", bson.D{{Key: "listDatabases", Value: 1}, {Key: "nameOnly", Value: true}})
	if err != nil {
		return nil, err
	}
	var list struct{ Databases []struct{ Name string } }
	if err := bson.Unmarshal(reply, &list); err != nil {
		return nil, err
	}
	for _, db := range list.Databases {
		names = append(names, db.Name)
	}
	return names, nil
}

// Collections returns all collections but copies, by database and name.
func (r *Reader) Collections(ctx context.Context) (all []Collection, err error) {
	if all, err = r.Names(ctx); err != nil {
		return nil, err
	}
	for i := range all {
		if err := r.describe(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Names returns all collections as Collections does, without their indexes and sizes.
func (r *Reader) Names(ctx context.Context) (all []Collection, err error) {
	names, err := r.databases()
	for _, db := range names {
		if IsCopies(db) {
			continue
		}
		if all, err = r.appendCollections(ctx, all, db); err != nil {
			return nil, err
		}
	}
	return all, err
}

func (r *Reader) appendCollections(ctx context.Context, all []Collection, db string) ([]Collection, error) {
	for doc, err := range r.results(ctx, db, bson.D{{Key: "listCollections", Value: 1}}) {
		if err != nil {
			return nil, err
		}
		var is struct {
			Name    string
			Options bson.Raw
			Info    struct{ UUID bson.Binary }
		}
		if err := bson.Unmarshal(doc, &is); err != nil {
			return nil, err
		}
		all = append(all, Collection{DB: db, Name: is.Name, Options: is.Options, UUID: is.Info.UUID})
	}
	return all, nil
}

// describe fills in a collection's indexes and sizes.
func (r *Reader) describe(ctx context.Context, c *Collection) error {
	for doc, err := range r.results(ctx, c.DB, bson.D{{Key: "listIndexes", Value: c.Name}}) {
		if err != nil {
			return err
		}
		c.Indexes = append(c.Indexes, append(bson.Raw(nil), doc...))
	}
	reply, err := r.run(c.DB, bson.D{{Key: "collStats", Value: c.Name}})
	if err != nil {
		return err
	}
	var sizes struct{ Count, Size int64 }
	if err := bson.Unmarshal(reply, &sizes); err != nil {
		return err
	}
	c.Documents, c.Bytes = sizes.Count, sizes.Size
	return nil
}

// Documents yields a collection's documents in the order of their _id. Each is valid until the next.
func (r *Reader) Documents(ctx context.Context, c Collection) iter.Seq2[bson.Raw, error] {
	return r.results(ctx, c.DB, bson.D{{Key: "find", Value: c.Name}, {Key: "hint", Value: bson.D{{Key: "_id", Value: 1}}}, {Key: "batchSize", Value: atOnce}})
}

const atOnce = 1000 // documents that are in memory at once, 16 MB at most

// results yields the documents that a command finds. Each is valid until the next.
func (r *Reader) results(ctx context.Context, db string, cmd bson.D) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		reply, err := r.run(db, cmd)
		for list := "firstBatch"; ; list = "nextBatch" {
			if err = errors.Join(err, ctx.Err()); err != nil {
				yield(nil, err)
				return
			}
			cursor := reply.Lookup("cursor").Document()
			docs, err := cursor.Lookup(list).Array().Values()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, doc := range docs {
				if !yield(doc.Document(), nil) {
					return // the database is closed soon, and its cursors with it
				}
			}
			id := cursor.Lookup("id").Int64()
			if id == 0 {
				return
			}
			_, coll := wire.SplitNamespace(cursor.Lookup("ns").StringValue())
			reply, err = r.run(db, bson.D{{Key: "getMore", Value: id}, {Key: "collection", Value: coll}, {Key: "batchSize", Value: atOnce}})
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
