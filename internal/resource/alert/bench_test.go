package alert

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// BenchmarkRound compares what was measured of 30 processes with 1,000 configurations, of two projects, 50 of which have
// an alert that is open.
func BenchmarkRound(b *testing.B) {
	tables := append(state.Tables(), reconcile.Works.Schema(), configs.Schema())
	st := sqlitetest.Open(b, nil, append(tables, (&Service{}).Tables()...)...)
	s := &Service{Configurations: NewConfigurations(st)}
	var readings []shape.Reading
	err := st.Update(context.Background(), func(tx store.Tx) error {
		for g := range 2 {
			p := &model.Project{ID: model.NewID(), OrgID: model.NewID(), Name: fmt.Sprint(g)}
			if err := state.Projects.Put(tx, p); err != nil {
				return err
			}
			for i := range 500 {
				w := beyond("CONNECTIONS", float64(i*40))
				w.Enabled, w.Notifications = true, []AlertsNotificationRootForGroup{{TypeName: "SMS", NotifierID: model.NewID(), IntervalMin: api.Ptr(60)}}
				if err := configs.Put(tx, &config{GroupID: p.ID, ID: model.NewID(), Value: w}); err != nil {
					return err
				}
			}
			for c := range 5 {
				cluster := &model.Cluster{ID: model.NewID(), GroupID: p.ID, Name: fmt.Sprint("c", c)}
				for m := range 3 {
					row := measure.NewMember()
					row[measure.Connections] = 999
					if c > 0 || m > 0 {
						row[measure.Connections] = 0
					}
					readings = append(readings, shape.Reading{Cluster: cluster, Member: model.Member{ID: m, Host: "h", Port: 1000 + m}, Row: row})
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Now()
	for b.Loop() {
		at = at.Add(time.Minute)
		if err := st.Update(context.Background(), func(tx store.Tx) error { return s.Watch(tx, at, readings) }); err != nil {
			b.Fatal(err)
		}
	}
}
