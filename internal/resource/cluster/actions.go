package cluster

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// longestPin is the longest time that a feature compatibility version can be pinned for, and the default. Source: MongoDB's
// documentation.
const longestPin = 28 * 24 * time.Hour

// named is the input of an operation on a cluster.
type named interface{ cluster() oneIn }

func (in oneIn) cluster() oneIn { return in }

// act makes an operation of a function that changes a cluster. The cluster must be no Flex one and neither being created
// nor being deleted.
func act[In named](change func(tx store.Tx, c *model.Cluster, in In) error) func(store.Tx, In) (api.None, error) {
	return func(tx store.Tx, in In) (nothing api.None, err error) {
		one := in.cluster()
		c, err := state.DedicatedByName(tx, one.GroupID, one.ClusterName)
		if err == nil {
			err = changeable(c)
		}
		if err == nil {
			err = change(tx, c, in)
		}
		return nothing, err
	}
}

// keepAndTell stores c and writes an event about it.
func keepAndTell(tx store.Tx, c *model.Cluster, what event.Type) error {
	if err := state.Clusters.Put(tx, c); err != nil {
		return err
	}
	if err := Wake(tx, c); err != nil {
		return err
	}
	return tell(tx, c, what)
}

// restart asks for another primary. Free clusters refuse it, as on the service.
func (s *Service) restart(tx store.Tx, c *model.Cluster, _ oneIn) error {
	switch {
	case c.Declared.Shared():
		return fault.TenantUnsupported.With(c.Name)
	case c.Declared.Paused:
		return cannotUpdatePaused.With(c.Name)
	}
	c.Failovers++
	if err := s.begin(tx, c); err != nil {
		return err
	}
	return tell(tx, c, "TEST_FAILOVER_REQUESTED")
}

// PinFCVView says until when a feature compatibility version is pinned.
type PinFCVView struct {
	ExpirationDate *time.Time `json:"expirationDate,omitempty" doc:"When the version is no longer pinned: at most four weeks from now, which is the default."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

type pinIn struct {
	oneIn
	Body PinFCVView `api:"optional"`
}

// pin holds the feature compatibility version where it is, or changes the time until which it is held.
func pin(tx store.Tx, c *model.Cluster, in pinIn) error {
	until := api.Or(in.Body.ExpirationDate, tx.Now().Add(longestPin))
	if !until.After(tx.Now()) || until.After(tx.Now().Add(longestPin)) {
		return fault.Field("expirationDate", "must be in the next four weeks")
	}
	what := event.Type("CLUSTER_FCV_EXPIRATION_DATE_UPDATED")
	switch {
	case c.Declared.Shared():
		return fault.TenantUnsupported.With(c.Name)
	case c.Pinned == model.Pin{}:
		what = "CLUSTER_FCV_FIXED"
	}
	c.Pinned = model.Pin{Version: c.FCV(), Expires: until.UTC()}
	return keepAndTell(tx, c, what)
}

// unpin does nothing where nothing is pinned.
func unpin(tx store.Tx, c *model.Cluster, _ oneIn) error {
	if c.Pinned == (model.Pin{}) {
		return nil
	}
	c.Pinned = model.Pin{}
	return keepAndTell(tx, c, "CLUSTER_FCV_UNFIXED")
}

type grantIn struct {
	oneIn
	Body EmployeeAccessGrantView
}

func grantAccess(tx store.Tx, c *model.Cluster, in grantIn) error {
	if !in.Body.ExpirationTime.After(tx.Now()) {
		return fault.Field("expirationTime", "must be in the future")
	}
	c.Access = model.Access{Type: in.Body.GrantType, Expires: in.Body.ExpirationTime.UTC()}
	return keepAndTell(tx, c, "EMPLOYEE_ACCESS_GRANTED")
}

// revokeAccess does nothing where nothing is granted.
func revokeAccess(tx store.Tx, c *model.Cluster, _ oneIn) error {
	if c.Access == (model.Access{}) {
		return nil
	}
	c.Access = model.Access{}
	return keepAndTell(tx, c, "EMPLOYEE_ACCESS_REVOKED")
}

// grant shows what employees of the service may see; nil if nothing.
func grant(a model.Access) *EmployeeAccessGrantView {
	if a == (model.Access{}) {
		return nil
	}
	return &EmployeeAccessGrantView{ExpirationTime: api.Time{Time: a.Expires}, GrantType: a.Type}
}

// lapse ends the access of employees and the pin that have expired, and returns when the next of them does, or the zero
// time.
func lapse(tx store.Tx, c *model.Cluster) (next time.Time, err error) {
	now := tx.Now()
	if !now.Before(c.Access.Expires) {
		c.Access = model.Access{}
	}
	if c.Pinned != (model.Pin{}) && !now.Before(c.Pinned.Expires) {
		c.Pinned = model.Pin{}
		err = tell(tx, c, "CLUSTER_FCV_UNFIXED")
	}
	return sooner(c.Access.Expires, c.Pinned.Expires), err
}

// sooner is the earlier of two times. The zero time stands for never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// ClusterDescriptionAutoScalingModeConfiguration says how the shards of a cluster scale.
type ClusterDescriptionAutoScalingModeConfiguration struct {
	AutoScalingMode string `json:"autoScalingMode,omitempty" api:"enum=INDEPENDENT_SHARD_SCALING|CLUSTER_WIDE_SCALING" doc:"Whether each shard scales by itself. CLUSTER_WIDE_SCALING: a replica set is one shard."`
}

func scalingMode(*model.Cluster) ClusterDescriptionAutoScalingModeConfiguration {
	return ClusterDescriptionAutoScalingModeConfiguration{"CLUSTER_WIDE_SCALING"}
}

// SQLInterfaceStatusResponse tells whether a cluster's SQL interface is switched on.
type SQLInterfaceStatusResponse struct {
	Status            string               `json:"status" api:"required,enum=ON|OFF" doc:"What the switch was set to."`
	Supported         bool                 `json:"supported" api:"readonly,default=false" doc:"Whether the cluster has such an interface. False: Telamon has none."`
	UnsupportedReason api.Nullable[string] `json:"unsupportedReason" api:"readonly,enum=UNSUPPORTED_TIER|UNSUPPORTED_TYPE|UNSUPPORTED_MONGODB_VERSION" doc:"Why the cluster cannot have the interface. null: for none of these reasons."`
}

// SQLInterfaceStatusUpdateRequest switches it on or off.
type SQLInterfaceStatusUpdateRequest struct {
	Status string `json:"status" api:"required,enum=ON|OFF" doc:"What the switch is set to."`
}

func sqlInterface(c *model.Cluster) SQLInterfaceStatusResponse {
	if c.SQL {
		return SQLInterfaceStatusResponse{Status: "ON"}
	}
	return SQLInterfaceStatusResponse{Status: "OFF"}
}

func setSQLInterface(tx store.Tx, in updateIn[SQLInterfaceStatusUpdateRequest]) (out SQLInterfaceStatusResponse, err error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	if err := changeable(c); err != nil {
		return out, err
	}
	c.SQL = in.Body.Status == "ON" || in.Body.Status == "" && c.SQL
	return sqlInterface(c), state.Clusters.Put(tx, c)
}
