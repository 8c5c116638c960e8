package outage

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Kind is the work of bringing an outage to its next state; its key is the cluster's id.
const Kind reconcile.Kind = "outage"

// after are the states that follow others by themselves. Nothing follows the last: the outage is gone.
var after = map[model.OutageState]model.OutageState{
	model.OutageRequested: model.OutageStarting, model.OutageStarting: model.OutageSimulating, model.OutageSimulating: model.RecoveryRequested,
	model.RecoveryRequested: model.OutageRecovering, model.OutageRecovering: model.OutageComplete,
}

// due is when an outage leaves its state by itself.
func (s *Service) due(o *model.Outage) time.Time {
	if o.State == model.OutageSimulating {
		return o.Expires
	}
	return o.Since.Add(s.MinDuration)
}

// Reconcile brings an outage to its next state, if it is time.
func (s *Service) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, key)
		if err != nil || c.Outage == nil {
			return store.IfMissing(err, nil)
		}
		if again = s.due(c.Outage); tx.Now().Before(again) {
			return nil
		}
		if next, ok := after[c.Outage.State]; ok {
			err := s.come(tx, c, next)
			again = s.due(c.Outage)
			return err
		}
		c.Outage, again = nil, time.Time{}
		return state.Clusters.Put(tx, c)
	})
	return again, err
}

// GiveUp keeps the work: what is in the way of the store goes away.
func (s *Service) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s}
}
