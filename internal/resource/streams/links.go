package streams

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Links serves private links, which connect nothing.
type Links struct {
	kept.Objects[oneLink, StreamsPrivateLinkConnection, struct{}]
}

type link = kept.Object[StreamsPrivateLinkConnection, struct{}]

var links = &store.Table[link]{
	Name:    "stream_private_links",
	ID:      func(l *link) string { return l.ID },
	Rev:     func(l *link) *int64 { return &l.Rev },
	Indexes: []store.Index[link]{{Name: "group", Key: func(l *link) []string { return []string{l.GroupID, l.ID} }}},
}

func newLinks(st store.Store, duration time.Duration) *Links {
	return &Links{kept.Objects[oneLink, StreamsPrivateLinkConnection, struct{}]{
		Store: st, Table: links, Validate: checkLink, BeforeDelete: unused, Limit: kept.Limit{N: maxLinks, Exceeded: linksLimit},
		Show: kept.WithID(func(w *StreamsPrivateLinkConnection, id model.ID) { w.ID = id }),
		States: &kept.States[StreamsPrivateLinkConnection]{
			Duration: duration, Work: "streamLink.end", Ending: linkEnding,
			Made: kept.Through[StreamsPrivateLinkConnection]("IDLE", "WORKING", "DONE"), End: kept.Through[StreamsPrivateLinkConnection]("DELETE_REQUESTED", "DELETING"),
			Show: func(w *StreamsPrivateLinkConnection, state string) { w.State = state },
		},
	}}
}

type oneLink struct {
	api.InGroup
	ConnectionID string `path:"connectionId" api:"is=objectId" doc:"Id of the private link."`
}

// RowID is the id of the private link's row.
func (in oneLink) RowID() (string, error) { return in.ConnectionID, linkNotFound.With(in.ConnectionID) }

func checkLink(_ store.Tx, _, l *link) error {
	w := &l.Value
	w.Provider, w.Vendor = strings.ToUpper(w.Provider), cmp.Or(w.Vendor, "GENERIC")
	if !model.IsCloud(w.Provider) {
		return fault.Field("provider", "must be AWS, AZURE or GCP")
	}
	return nil
}

type updateLinkIn struct {
	oneLink
	Body StreamsPrivateLinkConnectionRequest
}

func (s *Links) update(tx store.Tx, in updateLinkIn) (StreamsPrivateLinkConnection, error) {
	return s.Update(tx, in.oneLink, func(l *link) error {
		l.Value.DNSDomain = cmp.Or(in.Body.DNSDomain, l.Value.DNSDomain)
		return nil
	})
}

// unused refuses to remove a private link that connections use.
func unused(tx store.Tx, l *link) error {
	all, err := connections.List(tx, store.Query{Index: "workspace", Prefix: []string{l.GroupID}})
	if err != nil {
		return err
	}
	uses := func(c *connection) bool {
		n, p := c.Value.Networking, c.Value.PublicPrivateNetworking
		return n != nil && n.Access != nil && n.Access.ConnectionID == l.ID || p != nil && p.Access != nil && p.Access.ConnectionID == l.ID
	}
	if slices.ContainsFunc(all, uses) {
		return linkInUse.With(l.ID)
	}
	return nil
}

type accountIn struct {
	api.InGroup
	CloudProvider string     `query:"cloudProvider" api:"required,enum=aws|azure|gcp" doc:"The cloud provider."`
	RegionName    regionName `query:"regionName" api:"required" doc:"The region."`
}

// account names the network of a region's processors, as of a network that is simulated.
func account(_ store.Tx, in accountIn) (out AccountDetails, err error) {
	r := StreamsDataProcessRegion{CloudProvider: strings.ToUpper(in.CloudProvider), Region: in.RegionName}
	var bad fault.Problems
	if r.check(&bad, "regionName"); bad.Err() != nil {
		return out, fault.Field("regionName", "must be a region of the cloud provider")
	}
	out = AccountDetails{CloudProvider: in.CloudProvider, CIDRBlock: "192.168.0.0/21"}
	id, place := in.GroupID, strings.ToLower(strings.ReplaceAll(string(in.RegionName), "_", "-"))
	switch in.CloudProvider {
	case "aws":
		out.AWSAccountID, out.VPCID = "000000000000", "vpc-"+id[7:]
	case "azure":
		out.AzureSubscriptionID, out.VirtualNetworkName = fmt.Sprintf("%s-0000-0000-0000-000000000000", id[:8]), "vnet_"+id+"_"+place
	default:
		out.GCPProjectID, out.VPCNetworkName = "p-"+id, "nt-"+id+"-"+place
	}
	return out, nil
}

type peeringsIn struct {
	api.InGroup
	api.Paging
}

type requestedIn struct {
	peeringsIn
	RequesterAccountID string `query:"requesterAccountId" api:"required,maxLen=64" doc:"Account of the other network."`
}

// peerings is a page of the connections with other networks. They are asked for from outside, where nobody knows this server,
// so there are none.
func peerings(_ store.Tx, in peeringsIn) (api.Page[VPCPeeringConnection], error) {
	return api.PageOf(in.Paging, []VPCPeeringConnection{}), nil
}

func requested(tx store.Tx, in requestedIn) (api.Page[VPCPeeringConnection], error) {
	return peerings(tx, in.peeringsIn)
}

type onePeering struct {
	api.InGroup
	ID string `path:"id" api:"maxLen=64" doc:"Id of the connection."`
}

func noPeering(_ store.Tx, in onePeering) (none api.Empty, err error) {
	return none, peeringNotFound.With(in.ID)
}

type acceptIn struct {
	onePeering
	Body VPCPeeringActionChallenge
}

func accept(tx store.Tx, in acceptIn) (api.Empty, error) { return noPeering(tx, in.onePeering) }
