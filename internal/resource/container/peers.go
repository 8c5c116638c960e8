package container

import (
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/store"
)

// Peers serves the connections of containers with other networks. They connect nothing: each goes through the service's
// states as if the owner of the other network accepted it.
type Peers struct {
	kept.Objects[onePeer, BaseNetworkPeeringConnectionSettings, struct{}]
}

// Peer is a connection in stored form.
type Peer = kept.Object[BaseNetworkPeeringConnectionSettings, struct{}]

// maxPeers is how many connections a project has at most (MongoDB's documentation of peering).
const maxPeers = 50

var peers = &store.Table[Peer]{
	Name: "network_peers",
	ID:   func(p *Peer) string { return p.ID },
	Rev:  func(p *Peer) *int64 { return &p.Rev },
	Indexes: []store.Index[Peer]{
		{Name: "provider", Key: func(p *Peer) []string { return []string{p.GroupID, p.Value.ProviderName} }},
	},
}

// NewPeers returns the connections on st, which are in each state but the last for as long as duration.
func NewPeers(st store.Store, duration time.Duration) *Peers {
	s := &Peers{kept.Objects[onePeer, BaseNetworkPeeringConnectionSettings, struct{}]{
		Store: st, Table: peers, Validate: checkPeer, Limit: kept.Limit{N: maxPeers, Exceeded: peersLimit},
		Show: kept.WithID(func(w *BaseNetworkPeeringConnectionSettings, id model.ID) { w.ID = id }),
		Events: func(p *Peer) kept.Events {
			prefix := map[string]event.Type{model.Azure: "AZURE_", model.GCP: "GCP_"}[p.Value.ProviderName]
			return kept.Events{Created: prefix + "PEER_CREATED", Updated: prefix + "PEER_UPDATED", Deleted: prefix + "PEER_DELETED"}
		},
		States: &kept.States[BaseNetworkPeeringConnectionSettings]{
			Duration: duration, Work: "peer.end", Ending: peerBeingDeleted, Made: connecting, Change: connecting, End: disconnecting, Show: showPeer,
		},
	}}
	s.Permit = func(tx store.Tx, p *Peer) error { return policy.Permit(tx, p.GroupID, s) }
	return s
}

func connecting(w *BaseNetworkPeeringConnectionSettings) []string {
	if w.ProviderName == model.AWS {
		return []string{"INITIATING", "PENDING_ACCEPTANCE", "FINALIZING", "AVAILABLE"}
	}
	return []string{"ADDING_PEER", "AVAILABLE"}
}

func disconnecting(w *BaseNetworkPeeringConnectionSettings) []string {
	if w.ProviderName == model.AWS {
		return []string{"TERMINATING"}
	}
	return []string{"DELETING"}
}

func showPeer(w *BaseNetworkPeeringConnectionSettings, state string) {
	if w.ProviderName == model.AWS {
		w.StatusName = state
	} else {
		w.Status = state
	}
}

type onePeer struct {
	api.InGroup
	PeerID string `path:"peerId" api:"is=objectId" doc:"Id of the connection."`
}

// RowID is the id of the connection's row.
func (in onePeer) RowID() (string, error) { return in.PeerID, peerNotFound.With(in.PeerID) }

func (s *Peers) listAt(tx store.Tx, in listPeersIn) (api.Page[BaseNetworkPeeringConnectionSettings], error) {
	return s.Page(tx, in.ListIn, store.Query{Index: "provider", Prefix: []string{in.GroupID, in.ProviderName}})
}

type listPeersIn struct {
	kept.ListIn
	ProviderName string `query:"providerName" api:"enum=AWS|AZURE|GCP,default=AWS" doc:"The cloud provider."`
}

// checkPeer checks that a connection has a container of its provider. Neither can change.
func checkPeer(tx store.Tx, before, p *Peer) error {
	if before != nil && before.Value.ProviderName != p.Value.ProviderName {
		return fault.Field("providerName", "cannot change")
	}
	c, err := Containers.Get(tx, p.Value.ContainerID)
	switch {
	case store.IsNotFound(err) || err == nil && c.GroupID != p.GroupID:
		return containerNotFound.With(p.Value.ContainerID)
	case err == nil && c.Value.ProviderName != p.Value.ProviderName:
		return fault.Field("containerId", "must be a container at %s", p.Value.ProviderName)
	}
	return err
}

// connected reports whether a container has connections.
func connected(tx store.Tx, c *Container) (bool, error) {
	all, err := peers.List(tx, store.Query{Index: "provider", Prefix: []string{c.GroupID, c.Value.ProviderName}})
	return slices.ContainsFunc(all, func(p *Peer) bool { return p.Value.ContainerID == c.ID }), err
}

// PolicySubjects returns the project's connections, as policies see them.
func (s *Peers) PolicySubjects(tx store.Tx, groupID model.ID) ([]policy.Subject, error) {
	all, err := peers.List(tx, s.InProject(groupID))
	var names []string
	for _, p := range all {
		w := p.Value
		var parts []string
		switch w.ProviderName {
		case model.AWS:
			parts = []string{"aws", w.AWSAccountID, w.VPCID, w.RouteTableCIDRBlock}
		case model.Azure:
			parts = []string{"azure", w.AzureSubscriptionID, w.ResourceGroupName, w.VNetName}
		default:
			parts = []string{"gcp", w.GCPProjectID, w.NetworkName}
		}
		names = append(names, strings.Join(parts, ":"))
	}
	return []policy.Subject{policy.Peering(groupID, names)}, err
}
