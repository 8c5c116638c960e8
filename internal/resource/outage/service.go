package outage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// longest is how long an outage lasts if nobody ends it.
const longest = 48 * time.Hour

// ClusterOutageSimulation is an outage of some of a cluster's regions.
type ClusterOutageSimulation struct {
	ClusterName      string                                     `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	ExpirationDate   api.Time                                   `json:"expirationDate,omitzero" api:"readonly" doc:"When the simulation ends, unless it is ended before."`
	GroupID          string                                     `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID               string                                     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the simulation."`
	OutageFilters    []AtlasClusterOutageSimulationOutageFilter `json:"outageFilters" api:"minItems=1" doc:"The regions, some of the cluster's and not all."`
	StartRequestDate api.Time                                   `json:"startRequestDate,omitzero" api:"readonly" doc:"When the simulation was asked for."`
	State            string                                     `json:"state,omitempty" api:"readonly,enum=START_REQUESTED|STARTING|SIMULATING|RECOVERY_REQUESTED|RECOVERING|COMPLETE" doc:"State of the simulation."`
}

// AtlasClusterOutageSimulationOutageFilter names a region that is unavailable.
type AtlasClusterOutageSimulationOutageFilter struct {
	CloudProvider string `json:"cloudProvider,omitempty" api:"enum=AWS|GCP|AZURE" doc:"The cloud provider."`
	RegionName    string `json:"regionName,omitempty" doc:"Region of the provider."`
	Type          string `json:"type,omitempty" api:"enum=REGION" doc:"REGION."`
}

func show(c *model.Cluster) ClusterOutageSimulation {
	o := c.Outage
	w := ClusterOutageSimulation{
		ClusterName: c.Name, ExpirationDate: api.Time{Time: o.Expires}, GroupID: c.GroupID, ID: o.ID, StartRequestDate: api.Time{Time: o.Started}, State: string(o.State),
	}
	for _, r := range o.Regions {
		w.OutageFilters = append(w.OutageFilters, AtlasClusterOutageSimulationOutageFilter{r.Provider, r.Name, "REGION"})
	}
	return w
}

type oneIn struct{ api.InCluster }

// find returns a cluster that has an outage.
func find(tx store.Tx, in oneIn) (*model.Cluster, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err == nil && c.Outage == nil {
		err = fault.ResourceNotFound.With("outage simulation of cluster " + c.Name)
	}
	return c, err
}

func get(tx store.Tx, in oneIn) (out ClusterOutageSimulation, err error) {
	c, err := find(tx, in)
	if err == nil {
		out = show(c)
	}
	return out, err
}

type startIn struct {
	oneIn
	Body ClusterOutageSimulation
}

func (s *Service) start(tx store.Tx, in startIn) (out ClusterOutageSimulation, err error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	switch {
	case err != nil:
		return out, err
	case c.Declared.Shared():
		return out, fault.TenantUnsupported.With(c.Name)
	case !c.Runs():
		return out, fault.ClusterNotReady.With(c.Name)
	case c.Outage != nil:
		return out, outageState.With(string(c.Outage.State))
	}
	regions, err := chosen(c, in.Body.OutageFilters)
	if err != nil {
		return out, err
	}
	now := tx.Now()
	c.Outage = &model.Outage{ID: model.NewID(), Regions: regions, Started: now, Expires: now.Add(longest)}
	err = s.come(tx, c, model.OutageRequested)
	return show(c), err
}

// chosen returns the regions that filters name: regions of the cluster, each once, and not all.
func chosen(c *model.Cluster, filters []AtlasClusterOutageSimulationOutageFilter) (regions []model.OutageRegion, err error) {
	var left []model.OutageRegion
	for _, r := range c.Declared.Zones[0].Regions {
		left = append(left, model.OutageRegion{Provider: r.Cloud(), Name: r.Name})
	}
	var bad fault.Problems
	for i, f := range filters {
		at := slices.Index(left, model.OutageRegion{Provider: f.CloudProvider, Name: f.RegionName})
		if at < 0 {
			bad.Add(fmt.Sprintf("outageFilters[%d].regionName", i), "must be a region of the cluster, named once, with its cloudProvider")
			continue
		}
		regions, left = append(regions, left[at]), slices.Delete(left, at, at+1)
	}
	if bad.Err() == nil && (len(regions) == 0 || len(left) == 0) {
		bad.Add("outageFilters", "must name at least one of the cluster's regions, and not all")
	}
	return regions, bad.Err()
}

func (s *Service) end(tx store.Tx, in oneIn) (out ClusterOutageSimulation, err error) {
	c, err := find(tx, in)
	if err != nil {
		return out, err
	}
	if c.Outage.State != model.OutageSimulating {
		return out, outageState.With(string(c.Outage.State))
	}
	err = s.come(tx, c, model.RecoveryRequested)
	return show(c), err
}

// happens are the events of an outage, by the state that it reaches.
var happens = map[model.OutageState]event.Type{
	model.OutageSimulating:  "CLUSTER_REGIONAL_OUTAGE_SIMULATION_STARTED",
	model.RecoveryRequested: "CLUSTER_REGIONAL_OUTAGE_SIMULATION_END_REQUESTED",
	model.OutageComplete:    "CLUSTER_REGIONAL_OUTAGE_SIMULATION_COMPLETED",
}

// come brings a cluster's outage to a state, and schedules the work of the cluster and of the outage.
func (s *Service) come(tx store.Tx, c *model.Cluster, to model.OutageState) error {
	c.Outage.State, c.Outage.Since = to, tx.Now()
	if err := state.Clusters.Put(tx, c); err != nil {
		return err
	}
	if err := s.Wake(tx, c); err != nil {
		return err
	}
	if err := reconcile.Schedule(tx, Kind, c.ID, c.Node, s.due(c.Outage)); err != nil || happens[to] == "" {
		return err
	}
	return event.WriteInProject(tx, c.GroupID, happens[to], event.Cluster(c.Name))
}

// Kind is the work of bringing an outage to its next state; its key is the cluster's id.
const Kind reconcile.Kind = "outage"

// after are the states that an outage reaches in time, by the state before. Nothing follows the last one: the outage is
// gone.
var after = map[model.OutageState]model.OutageState{
	model.OutageRequested: model.OutageStarting, model.OutageStarting: model.OutageSimulating, model.OutageSimulating: model.RecoveryRequested,
	model.RecoveryRequested: model.OutageRecovering, model.OutageRecovering: model.OutageComplete,
}

// due is when an outage reaches the next state.
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

// GiveUp keeps the work: the store's trouble may pass.
func (s *Service) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s}
}
