// Package root is the family Root: the server's version and addresses, and the API key that asks.
package root

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store store.Store
	Build string // version of the server
}

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getSystemStatus", Method: http.MethodGet, Path: "", Tag: "Root",
		Summary: "Return the status of this API", Description: "Returns the server's version and the API key that asks; null for other callers.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", s.status),
	}, {
		ID: "returnAllControlPlaneIpAddresses", Aliases: []string{"listControlPlaneIpAddresses", "listControlPlaneAddresses"}, Method: http.MethodGet,
		Path: "/unauth/controlPlaneIPAddresses", Tag: "Root",
		Summary:     "Return all control plane IP addresses",
		Description: "Returns the control plane's addresses by provider and region. A self-hosted server has none at a provider; clusters see it at the loopback address.",
		Roles:       authz.Public, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-11-15", s.controlPlane),
	}}
}

// SystemStatus has the server's version and the API key that asks.
type SystemStatus struct {
	APIKey     *CallingAPIKey `json:"apiKey" api:"required,readonly,nullable" doc:"The API key that asks."`
	AppName    string         `json:"appName" api:"required,readonly,enum=MongoDB Atlas" doc:"The service whose API this is."`
	Build      string         `json:"build" api:"required,readonly" doc:"Version of the server."`
	Links      []api.Link     `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Throttling bool           `json:"throttling" api:"required,readonly" doc:"Whether the server slows its callers down."`
}

// CallingAPIKey is the key that asks.
type CallingAPIKey struct {
	AccessList []AccessListItemView   `json:"accessList" api:"required,readonly" doc:"Addresses that the key may be used from; empty for all."`
	ID         string                 `json:"id" api:"required,readonly,is=objectId" doc:"Id of the key."`
	PublicKey  string                 `json:"publicKey" api:"required,readonly,minLen=8,maxLen=8" doc:"Public key."`
	Roles      []shape.RoleAssignment `json:"roles" api:"required,readonly" doc:"What the key may do, and where."`
}

// AccessListItemView is an entry of the key's access list.
type AccessListItemView struct {
	CIDRBlock *string `json:"cidrBlock" api:"readonly,nullable,is=cidr" doc:"Range of addresses in CIDR notation."`
	IPAddress *string `json:"ipAddress" api:"required,readonly,nullable,is=ip" doc:"The address, if the range has only one."`
}

type noIn struct{}

func (s *Service) status(ctx context.Context, _ noIn) (out SystemStatus, err error) {
	out = SystemStatus{AppName: "MongoDB Atlas", Build: s.Build, Links: api.Self("")}
	who := authz.From(ctx)
	if who.Kind != authz.APIKey {
		return out, nil
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		list, err := state.KeyAddresses.List(tx, state.AccessList(who.ID))
		out.APIKey = &CallingAPIKey{
			AccessList: []AccessListItemView{}, ID: who.ID, PublicKey: who.Name, Roles: shape.RoleAssignments(who.Grants),
		}
		for _, a := range list {
			out.APIKey.AccessList = append(out.APIKey.AccessList, item(a.CIDR))
		}
		return err
	})
	return out, err
}

func item(cidr string) AccessListItemView {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return AccessListItemView{CIDRBlock: &cidr}
	}
	v := AccessListItemView{CIDRBlock: api.Ptr(shape.CIDR(p))}
	if ip := shape.SingleAddress(p); ip != "" {
		v.IPAddress = &ip
	}
	return v
}
