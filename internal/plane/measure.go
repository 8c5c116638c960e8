package plane

import (
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/progress"
)

// State has counts of a plane at one moment.
type State struct {
	Open, Shut int // databases of running clusters: those that are open, and the others
	Stuck      int // open databases that cannot write at the moment
	Members    int // that clients can reach
	Sizes      Measures
	Snapshots  int
	Work       []progress.Sum // on snapshots, by kind
	Clients    gateway.Usage
}

// State returns the plane's state.
func (p *Plane) State() State {
	s := State{Clients: p.shared.Usage(), Snapshots: len(p.snapshotIDs()), Work: p.board.Now()}
	for _, d := range p.all() {
		s.Members += int(d.size.Load())
		db := d.slot.database()
		if db == nil {
			s.Shut++
			continue
		}
		s.Open++
		if db.Trouble() != nil {
			s.Stuck++
		}
		m := db.Measure()
		s.Sizes.Disk += m.Disk
		s.Sizes.MemTables += m.MemTables
		s.Sizes.Cursors += m.Cursors
	}
	return s
}

// all returns the running clusters.
func (p *Plane) all() []*deployment {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*deployment, 0, len(p.running))
	for _, d := range p.running {
		all = append(all, d)
	}
	return all
}

// Measure returns the sizes of a running cluster's database; ok is false if it is not open.
func (p *Plane) Measure(cluster model.ID) (m Measures, ok bool) {
	d, err := p.get(cluster)
	if err != nil {
		return m, false
	}
	db := d.slot.database()
	if db == nil {
		return m, false
	}
	return db.Measure(), true
}

// Connections returns how many connections a member of a running cluster has; ok is false if it does not run, or is being
// changed at the moment.
func (p *Plane) Connections(cluster model.ID, member int) (n int, ok bool) {
	d, err := p.get(cluster)
	if err != nil || !d.mu.TryLock() {
		return 0, false
	}
	defer d.mu.Unlock()
	m := d.members[member]
	if m == nil || m.gateway == nil {
		return 0, false
	}
	return m.gateway.Connections(), true
}
