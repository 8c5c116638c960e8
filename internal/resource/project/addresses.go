package project

import (
	"context"
	"net"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// GroupIPAddresses are a project's addresses.
type GroupIPAddresses struct {
	GroupID  string       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Services GroupService `json:"services" api:"readonly" doc:"The addresses, by kind of service."`
}

// GroupService are a project's addresses, by kind of service.
type GroupService struct {
	Clusters []ClusterIPAddresses `json:"clusters" api:"readonly" doc:"The addresses of each cluster."`
}

// ClusterIPAddresses are a cluster's addresses.
type ClusterIPAddresses struct {
	ClusterName    string   `json:"clusterName,omitempty" api:"readonly" doc:"Name of the cluster."`
	FutureInbound  []string `json:"futureInbound" api:"readonly" doc:"Further addresses at which the cluster will be reached. None."`
	FutureOutbound []string `json:"futureOutbound" api:"readonly" doc:"Further addresses from which the cluster will open connections. None."`
	Inbound        []string `json:"inbound" api:"readonly" doc:"Addresses at which the cluster is reached."`
	Outbound       []string `json:"outbound" api:"readonly" doc:"Addresses from which the cluster opens connections. None: it opens none."`
}

func (s *Service) addresses(ctx context.Context, in getIn) (out GroupIPAddresses, err error) {
	var clusters []*model.Cluster
	err = s.Store.View(ctx, func(tx store.Tx) (err error) {
		clusters, err = state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{in.GroupID}})
		return err
	})
	if err != nil {
		return out, err
	}
	out = GroupIPAddresses{GroupID: in.GroupID, Services: GroupService{Clusters: []ClusterIPAddresses{}}}
	for _, c := range clusters {
		if !c.Runs() || len(c.Members) == 0 {
			continue
		}
		inbound, err := resolve(ctx, c.Host)
		if err != nil {
			return out, err
		}
		out.Services.Clusters = append(out.Services.Clusters, ClusterIPAddresses{
			ClusterName: c.Name, Inbound: inbound, Outbound: []string{}, FutureInbound: []string{}, FutureOutbound: []string{},
		})
	}
	return out, nil
}

// resolve returns the addresses of a host, which may be a name.
func resolve(ctx context.Context, host string) ([]string, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fault.ServiceUnavailable.With("the name under which clusters are reached has no address now").Because(err)
	}
	var out []string
	for _, a := range addrs {
		out = append(out, a.Unmap().String())
	}
	return out, nil
}
