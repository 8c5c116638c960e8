package monitoring

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/series"
)

// taken is what was measured at once.
type taken struct {
	clusters []*model.Cluster
	rows     []row
	members  []shape.Reading
	still    []measure.Row          // of members, while nothing happens
	totals   map[string]measure.Row // of members' counters, by target
}

// row is a row of a series, and what follows it while nothing happens.
type row struct {
	cluster    model.ID
	target     string
	form       series.Form
	row, still measure.Row
}

// readings are those of the members of clusters that are there.
func (t *taken) readings(there map[model.ID]bool, still bool) (all []shape.Reading) {
	for i, r := range t.members {
		if !there[r.Cluster.ID] {
			continue
		}
		if still {
			r.Row = t.still[i]
		}
		all = append(all, r)
	}
	return all
}

// The bounds of one measuring: how long a cluster may take, and how many of its databases have series of their own.
const (
	patience      = 5 * time.Second
	mostDatabases = 100
)

// take measures clusters.
func (s *Sampler) take(ctx context.Context, clusters []*model.Cluster) *taken {
	t := &taken{totals: map[string]measure.Row{}}
	machine := measure.NewMember()
	measure.Machine(s.Dir, machine)
	known := map[string]bool{}
	for _, c := range clusters {
		known[c.ID] = true
		if c.Runs() {
			t.clusters = append(t.clusters, c)
			s.takeCluster(ctx, t, c, machine)
		}
	}
	s.Members.Forget(func(cluster string) bool { return known[cluster] })
	return t
}

func (s *Sampler) takeCluster(ctx context.Context, t *taken, c *model.Cluster, machine measure.Row) {
	shared := append(measure.Row{}, machine...)
	sizes, open := s.Plane.Measure(c.ID)
	if open {
		shared[measure.Cursors], shared[measure.StorageSize] = int64(sizes.Cursors), sizes.Disk
		shared[measure.CacheUsed], shared[measure.CacheDirty] = sizes.Cache, sizes.MemTables
		shared[measure.OplogWindow] = int64(sizes.Oplog / time.Second)
		s.takeDatabases(ctx, t, c, shared)
	}
	for _, m := range c.Members {
		if m.Away || !open {
			t.add(c, m, nil, nil, sizes.Trimmed)
			continue
		}
		total := append(measure.Row{}, shared...)
		total[measure.MostConnections] = int64(c.Size(m).Connections)
		if n, ok := s.Plane.Connections(c.ID, m.ID); ok {
			total[measure.Connections] = int64(n)
		}
		counted := s.Members.Member(c.ID, m.ID)
		counted.Read(total)
		t.add(c, m, total, s.before[measure.ProcessTarget(c.ID, m.ID)], sizes.Trimmed)
		for ns, used := range counted.Collections() {
			t.rows = append(t.rows, row{c.ID, measure.CollectionTarget(c.ID, m.ID, ns), measure.OfCollection, used, measure.Unused()})
		}
	}
}

// add adds what was measured of a member; nothing for nil.
func (t *taken) add(c *model.Cluster, m model.Member, total, before measure.Row, trimmed bool) {
	if total == nil {
		t.members, t.still = append(t.members, shape.Reading{Cluster: c, Member: m, Row: measure.NewMember(), Trimmed: trimmed}), append(t.still, measure.NewMember())
		return
	}
	target := measure.ProcessTarget(c.ID, m.ID)
	since, still := total.Since(before), total.Still()
	t.totals[target] = total
	t.rows = append(t.rows, row{c.ID, target, measure.OfMember, since, still})
	t.members, t.still = append(t.members, shape.Reading{Cluster: c, Member: m, Row: since, Trimmed: trimmed}), append(t.still, still)
}

// takeDatabases measures the databases of a cluster, and writes their sums into its row.
func (s *Sampler) takeDatabases(ctx context.Context, t *taken, c *model.Cluster, sum measure.Row) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	names, err := databasesOf(ctx, s.Plane, c.ID)
	if err != nil {
		return // the database is being closed, or does not answer: its sizes stay unknown
	}
	sum[measure.DataSize], sum[measure.IndexSize] = 0, 0
	for i, name := range names {
		r := measure.NewDatabase()
		reply, err := s.Plane.Run(ctx, c.ID, bson.D{{Key: "dbStats", Value: 1}, {Key: "$db", Value: name}})
		if err != nil {
			sum[measure.DataSize], sum[measure.IndexSize] = series.Missing, series.Missing
			return
		}
		for field, column := range map[string]measure.Column{
			"avgObjSize": measure.ObjectSize, "collections": measure.Collections, "dataSize": measure.DatabaseData, "storageSize": measure.DatabaseStorage,
			"indexSize": measure.DatabaseIndexSize, "indexes": measure.Indexes, "objects": measure.Objects, "views": measure.Views,
		} {
			if n, ok := reply.Lookup(field).AsInt64OK(); ok {
				r[column] = n
			}
		}
		sum[measure.DataSize] += r[measure.DatabaseData]
		sum[measure.IndexSize] += r[measure.DatabaseIndexSize]
		if i < mostDatabases {
			t.rows = append(t.rows, row{c.ID, measure.DatabaseTarget(c.ID, name), measure.OfDatabase, r, r})
		}
	}
}
