package container

import "github.com/telamon-db/telamon/internal/model"

// CloudProviderContainer is a network container, on the wire and on disk. Its place is regionName at AWS, region at AZURE,
// and all of GCP.
type CloudProviderContainer struct {
	AtlasCIDRBlock      string      `json:"atlasCidrBlock,omitempty" api:"required,is=cidr" doc:"The range, in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16: of 21 to 24 bits at AWS and AZURE, of 18 at most at GCP."`
	AzureSubscriptionID string      `json:"azureSubscriptionId,omitempty" api:"readonly,is=objectId,when=providerName=AZURE" doc:"Subscription of the network at AZURE. Absent: there is no such network."`
	GCPProjectID        string      `json:"gcpProjectId,omitempty" api:"readonly,is=gcpProject,when=providerName=GCP" doc:"Project of the network at GCP, which is simulated."`
	ID                  string      `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the container."`
	NetworkName         string      `json:"networkName,omitempty" api:"readonly,is=gcpNetwork,when=providerName=GCP" doc:"Name of the network at GCP, which is simulated."`
	ProviderName        string      `json:"providerName,omitempty" api:"enum=AWS|GCP|AZURE|TENANT|SERVERLESS,default=AWS" doc:"The cloud provider; AWS by default. TENANT and SERVERLESS have no containers."`
	Provisioned         *bool       `json:"provisioned,omitempty" api:"readonly" doc:"Whether the project has dedicated clusters in the container."`
	Region              azureRegion `json:"region,omitempty" api:"required,when=providerName=AZURE" doc:"Region at AZURE."`
	RegionName          awsRegion   `json:"regionName,omitempty" api:"required,when=providerName=AWS" doc:"Region at AWS."`
	Regions             []gcpRegion `json:"regions,omitempty" api:"when=providerName=GCP" doc:"Regions at GCP that the range is for; all by default."`
	VnetName            string      `json:"vnetName,omitempty" api:"readonly,is=azureName,when=providerName=AZURE" doc:"Name of the network at AZURE. Absent: there is no such network."`
	VPCID               string      `json:"vpcId,omitempty" api:"readonly,is=vpcId,when=providerName=AWS" doc:"Id of the network at AWS. Absent: there is no such network."`
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

// place is where a container is: a provider, and a region; at GCP the region is "".
type place struct{ provider, region string }

func (w *CloudProviderContainer) place() place {
	return place{w.ProviderName, string(w.RegionName) + string(w.Region)}
}

// at makes a container at a place.
func at(p place, cidr string) CloudProviderContainer {
	w := CloudProviderContainer{AtlasCIDRBlock: cidr, ProviderName: p.provider}
	switch p.provider {
	case model.AWS:
		w.RegionName = awsRegion(p.region)
	case model.Azure:
		w.Region = azureRegion(p.region)
	}
	return w
}
