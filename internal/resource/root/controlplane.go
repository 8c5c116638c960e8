package root

import "context"

// ControlPlaneIPAddresses are the control plane's addresses at cloud providers.
type ControlPlaneIPAddresses struct {
	Gateways []Gateway                                    `json:"gateways" api:"readonly,maxItems=25" doc:"Gateways between the control plane and clusters. There are none."`
	Inbound  InboundControlPlaneCloudProviderIPAddresses  `json:"inbound" doc:"Addresses at which the control plane is reached."`
	Outbound OutboundControlPlaneCloudProviderIPAddresses `json:"outbound" doc:"Addresses from which the control plane opens connections."`
}

// Gateway stands between the control plane and clusters.
type Gateway struct {
	IPs  GatewayIPAddresses `json:"ips" doc:"Addresses of the gateway."`
	Name string             `json:"name,omitempty" api:"readonly" doc:"Name of the gateway."`
}

// GatewayIPAddresses are a gateway's addresses.
type GatewayIPAddresses struct {
	Inbound  InboundControlPlaneCloudProviderIPAddresses  `json:"inbound" doc:"Addresses at which the gateway is reached."`
	Outbound OutboundControlPlaneCloudProviderIPAddresses `json:"outbound" doc:"Addresses from which the gateway opens connections."`
}

// InboundControlPlaneCloudProviderIPAddresses are addresses by provider and region.
type InboundControlPlaneCloudProviderIPAddresses struct {
	AWS   map[string][]string `json:"aws" api:"readonly" doc:"Addresses at AWS, by region."`
	Azure map[string][]string `json:"azure" api:"readonly" doc:"Addresses at Azure, by region."`
	GCP   map[string][]string `json:"gcp" api:"readonly" doc:"Addresses at Google Cloud, by region."`
}

// OutboundControlPlaneCloudProviderIPAddresses are addresses by provider and region.
type OutboundControlPlaneCloudProviderIPAddresses InboundControlPlaneCloudProviderIPAddresses

// controlPlane returns the addresses of the control plane as clusters see them. They run on the same machine, whatever
// region they are declared in; but clients expect an address of at least one region. From outside, it has no address of a
// provider.
func (s *Service) controlPlane(context.Context, noIn) (ControlPlaneIPAddresses, error) {
	none := map[string][]string{}
	return ControlPlaneIPAddresses{
		Gateways: []Gateway{},
		Inbound:  InboundControlPlaneCloudProviderIPAddresses{none, none, none},
		Outbound: OutboundControlPlaneCloudProviderIPAddresses{map[string][]string{"us-east-1": {"127.0.0.1/32"}}, none, none},
	}, nil
}
