package plane

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// Data returns how many bytes of data a running cluster has.
func (p *Plane) Data(cluster model.ID) (int64, error) {
	d, err := p.get(cluster)
	if err != nil {
		return 0, err
	}
	if db := d.slot.database(); db != nil {
		return db.Data()
	}
	return 0, wire.Errorf(wire.ShutdownInProgress, "the database is being replaced")
}

// Filling returns the running clusters whose disks are so full that they are to become larger.
func (p *Plane) Filling() (all []model.ID) {
	p.mu.Lock()
	running := make(map[model.ID]*deployment, len(p.running))
	for id, d := range p.running {
		if d.fills.Load() > 0 {
			running[id] = d
		}
	}
	p.mu.Unlock()
	for id, d := range running {
		db := d.slot.database()
		if db == nil {
			continue
		}
		if used, err := db.Data(); err == nil && used >= d.fills.Load() { // one that is being closed is looked at again
			all = append(all, id)
		}
	}
	return all
}
