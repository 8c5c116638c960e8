package advisor

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// catalog is what a cluster had when its node last looked.
type catalog struct {
	ID          model.ID     `json:"id"` // of the cluster
	At          time.Time    `json:"at"`
	Count       int          `json:"count"`       // of all collections
	Collections []collection `json:"collections"` // those that were looked at
	Rev         int64        `json:"-"`
}

// collection is a collection and what a sample of its documents shows.
type collection struct {
	Namespace string  `json:"namespace"`
	Docs      int64   `json:"docs"`
	Bytes     int64   `json:"bytes"` // of all documents
	Indexes   []index `json:"indexes"`
	Largest   int     `json:"largest"` // bytes of the largest document of the sample
	Array     string  `json:"array"`   // the field with the longest array of the sample
	Elements  int     `json:"elements"`
}

// index is an index of a collection.
type index struct {
	Name   string         `json:"name"`
	Parts  []insight.Part `json:"parts"` // nil: it has others than 1 and -1
	Key    string         `json:"key"`   // as JSON
	Plain  bool           `json:"plain"` // it has all documents, and does nothing but order them
	Hidden bool           `json:"hidden"`
	Bytes  int64          `json:"bytes"`
	Uses   int64          `json:"uses"`
	Since  time.Time      `json:"since"` // when they began to be counted
}

var catalogs = &store.Table[catalog]{
	Name: "advisor_catalogs",
	ID:   func(c *catalog) string { return c.ID },
	Rev:  func(c *catalog) *int64 { return &c.Rev },
}

// Tables are the family's tables.
func (s *Service) Tables() []*store.Schema {
	return []*store.Schema{catalogs.Schema(), builds.Schema()}
}

// maxCollections is how many collections of a cluster are looked at.
const maxCollections = 200

// catalogOf is what is known of a cluster, which may be nothing.
func catalogOf(tx store.Tx, cluster model.ID) (catalog, error) {
	c, err := catalogs.Get(tx, cluster)
	if err != nil {
		return catalog{ID: cluster}, store.IfMissing(err, nil)
	}
	return *c, nil
}

func (c catalog) collection(namespace string) (collection, bool) {
	for _, one := range c.Collections {
		if one.Namespace == namespace {
			return one, true
		}
	}
	return collection{}, false
}

// refresh notes what a cluster of this node has, and writes what clients have done there. A cluster that does not run stays
// as it is known.
func (s *Service) refresh(ctx context.Context, c *model.Cluster) error {
	if c.Node != s.Node || !c.Runs() {
		return nil
	}
	if err := s.Recorder.Flush(ctx, c.ID); err != nil {
		return err
	}
	next, err := s.survey(ctx, c.ID)
	if err != nil {
		return nil //nolint:nilerr // the database does not answer: what was known before is
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		before, err := catalogOf(tx, c.ID)
		if err != nil {
			return err
		}
		next.ID, next.At, next.Rev = c.ID, tx.Now(), before.Rev
		return catalogs.Put(tx, &next)
	})
}

// survey asks a cluster's database.
func (s *Service) survey(ctx context.Context, cluster model.ID) (out catalog, err error) {
	var databases struct{ Databases []struct{ Name string } }
	if err := s.ask(ctx, cluster, "admin", bson.D{{Key: "listDatabases", Value: 1}, {Key: "nameOnly", Value: true}}, &databases); err != nil {
		return out, err
	}
	for _, db := range databases.Databases {
		if db.Name == "admin" || db.Name == "config" || db.Name == "local" {
			continue
		}
		var list struct {
			Cursor struct{ FirstBatch []struct{ Name string } }
		}
		command := bson.D{{Key: "listCollections", Value: 1}, {Key: "nameOnly", Value: true}, {Key: "cursor", Value: bson.D{{Key: "batchSize", Value: 10_000}}}}
		if err := s.ask(ctx, cluster, db.Name, command, &list); err != nil {
			return out, err
		}
		for _, one := range list.Cursor.FirstBatch {
			if strings.HasPrefix(one.Name, "system.") {
				continue
			}
			if out.Count++; out.Count > maxCollections {
				continue
			}
			c, err := s.surveyCollection(ctx, cluster, db.Name, one.Name)
			if err != nil {
				return out, err
			}
			out.Collections = append(out.Collections, c)
		}
	}
	return out, nil
}

// ask runs a command on a database and decodes its reply.
func (s *Service) ask(ctx context.Context, cluster model.ID, db string, command bson.D, into any) error {
	reply, err := s.Plane.Run(ctx, cluster, append(command, bson.E{Key: "$db", Value: db}))
	if err != nil {
		return err
	}
	return bson.Unmarshal(reply, into)
}
