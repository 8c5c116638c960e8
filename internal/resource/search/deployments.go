package search

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Deployments serves search nodes. There are none: a deployment goes through the service's states in time.
type Deployments struct {
	kept.Clustered[ofCluster, ApiSearchDeploymentResponseView, place]
}

type deployed = kept.Object[ApiSearchDeploymentResponseView, place]

var deployments = &store.Table[deployed]{
	Name:    "search_deployments",
	ID:      func(d *deployed) string { return d.GroupID + "/" + d.Internal.Cluster },
	Rev:     func(d *deployed) *int64 { return &d.Rev },
	Indexes: []store.Index[deployed]{{Name: "cluster", Key: func(d *deployed) []string { return []string{d.GroupID, d.Internal.Cluster} }}},
}

// NewDeployments returns the search nodes on st, which are UPDATING for as long as duration.
func NewDeployments(st store.Store, duration time.Duration) *Deployments {
	updating := kept.Through[ApiSearchDeploymentResponseView]("UPDATING", "IDLE")
	return &Deployments{kept.Clustered[ofCluster, ApiSearchDeploymentResponseView, place]{
		Cluster: dedicated,
		Objects: kept.Objects[ofCluster, ApiSearchDeploymentResponseView, place]{
			Store: st, Table: deployments, Show: showDeployment,
			Duplicate: func(d *deployed) error { return deploymentExists.With(d.Internal.Cluster) },
			Events: func(d *deployed) kept.Events {
				return kept.Events{
					Created: "SEARCH_DEPLOYMENT_CREATED", Updated: "SEARCH_DEPLOYMENT_UPDATED", Deleted: "SEARCH_DEPLOYMENT_DELETED",
					About: []event.Subject{event.Cluster(d.Internal.Cluster)},
				}
			},
			States: &kept.States[ApiSearchDeploymentResponseView]{
				Duration: duration, Work: "searchDeployment.end", Ending: deploymentBeingDeleted,
				Made: updating, Change: updating, End: kept.Through[ApiSearchDeploymentResponseView]("UPDATING"),
				Show: func(w *ApiSearchDeploymentResponseView, state string) { w.StateName = state },
			},
		},
	}}
}

// dedicated finds a cluster. If there is none, the error is that of a wrong attribute, as on the service.
func dedicated(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := state.DedicatedByName(tx, groupID, name)
	if _, refused := fault.Of(err); refused {
		err = deploymentInvalid.With("clusterName", "the project has no dedicated cluster of that name")
	}
	return c, err
}

type ofCluster struct{ api.InCluster }

// RowID is the id of the deployment's row.
func (in ofCluster) RowID() (string, error) {
	return in.GroupID + "/" + in.ClusterName, deploymentNotFound.With(in.ClusterName)
}

// showDeployment completes a deployment with the regions that its nodes are in.
func showDeployment(tx store.Tx, groupID model.ID) (func(d *deployed) ApiSearchDeploymentResponseView, error) {
	clusters, err := state.ClustersOf(tx, groupID, false)
	return func(d *deployed) ApiSearchDeploymentResponseView {
		w := d.Value
		w.ID, w.GroupID, w.EncryptionAtRestProvider = d.ID, d.GroupID, "NONE"
		for _, c := range clusters {
			if c.Name != d.Internal.Cluster {
				continue
			}
			for _, z := range c.Declared.Zones {
				for _, r := range z.Regions {
					w.EffectiveSpecs = append(w.EffectiveSpecs, ApiSearchDeploymentEffectiveSpecView{r.Cloud(), w.Specs[0].InstanceSize, w.Specs[0].NodeCount, r.Name})
				}
			}
		}
		return w
	}, err
}

func (s *Deployments) get(tx store.Tx, in ofCluster) (out ApiSearchDeploymentResponseView, err error) {
	if _, err := s.Cluster(tx, in.GroupID, in.ClusterName); err != nil {
		return out, err
	}
	return s.Get(tx, in)
}

// getOrNone is get, but returns an empty object if there is no deployment.
func (s *Deployments) getOrNone(tx store.Tx, in ofCluster) (ApiSearchDeploymentResponseView, error) {
	out, err := s.get(tx, in)
	if f, ok := fault.Of(err); ok && f.Kind == deploymentNotFound {
		err = nil
	}
	return out, err
}

type writeIn struct {
	ofCluster
	Body ApiSearchDeploymentRequestView
}

func (s *Deployments) create(tx store.Tx, in writeIn) (out ApiSearchDeploymentResponseView, err error) {
	c, err := s.Cluster(tx, in.GroupID, in.ClusterName)
	if err == nil && c.Declared.Shared() {
		err = deploymentInvalid.With("clusterName", "a free cluster has no search nodes")
	}
	if err != nil {
		return out, err
	}
	return s.Add(tx, &deployed{GroupID: in.GroupID, Internal: place{c.Name}, Value: ApiSearchDeploymentResponseView{Specs: in.Body.Specs}})
}

func (s *Deployments) update(tx store.Tx, in writeIn) (out ApiSearchDeploymentResponseView, err error) {
	if _, err := s.Cluster(tx, in.GroupID, in.ClusterName); err != nil {
		return out, err
	}
	return s.Update(tx, in.ofCluster, func(d *deployed) error {
		d.Value.Specs = in.Body.Specs
		return nil
	})
}

func (s *Deployments) delete(tx store.Tx, in ofCluster) (none api.None, err error) {
	if _, err := s.Cluster(tx, in.GroupID, in.ClusterName); err != nil {
		return none, err
	}
	return s.Delete(tx, in)
}
