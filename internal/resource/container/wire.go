package container

import (
	"cmp"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// CloudProviderContainer is a network container. Which members it has depends on the provider: regionName at AWS, region
// at AZURE, regions at GCP.
type CloudProviderContainer struct {
	AtlasCIDRBlock      string      `json:"atlasCidrBlock,omitempty" api:"is=cidr" doc:"The range, in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16: of 21 to 24 bits at AWS and AZURE, of 18 at most at GCP."`
	AzureSubscriptionID string      `json:"azureSubscriptionId,omitempty" api:"readonly,is=objectId" doc:"Subscription of the network at AZURE. Absent: there is no such network."`
	GCPProjectID        string      `json:"gcpProjectId,omitempty" api:"readonly,is=gcpProject" doc:"Project of the network at GCP. Absent: there is no such network."`
	ID                  string      `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the container."`
	NetworkName         string      `json:"networkName,omitempty" api:"readonly,is=gcpNetwork" doc:"Name of the network at GCP. Absent: there is no such network."`
	ProviderName        string      `json:"providerName,omitempty" api:"enum=AWS|GCP|AZURE|TENANT|SERVERLESS" doc:"The cloud provider: AWS if it is not told. TENANT and SERVERLESS have no containers."`
	Provisioned         *bool       `json:"provisioned,omitempty" api:"readonly" doc:"Whether the project has dedicated clusters in the container."`
	Region              azureRegion `json:"region,omitempty" doc:"Region at AZURE."`
	RegionName          awsRegion   `json:"regionName,omitempty" doc:"Region at AWS."`
	Regions             []gcpRegion `json:"regions,omitempty" doc:"Regions at GCP that the range is for; all if none is told."`
	VnetName            string      `json:"vnetName,omitempty" api:"readonly,is=azureName" doc:"Name of the network at AZURE. Absent: there is no such network."`
	VPCID               string      `json:"vpcId,omitempty" api:"readonly,is=vpcId" doc:"Id of the network at AWS. Absent: there is no such network."`
}

type (
	awsRegion   string
	azureRegion string
	gcpRegion   string
)

// Values are the regions of the provider.
func (awsRegion) Values() []string   { return model.RegionsOf(model.AWS) }
func (azureRegion) Values() []string { return model.RegionsOf(model.Azure) }
func (gcpRegion) Values() []string   { return model.RegionsOf(model.GCP) }

// over lays what the body names over a container, and complains of what does not go with its provider.
func (w *CloudProviderContainer) over(c Container) (Container, error) {
	provider := cmp.Or(w.ProviderName, c.Provider, model.AWS)
	if c.Provider != "" && provider != c.Provider {
		return c, fault.Field("providerName", "cannot change")
	}
	c.Provider = provider
	bad := w.misplaced(&c)
	c.Region = cmp.Or(string(w.RegionName), string(w.Region), c.Region)
	if w.Regions != nil {
		c.Regions = nil
		for _, r := range w.Regions {
			c.Regions = append(c.Regions, string(r))
		}
	}
	c.CIDR = cmp.Or(w.AtlasCIDRBlock, c.CIDR)
	if problem := c.ranged(); problem != "" {
		bad = append(bad, fault.Violation{Field: "atlasCidrBlock", Description: problem})
	}
	if len(bad) > 0 {
		return c, fault.Invalid(bad...)
	}
	return c, nil
}

// misplaced are the violations of a body that names no place at c's provider, or one at another.
func (w *CloudProviderContainer) misplaced(c *Container) (bad []fault.Violation) {
	if !model.IsCloud(c.Provider) {
		bad = append(bad, fault.Violation{Field: "providerName", Description: "must be AWS, AZURE or GCP: clusters of other kinds have no containers"})
	}
	for _, m := range []struct {
		provider, field string
		given, needed   bool
	}{
		{model.AWS, "regionName", w.RegionName != "", c.Region == ""},
		{model.Azure, "region", w.Region != "", c.Region == ""},
		{model.GCP, "regions", w.Regions != nil, false},
	} {
		switch {
		case m.given && m.provider != c.Provider:
			bad = append(bad, fault.Violation{Field: m.field, Description: "is for containers at " + m.provider})
		case !m.given && m.provider == c.Provider && m.needed:
			bad = append(bad, fault.Violation{Field: m.field, Description: "is required"})
		}
	}
	return bad
}

// wire writes a container.
func (c *Container) wire(provisioned bool) CloudProviderContainer {
	w := CloudProviderContainer{AtlasCIDRBlock: c.CIDR, ID: c.ID, ProviderName: c.Provider, Provisioned: &provisioned}
	switch c.Provider {
	case model.AWS:
		w.RegionName = awsRegion(c.Region)
	case model.Azure:
		w.Region = azureRegion(c.Region)
	}
	for _, r := range c.Regions {
		w.Regions = append(w.Regions, gcpRegion(r))
	}
	return w
}
