package cluster

import (
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// TestDisksGrow: a disk that is nine tenths full becomes larger where its owner has asked for it, up to the largest one.
func TestDisksGrow(t *testing.T) {
	const gb = 1 << 30
	for name, tc := range map[string]struct {
		scales     bool
		disk, want float64 // gigabytes
		data       int64
	}{
		"not full":        {true, 10, 10, 9*gb - 1},
		"nearly full":     {true, 10, 13, 9 * gb},
		"over-full":       {true, 10, 29, 20 * gb},
		"not asked for":   {false, 10, 10, 20 * gb},
		"to the largest":  {true, 4000, 4096, 3900 * gb},
		"the largest one": {true, 4096, 4096, 4096 * gb},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			id := b.declare("alpha")
			b.change(id, func(tx store.Tx, c *model.Cluster) error {
				z := model.NewZone()
				z.Regions = []model.Region{{
					Provider: model.AWS, Name: "US_EAST_1", Priority: 7, Scaling: model.AutoScaling{Disk: tc.scales},
					Electable: model.Hardware{Nodes: 3, Size: "M10", DiskGB: tc.disk}, ReadOnly: model.Hardware{Nodes: 1, Size: "M10", DiskGB: tc.disk},
				}}
				c.Declared.Zones = []model.Zone{z}
				return state.Clusters.Put(tx, c)
			})
			b.pass(time.Hour)
			b.reconcile(id, model.Idle)
			b.run.data = tc.data
			want := model.Idle
			if tc.want != tc.disk {
				want = model.Updating
			}
			b.reconcile(id, want)
			b.reconcile(id, want) // which is no reason to let it grow again
			b.pass(time.Hour)
			b.run.data = min(b.run.data, int64(tc.want*gb*0.8))
			b.reconcile(id, model.Idle)
			b.change(id, func(_ store.Tx, c *model.Cluster) error {
				for _, h := range hardwareOf(&c.Declared.Zones[0].Regions[0])[:2] {
					if h.DiskGB != tc.want {
						t.Errorf("the disk has %g GB, want %g", h.DiskGB, tc.want)
					}
				}
				return nil
			})
			var events []string
			if tc.want != tc.disk {
				events = []string{"DISK_AUTO_SCALE_INITIATED", "CLUSTER_UPDATE_COMPLETED"}
			}
			if got := b.events()[2:]; !slices.Equal(got, events) {
				t.Errorf("events %v", got)
			}
		})
	}
}
