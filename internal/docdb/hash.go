package docdb

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// runDBHash gives for each collection the MD5 of its documents in the order of _id, and the MD5 of those.
// Source: MongoDB manual, "dbHash".
func runDBHash(c *call) (bson.D, error) {
	began := time.Now()
	wanted, err := c.names("collections")
	if err != nil {
		return nil, err
	}
	all, hashes, ids := md5.New(), bson.D{}, bson.D{}
	for _, coll := range c.e.store.Collections(c.ns.DB) {
		if len(wanted) > 0 && !slices.Contains(wanted, coll.NS.Coll) {
			continue
		}
		hash, err := c.e.store.Hash(c.ctx, coll.NS)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(all, hash); err != nil {
			return nil, err
		}
		hashes = append(hashes, bson.E{Key: coll.NS.Coll, Value: hash})
		ids = append(ids, bson.E{Key: coll.NS.Coll, Value: coll.UUID})
	}
	return bson.D{{Key: "collections", Value: hashes}, {Key: "capped", Value: bson.A{}}, {Key: "uuids", Value: ids},
		{Key: "md5", Value: hex.EncodeToString(all.Sum(nil))}, {Key: "timeMillis", Value: time.Since(began).Milliseconds()}}, nil
}

// names reads an array of strings.
func (c *call) names(argument string) (names []string, err error) {
	array, ok := c.get(argument).ArrayOK()
	if !ok {
		return nil, nil
	}
	values, err := array.Values()
	if err != nil {
		return nil, errMalformed
	}
	for _, v := range values {
		name, ok := v.StringValueOK()
		if !ok {
			return nil, wire.Errorf(wire.BadValue, "an entry of '%s' must be a string", argument)
		}
		names = append(names, name)
	}
	return names, nil
}

// runDataSize gives the number and the size of a collection's documents.
func runDataSize(c *call) (bson.D, error) {
	began := time.Now()
	full, ok := c.self.StringValueOK()
	if !ok {
		return nil, isString.Mismatch("dataSize.dataSize", c.self)
	}
	ns := storage.SplitName(full)
	if err := ns.Check(); err != nil {
		return nil, err
	}
	var m storage.Measures
	if coll := c.e.store.Collection(ns); coll != nil {
		var err error
		if m, err = c.e.store.Measure(coll); err != nil {
			return nil, err
		}
	}
	return bson.D{{Key: "size", Value: m.Bytes}, {Key: "numObjects", Value: m.Docs}, {Key: "millis", Value: time.Since(began).Milliseconds()}}, nil
}
