package cluster

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ClusterStatus tells whether the last changes are in force on all members of a cluster.
type ClusterStatus struct {
	ChangeStatus string     `json:"changeStatus,omitempty" api:"enum=PENDING|APPLIED" doc:"PENDING until every member enforces the last change of the cluster and of the project's database users, roles, certificates and access list, then APPLIED."`
	Links        []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// accessEvents are the types of events about changes of who may use a project's clusters.
var accessEvents = []string{
	"MONGODB_ROLE_ADDED", "MONGODB_ROLE_DELETED", "MONGODB_ROLE_UPDATED", "MONGODB_USER_ADDED", "MONGODB_USER_DELETED", "MONGODB_USER_UPDATED",
	"MONGODB_USER_X509_CERT_CREATED", "MONGODB_USER_X509_CERT_REVOKED", "NETWORK_PERMISSION_ENTRY_ADDED", "NETWORK_PERMISSION_ENTRY_REMOVED",
	"NETWORK_PERMISSION_ENTRY_UPDATED", "USER_SECURITY_SETTINGS_UPDATED",
}

// status shows the status of any cluster, Flex or not.
func (s *Service) status(tx store.Tx, in oneIn) (out ClusterStatus, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	out = ClusterStatus{ChangeStatus: "PENDING", Links: api.Self("/groups/" + c.GroupID + "/clusters/" + c.Name + "/status")}
	enforced, err := enforced(tx, c.GroupID, s.EnforcedIn)
	if c.State == model.Idle && enforced {
		out.ChangeStatus = "APPLIED"
	}
	return out, err
}

// enforced reports whether all nodes enforce the last change of who may use a project's clusters. They do at the latest
// when the time after has passed since.
func enforced(tx store.Tx, groupID model.ID, after time.Duration) (bool, error) {
	if after == 0 {
		return true, nil
	}
	last, err := tx.Events(store.EventQuery{Series: groupID, Types: accessEvents, From: tx.Now().Add(-after), Limit: 1})
	return len(last) == 0, err
}
