package cluster

import (
	"math"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// usedAfterwards is the part of a disk that is used once it has become larger. Source: Atlas documentation, "Configure
// Auto-Scaling".
const usedAfterwards = 0.7

// outgrown returns how many bytes of data c has if its disks have to become larger for them, and 0 otherwise.
func (r Reconciler) outgrown(c *model.Cluster) (int64, error) {
	fills := c.DiskFills()
	if fills == 0 || c.State != model.Idle || !c.Runs() {
		return 0, nil
	}
	used, err := r.Runtime.Data(c.ID)
	if used < fills {
		used = 0
	}
	return used, err
}

// grow gives c larger disks for used bytes of data and has the reconciler look again. The owner has asked for this by
// diskGBEnabled.
func (r Reconciler) grow(tx store.Tx, c *model.Cluster, used int64) (again time.Time, err error) {
	gb := math.Ceil(float64(used) / (1 << 30) / usedAfterwards)
	setDisk(&c.Declared, min(gb, mostDisk))
	c.State, c.Settled = model.Updating, tx.Now().Add(r.MinDuration)
	if err := state.Clusters.Put(tx, c); err != nil {
		return again, err
	}
	return tx.Now(), tell(tx, c, "DISK_AUTO_SCALE_INITIATED")
}
