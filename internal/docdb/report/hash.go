package report

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// DBHash answers dbHash: for each collection the MD5 of its documents in the order of _id, and the MD5 of these hashes.
// Source: MongoDB manual, "dbHash".
func DBHash(on On) (bson.D, error) {
	began := time.Now()
	wanted, err := on.Texts("collections")
	if err != nil {
		return nil, err
	}
	all, hashes, ids := md5.New(), bson.D{}, bson.D{}
	for _, coll := range on.Store.Collections(on.NS.DB) {
		if len(wanted) > 0 && !slices.Contains(wanted, coll.NS.Coll) {
			continue
		}
		hash, err := on.Store.Hash(on.Ctx, coll.NS)
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
