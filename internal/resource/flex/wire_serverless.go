package flex

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// ServerlessInstanceDescription is a Flex cluster as a serverless instance.
type ServerlessInstanceDescription struct {
	ConnectionStrings     *ServerlessConnectionStrings `json:"connectionStrings,omitempty" api:"readonly" doc:"How drivers reach the instance. Empty while it is being created."`
	CreateDate            api.Time                     `json:"createDate,omitzero" api:"readonly" doc:"When the instance was created."`
	GroupID               string                       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID                    string                       `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the instance."`
	Links                 []api.Link                   `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MongoDBVersion        string                       `json:"mongoDBVersion,omitempty" api:"readonly,is=mongoDBVersion" doc:"MongoDB version that the instance shows."`
	Name                  string                       `json:"name,omitempty" api:"is=clusterName" doc:"Name of the instance."`
	ProviderSettings      *ServerlessProvider          `json:"providerSettings" api:"required" doc:"Where the instance is."`
	BackupOptions         *ServerlessBackupOptions     `json:"serverlessBackupOptions,omitempty" doc:"The instance's backups."`
	StateName             string                       `json:"stateName,omitempty" api:"readonly,enum=IDLE|CREATING|UPDATING|DELETING|REPAIRING" doc:"What is happening to the instance."`
	Tags                  []shape.ResourceTag          `json:"tags" doc:"The instance's tags."`
	TerminationProtection *bool                        `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the instance refuses to be deleted."`
}

// ServerlessInstanceDescriptionCreate is a request for a serverless instance.
type ServerlessInstanceDescriptionCreate struct {
	Name                  string                   `json:"name" api:"required,writeonly,is=clusterName" doc:"Name of the instance: at most 64 characters, its first 23 unique in the project."`
	ProviderSettings      *ServerlessProvider      `json:"providerSettings" api:"required" doc:"Where the instance shall be."`
	BackupOptions         *ServerlessBackupOptions `json:"serverlessBackupOptions,omitempty" doc:"The instance's backups."`
	StateName             string                   `json:"stateName,omitempty" api:"readonly,enum=IDLE|CREATING|UPDATING|DELETING|REPAIRING" doc:"What is happening to the instance."`
	Tags                  []shape.ResourceTag      `json:"tags,omitempty" doc:"The instance's tags."`
	TerminationProtection *bool                    `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the instance refuses to be deleted."`
}

// ServerlessInstanceDescriptionUpdate is a change of a serverless instance.
type ServerlessInstanceDescriptionUpdate struct {
	BackupOptions         *ServerlessBackupOptions `json:"serverlessBackupOptions,omitempty" doc:"The instance's backups."`
	Tags                  []shape.ResourceTag      `json:"tags,omitempty" doc:"The instance's tags."`
	TerminationProtection *bool                    `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the instance refuses to be deleted."`
}

// ServerlessProvider is where a serverless instance is.
type ServerlessProvider struct {
	BackingProviderName string         `json:"backingProviderName" api:"required,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	EffectiveDiskLimit  int            `json:"effectiveDiskSizeGBLimit,omitempty" api:"readonly" doc:"Storage in gigabytes of the Flex cluster that the instance is."`
	EffectiveSize       serverlessSize `json:"effectiveInstanceSizeName,omitempty" api:"readonly" doc:"Size of the dedicated cluster that an instance was moved to. Absent: instances are Flex clusters."`
	EffectiveProvider   string         `json:"effectiveProviderName,omitempty" api:"readonly" doc:"FLEX, as the instance is a Flex cluster."`
	ProviderName        string         `json:"providerName,omitempty" api:"enum=SERVERLESS,default=SERVERLESS" doc:"SERVERLESS."`
	RegionName          string         `json:"regionName" api:"required" doc:"Region of the provider."`
}

// ServerlessBackupOptions are a serverless instance's backups.
type ServerlessBackupOptions struct {
	Continuous *bool `json:"serverlessContinuousBackupEnabled,omitempty" api:"default=true" doc:"Whether the instance was asked to have continuous backups. Kept as declared: Flex clusters have none."`
}

// ServerlessConnectionStrings are how drivers reach a serverless instance.
type ServerlessConnectionStrings struct {
	PrivateEndpoint []ServerlessPrivateConnection `json:"privateEndpoint,omitempty" api:"readonly" doc:"By private endpoint. Telamon has none."`
	Standard        string                        `json:"standard,omitempty" api:"readonly" doc:"The connection string, mongodb://. The real service has standardSrv only; Telamon has this too."`
	StandardSRV     string                        `json:"standardSrv,omitempty" api:"readonly" doc:"The connection string that DNS resolves, mongodb+srv://. Absent where the server answers no DNS."`
}

// ServerlessPrivateConnection is how drivers reach a serverless instance through private endpoints.
type ServerlessPrivateConnection struct {
	Endpoints []ServerlessPrivateEndpoint `json:"endpoints,omitempty" api:"readonly" doc:"The endpoints."`
	SRV       string                      `json:"srvConnectionString,omitempty" api:"readonly" doc:"The connection string that DNS resolves."`
	Type      string                      `json:"type,omitempty" api:"readonly,enum=MONGOS" doc:"What the string leads to."`
}

// ServerlessPrivateEndpoint is one endpoint of a private connection.
type ServerlessPrivateEndpoint struct {
	EndpointID   string `json:"endpointId,omitempty" api:"readonly" doc:"Id of the endpoint."`
	ProviderName string `json:"providerName,omitempty" api:"readonly,enum=AWS|AZURE" doc:"Cloud provider."`
	Region       string `json:"region,omitempty" api:"readonly" doc:"Region."`
}

// serverlessSize is the size of a dedicated instance.
type serverlessSize string

// Values are all sizes of all providers.
func (serverlessSize) Values() []string { return model.Sizes }

func (w ServerlessInstanceDescriptionCreate) declare(version string) (string, model.Declared, error) {
	p := w.ProviderSettings
	d, err := shape.DeclareFlex(version, w.Name, w.Tags, p.BackingProviderName, p.RegionName)
	d.TerminationProtection = api.Or(w.TerminationProtection, false)
	w.BackupOptions.apply(&d)
	return w.Name, d, err
}

func (w ServerlessInstanceDescriptionUpdate) apply(d *model.Declared) error {
	w.BackupOptions.apply(d)
	return apply(d, w.Tags, w.TerminationProtection)
}

func (w *ServerlessBackupOptions) apply(d *model.Declared) {
	if w != nil {
		d.ContinuousBackup = api.Or(w.Continuous, d.ContinuousBackup)
	}
}

// serverlessInstance shows a Flex cluster as a serverless instance.
func serverlessInstance(c *model.Cluster, version string) ServerlessInstanceDescription {
	d := &c.Declared
	r := d.Zones[0].Regions[0]
	return ServerlessInstanceDescription{
		ConnectionStrings: serverlessStrings(c),
		CreateDate:        api.Time{Time: c.Created}, GroupID: c.GroupID, ID: c.ID, MongoDBVersion: version, Name: c.Name,
		Links: api.Self("/groups/" + c.GroupID + "/serverless/" + c.Name),
		ProviderSettings: &ServerlessProvider{
			BackingProviderName: r.Backing, EffectiveDiskLimit: int(r.Electable.DiskGB), EffectiveProvider: r.Provider,
			ProviderName: "SERVERLESS", RegionName: r.Name,
		},
		BackupOptions: &ServerlessBackupOptions{Continuous: &d.ContinuousBackup}, StateName: string(c.State),
		Tags: append([]shape.ResourceTag{}, shape.ResourceTags(d.Tags)...), TerminationProtection: &d.TerminationProtection,
	}
}

func serverlessStrings(c *model.Cluster) *ServerlessConnectionStrings {
	s := c.ConnectionStrings()
	return &ServerlessConnectionStrings{Standard: s.Standard, StandardSRV: s.StandardSRV}
}
