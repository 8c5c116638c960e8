package plane

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/telamon-db/telamon/internal/gateway"
)

// State says what a plane has at a moment.
type State struct {
	Open, Shut int // databases of running clusters that are open, and that are not
	Stuck      int // open ones that nothing can be written to
	Members    int // that clients can reach
	Sizes      Measures
	Snapshots  int
	Clients    gateway.Usage
}

// State returns the plane's state.
func (p *Plane) State() State {
	s := State{Clients: p.shared.Usage(), Snapshots: p.snapshots()}
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

// snapshots returns how many snapshots are finished.
func (p *Plane) snapshots() (n int) {
	entries, err := os.ReadDir(filepath.Join(p.cfg.DataDir, "snapshots"))
	if err != nil {
		return 0 // the first one makes the directory
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), unfinished) {
			n++
		}
	}
	return n
}
