package monitoring

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// ApiHostView is a process: a member of a cluster's replica set.
type ApiHostView struct {
	Created        api.Time   `json:"created,omitzero" api:"readonly" doc:"When the cluster was created."`
	GroupID        string     `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Hostname       string     `json:"hostname,omitempty" api:"readonly,is=hostName" doc:"Host that the process listens on."`
	ID             string     `json:"id,omitempty" api:"readonly,is=processId" doc:"Host and port."`
	LastPing       *api.Time  `json:"lastPing,omitempty" api:"readonly" doc:"When the process was last seen. Absent while its region is away."`
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Port           int        `json:"port" api:"readonly" doc:"Port that the process listens on."`
	ReplicaSetName string     `json:"replicaSetName,omitempty" api:"readonly" doc:"Name of the replica set."`
	TypeName       string     `json:"typeName,omitempty" api:"readonly,enum=REPLICA_PRIMARY|REPLICA_SECONDARY|RECOVERING|SHARD_MONGOS|SHARD_CONFIG|SHARD_STANDALONE|SHARD_PRIMARY|SHARD_SECONDARY|NO_DATA" doc:"What the process is in its replica set; NO_DATA while its region is away."`
	UserAlias      string     `json:"userAlias,omitempty" api:"readonly" doc:"Name that begins with that of the cluster."`
	Version        string     `json:"version,omitempty" api:"readonly,is=version" doc:"MongoDB version."`
}

// process is a member of a cluster that runs.
type process = shape.Process

// In names a process.
type In struct{ shape.InProcess }

func find(tx store.Tx, in In) (process, error) { return shape.FindProcess(tx, in.InProcess) }

type listIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) list(tx store.Tx, in listIn) (page api.Page[ApiHostView], err error) {
	all, err := shape.Processes(tx, in.GroupID)
	return api.PageAs(in.Paging, all, s.show), err
}

func (s *Service) get(tx store.Tx, in In) (out ApiHostView, err error) {
	p, err := find(tx, in)
	if err == nil {
		out = s.show(p)
	}
	return out, err
}

func (s *Service) show(p process) ApiHostView {
	w := ApiHostView{
		Created: api.Time{Time: p.Created}, GroupID: p.GroupID, Hostname: p.Member.Host, ID: p.Address(), Port: p.Port,
		ReplicaSetName: p.ReplicaSet, UserAlias: p.MemberAlias(p.Member.ID), Version: s.Version, Links: api.Self("/groups/" + p.GroupID + "/processes/" + p.Address()),
	}
	switch {
	case p.Away:
		w.TypeName = "NO_DATA"
		return w
	case p.Primary:
		w.TypeName = "REPLICA_PRIMARY"
	default:
		w.TypeName = "REPLICA_SECONDARY"
	}
	w.LastPing = &api.Time{Time: s.Now()}
	return w
}

// here refuses a process of another node.
func (s *Service) here(p process) error {
	if p.Cluster.Node != s.Node {
		return onAnotherNode.With(p.Name, p.Cluster.Node)
	}
	return nil
}
