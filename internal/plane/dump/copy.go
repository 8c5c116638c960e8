package dump

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// copies is what the names of databases begin with that have the copies of a job until they are placed.
const copies = "restore_"

// CopiesOf is the name of the database that has the copies which a job makes.
func CopiesOf(job string) string { return copies + job }

// IsCopies reports whether a database has a job's copies, which are of use to nobody else.
func IsCopies(db string) bool {
	id, ok := strings.CutPrefix(db, copies)
	_, err := bson.ObjectIDFromHex(id)
	return ok && err == nil
}

// Bounds of what Copy inserts at once.
const (
	mostDocuments = 1000
	mostBytes     = 8 << 20
)

// Copy writes what r has of a collection into another database, as a collection that is not there yet: its documents, its
// options, and those of its indexes that keep wants. copied is told of each batch that has been written. Copy fails when
// copied does.
func Copy(ctx context.Context, r *Reader, c Collection, to *Reader, db, name string, keep func(index bson.Raw) bool, copied func(documents, bytes int64) error) error {
	if err := to.createLike(c, db, name, keep); err != nil {
		return err
	}
	b := batch{to: to, db: db, name: name, copied: copied}
	for doc, err := range r.Documents(ctx, c) {
		if err != nil {
			return err
		}
		if err := b.add(doc); err != nil {
			return err
		}
	}
	return b.flush()
}

// createLike creates a collection with the options and indexes of another.
func (r *Reader) createLike(c Collection, db, name string, keep func(index bson.Raw) bool) error {
	create := bson.D{{Key: "create", Value: name}}
	options, err := c.Options.Elements()
	if err != nil {
		return err
	}
	for _, o := range options {
		create = append(create, bson.E{Key: o.Key(), Value: o.Value()})
	}
	if _, err := r.run(db, create); err != nil {
		return err
	}
	var indexes bson.A
	for _, ix := range c.Indexes {
		if name, _ := ix.Lookup("name").StringValueOK(); name != "_id_" && keep(ix) {
			indexes = append(indexes, ix)
		}
	}
	if len(indexes) > 0 {
		_, err = r.run(db, bson.D{{Key: "createIndexes", Value: name}, {Key: "indexes", Value: indexes}})
	}
	return err
}

// batch gathers documents that are inserted together.
type batch struct {
	to       *Reader
	db, name string
	copied   func(documents, bytes int64) error
	docs     []bson.Raw
	bytes    int64
}

func (b *batch) add(doc bson.Raw) error {
	if len(b.docs) == mostDocuments || b.bytes+int64(len(doc)) > mostBytes {
		if err := b.flush(); err != nil {
			return err
		}
	}
	b.docs, b.bytes = append(b.docs, append(bson.Raw(nil), doc...)), b.bytes+int64(len(doc))
	return nil
}

// flush inserts what has been gathered. What validators of today would refuse was valid when it was written.
func (b *batch) flush() error {
	if len(b.docs) == 0 {
		return nil
	}
	if _, err := b.to.run(b.db, bson.D{{Key: "insert", Value: b.name}, {Key: "bypassDocumentValidation", Value: true}}, b.docs...); err != nil {
		return err
	}
	n, bytes := len(b.docs), b.bytes
	b.docs, b.bytes = b.docs[:0], 0
	return b.copied(int64(n), bytes)
}

// Rename gives a collection another name, perhaps in another database. With overwrite it takes the place of one that has
// the name.
func (r *Reader) Rename(db, name, toDB, toName string, overwrite bool) error {
	_, err := r.run("admin", bson.D{{Key: "renameCollection", Value: db + "." + name}, {Key: "to", Value: toDB + "." + toName}, {Key: "dropTarget", Value: overwrite}})
	return err
}

// DropCopies removes what jobs have copied and not placed.
func (r *Reader) DropCopies() error {
	all, err := r.databases()
	if err != nil {
		return err
	}
	for _, db := range all {
		if !IsCopies(db) {
			continue
		}
		if _, err := r.run(db, bson.D{{Key: "dropDatabase", Value: 1}}); err != nil {
			return err
		}
	}
	return nil
}

// Refused is why a database did not do what it was told.
type Refused struct {
	Command string
	Code    int32 // of MongoDB
	Text    string
}

func (r *Refused) Error() string { return fmt.Sprintf("%s: %s (%d)", r.Command, r.Text, r.Code) }

// refusal returns why a command failed, or an insert in part, or nil.
func refusal(command string, reply bson.Raw) error {
	bad := reply
	if ok, _ := reply.Lookup("ok").AsFloat64OK(); ok == 1 {
		list, _ := reply.Lookup("writeErrors").ArrayOK()
		first, err := list.IndexErr(0)
		if err != nil {
			return nil
		}
		bad = first.Document()
	}
	code, _ := bad.Lookup("code").AsInt64OK()
	text, _ := bad.Lookup("errmsg").StringValueOK()
	return &Refused{command, int32(code), text}
}

// message is a command with documents beside its body.
func message(db string, cmd bson.D, docs []bson.Raw) (*wire.Msg, error) {
	body, err := bson.Marshal(append(cmd, bson.E{Key: "$db", Value: db}))
	m := &wire.Msg{Body: body}
	if len(docs) > 0 {
		m.Sequences = []wire.Sequence{{ID: "documents", Docs: docs}}
	}
	return m, err
}
