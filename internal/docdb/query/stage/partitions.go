package stage

import (
	"errors"
	"hash/maphash"
	"io"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

// Where groups need more than their memory, they are parted by their keys. Whole partitions go to disk: what their groups
// have accumulated, and behind it what is to be accumulated of each document that comes for them. Each is gathered by
// itself when the stream has ended, in memory, or if that is too little again, parted in another way. So each accumulator
// takes the same values in the same order as it would in memory.
const (
	partsOfGroups = 32
	mostDepth     = 8 // times that a document may go to disk
	savedGroup    = 0 // the kinds of records
	savedValues   = 1
)

// partitions are the groups on disk. nil has none.
type partitions struct {
	file   *spill.File
	seed   maphash.Seed
	lists  [partsOfGroups]*spill.List // nil: the partition is in memory
	record []byte
}

func (p *partitions) part(key []byte) int {
	return int(maphash.Bytes(p.seed, key) % partsOfGroups)
}

// of is the list to which documents go that belong to a key, or nil if their group is in memory.
func (p *partitions) of(key []byte) *spill.List {
	if p == nil {
		return nil
	}
	return p.lists[p.part(key)]
}

// blocks is how much memory the lists take while they are written and one is read.
func (p *partitions) blocks() int { return (partsOfGroups + 1) * p.file.Block() }

func (g *grouping) close() {
	if g.away != nil {
		_ = g.away.file.Close() // nobody wants what is in it
	}
}

// take takes memory for a group. If there is too little, partitions go to disk, perhaps that of the group.
func (g *grouping) take(to *group, n int) error {
	for {
		err := g.held.Take(n)
		if err == nil {
			to.size += n
			return nil
		}
		if err := g.makeRoom(err, to, n); err != nil || to.states == nil {
			return err
		}
	}
}

// makeRoom writes the largest partitions to disk, half of what is held at least. why is what to say if that is no help: late
// lacks n bytes.
func (g *grouping) makeRoom(why error, late *group, n int) error {
	switch {
	case g.disk == nil:
		return why
	case len(g.groups) > 1 && g.depth < mostDepth:
	case g.held.Held()+n > g.held.Most():
		return wire.Errorf(wire.ExceededMemoryLimit, "$group used too much memory for one group and cannot spill it to disk. Memory limit: %d bytes", g.held.Most())
	default:
		return why
	}
	begins := g.away == nil
	if begins {
		if err := g.part(); err != nil {
			return err
		}
	}
	g.choose(g.held.Held() / 2)
	if err := g.leave(late, n); err != nil || !begins {
		return err
	}
	return g.held.Take(g.away.blocks())
}

// part begins to part the groups.
func (g *grouping) part() error {
	file, err := g.disk.Create(min(g.held.Most()/(4*partsOfGroups), 64<<10))
	g.away = &partitions{file: file, seed: maphash.MakeSeed()}
	return err
}

// choose sends the largest partitions away, so many bytes of them.
func (g *grouping) choose(bytes int) {
	var sizes [partsOfGroups]int
	for key, group := range g.groups {
		sizes[g.away.part([]byte(key))] += group.size
	}
	for bytes > 0 {
		largest := 0
		for i, n := range sizes {
			if n > sizes[largest] {
				largest = i
			}
		}
		if sizes[largest] == 0 {
			return
		}
		bytes -= sizes[largest]
		sizes[largest] = 0
		g.away.lists[largest] = g.away.file.List()
	}
}

// leave writes the groups to disk whose partitions are there. late is about to grow by n bytes.
func (g *grouping) leave(late *group, n int) error {
	for key, group := range g.groups {
		list := g.away.of([]byte(key))
		if list == nil {
			continue
		}
		g.held.Give(group.size)
		if group == late {
			group.size += n
		}
		record := append(g.away.record[:0], savedGroup)
		record = accumulate.AppendInt(accumulate.AppendValue(record, &group.id), int64(group.size))
		for _, s := range group.states {
			record = s.Save(record)
		}
		g.away.record, group.states = record, nil
		delete(g.groups, key)
		if err := g.put(list, record); err != nil {
			return err
		}
	}
	g.order = slices.DeleteFunc(g.order, func(group *group) bool { return group.states == nil })
	return nil
}

// put writes a record.
func (g *grouping) put(list *spill.List, record []byte) error {
	if !g.x.Step(1 + len(record)>>9) {
		return g.x.Err()
	}
	return list.Append(record)
}

// write writes what is to be accumulated of the evaluation's document, for the group with an id.
func (g *grouping) write(list *spill.List, id *bson.RawValue) error {
	record := accumulate.AppendValue(append(g.away.record[:0], savedValues), id)
	for i := range g.fields {
		record = accumulate.AppendValue(record, g.x.Of(g.fields[i].operand))
	}
	g.away.record = record
	if err := g.x.Err(); err != nil {
		return err
	}
	return g.put(list, record)
}

// emitAway gives the results of the partitions on disk.
func (g *grouping) emitAway(yield func(bson.Raw, error) bool) error {
	for _, list := range g.away.lists {
		if list == nil {
			continue
		}
		if err := list.End(); err != nil {
			return err
		}
	}
	for _, list := range g.away.lists {
		if list == nil {
			continue
		}
		part := newGrouping(g.Group, g.x, g.held, g.disk, g.depth+1)
		err := part.gather(list.Read())
		if err == nil {
			err = part.emit(yield)
		}
		part.close()
		if g.held.Close(); err != nil {
			return err
		}
	}
	return nil
}

// gather groups what a list has.
func (g *grouping) gather(from *spill.Reader) error {
	for {
		record, err := from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && !g.x.Step(1+len(record)>>9) {
			err = g.x.Err()
		}
		if err == nil {
			err = g.addRecord(record)
		}
		if err != nil {
			return err
		}
	}
}

func (g *grouping) addRecord(record []byte) error {
	from := accumulate.From(record[1:])
	g.v = from.Value()
	to, list, err := g.find(&g.v)
	if err != nil {
		return err
	}
	if list != nil {
		return g.put(list, record)
	}
	grown := 0
	if record[0] == savedGroup {
		grown = max(0, int(from.Int())-to.size)
		for _, s := range to.states {
			s.Load(from)
		}
	} else {
		for _, s := range to.states {
			g.v = from.Value()
			grown += s.Add(&g.v)
		}
	}
	if err := from.Err(); err != nil {
		return err
	}
	return g.take(to, grown)
}
