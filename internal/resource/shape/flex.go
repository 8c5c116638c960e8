package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// FlexClusterDescription20241113 is a Flex cluster.
type FlexClusterDescription20241113 struct {
	BackupSettings        *FlexBackupSettings20241113    `json:"backupSettings,omitempty" api:"readonly" doc:"The cluster's backups."`
	ClusterType           string                         `json:"clusterType,omitempty" api:"readonly,enum=REPLICASET,default=REPLICASET" doc:"Kind of cluster."`
	ConnectionStrings     *FlexConnectionStrings20241113 `json:"connectionStrings,omitempty" api:"readonly" doc:"How drivers reach the cluster. Empty while it is being created."`
	CreateDate            api.Time                       `json:"createDate,omitzero" api:"readonly" doc:"When the cluster was created."`
	GroupID               string                         `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	ID                    string                         `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	Links                 []api.Link                     `json:"links,omitempty" api:"readonly" doc:"Related resources. Absent, as on the service."`
	MongoDBVersion        string                         `json:"mongoDBVersion,omitempty" api:"readonly,is=mongoDBVersion" doc:"MongoDB version that the cluster shows."`
	Name                  string                         `json:"name,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	ProviderSettings      *FlexProviderSettings20241113  `json:"providerSettings" api:"required,readonly" doc:"Where the cluster is."`
	StateName             string                         `json:"stateName,omitempty" api:"readonly,enum=IDLE|CREATING|UPDATING|DELETING|REPAIRING" doc:"What is happening to the cluster."`
	Tags                  []ResourceTag                  `json:"tags" doc:"The cluster's tags."`
	TerminationProtection *bool                          `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the cluster refuses to be deleted."`
	VersionReleaseSystem  string                         `json:"versionReleaseSystem,omitempty" api:"readonly,enum=LTS,default=LTS" doc:"How the cluster follows new versions."`
}

// FlexBackupSettings20241113 are a Flex cluster's backups.
type FlexBackupSettings20241113 struct {
	Enabled bool `json:"enabled" api:"readonly,default=true" doc:"Whether the cluster has backups: true, as of all Flex clusters. One snapshot a day, kept for eight days."`
}

// FlexConnectionStrings20241113 are how drivers reach a Flex cluster.
type FlexConnectionStrings20241113 struct {
	Standard    string `json:"standard,omitempty" api:"readonly" doc:"The connection string, mongodb://."`
	StandardSRV string `json:"standardSrv,omitempty" api:"readonly" doc:"The connection string that DNS resolves, mongodb+srv://. Absent where the server answers no DNS."`
}

// FlexProviderSettings20241113 is where a Flex cluster is.
type FlexProviderSettings20241113 struct {
	BackingProviderName string     `json:"backingProviderName,omitempty" api:"readonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	DiskSizeGB          api.Double `json:"diskSizeGB,omitempty" api:"readonly" doc:"Storage in gigabytes."`
	ProviderName        string     `json:"providerName,omitempty" api:"readonly,enum=FLEX,default=FLEX" doc:"FLEX."`
	RegionName          string     `json:"regionName,omitempty" api:"readonly" doc:"Region of the provider."`
}

// FlexCluster writes a Flex cluster. version is what its database says it is.
func FlexCluster(c *model.Cluster, version string) FlexClusterDescription20241113 {
	d := &c.Declared
	r := d.Zones[0].Regions[0]
	return FlexClusterDescription20241113{
		BackupSettings: &FlexBackupSettings20241113{Enabled: d.Backup}, ClusterType: d.Type,
		ConnectionStrings: flexStrings(c), CreateDate: api.Time{Time: c.Created},
		GroupID: c.GroupID, ID: c.ID, MongoDBVersion: version, Name: c.Name,
		ProviderSettings: &FlexProviderSettings20241113{
			BackingProviderName: r.Backing, DiskSizeGB: api.Double(r.Electable.DiskGB), ProviderName: r.Provider, RegionName: r.Name,
		},
		StateName: string(c.State), Tags: append([]ResourceTag{}, ResourceTags(d.Tags)...), TerminationProtection: &d.TerminationProtection,
		VersionReleaseSystem: d.ReleaseSystem,
	}
}

const longestClusterName = 64

// DeclareFlex checks a request for a Flex cluster in a region of a provider, and declares it. Errors: InvalidRegion,
// ValidationError.
func DeclareFlex(version, name string, tags []ResourceTag, backing, region string) (d model.Declared, err error) {
	var bad fault.Problems
	if !model.HasRegion(backing, region) {
		bad.AddAs(fault.InvalidRegion.With(backing), "providerSettings.regionName", "must be a region of the provider")
	}
	if len(name) > longestClusterName {
		bad.Add("name", "must have at most %d characters", longestClusterName)
	}
	d = model.NewFlex(version, backing, region)
	d.Tags, err = Tags("tags", tags)
	bad.AddAll(err)
	return d, bad.Err()
}

func flexStrings(c *model.Cluster) *FlexConnectionStrings20241113 {
	s := c.ConnectionStrings()
	return &FlexConnectionStrings20241113{Standard: s.Standard, StandardSRV: s.StandardSRV}
}
