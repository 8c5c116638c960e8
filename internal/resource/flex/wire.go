package flex

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// FlexClusterDescriptionCreate20241113 is a request for a Flex cluster.
type FlexClusterDescriptionCreate20241113 struct {
	Links                 []api.Link                         `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name                  string                             `json:"name" api:"required,writeonly,is=clusterName" doc:"Name of the cluster: at most 64 characters, its first 23 unique in the project."`
	ProviderSettings      FlexProviderSettingsCreate20241113 `json:"providerSettings" api:"required,writeonly" doc:"Where the cluster shall be."`
	Tags                  []shape.ResourceTag                `json:"tags,omitempty" doc:"The cluster's tags."`
	TerminationProtection *bool                              `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the cluster refuses to be deleted."`
}

// FlexProviderSettingsCreate20241113 is where a Flex cluster shall be.
type FlexProviderSettingsCreate20241113 struct {
	BackingProviderName string      `json:"backingProviderName" api:"required,writeonly,enum=AWS|AZURE|GCP" doc:"The cloud provider."`
	DiskSizeGB          *api.Double `json:"diskSizeGB,omitempty" api:"readonly" doc:"Storage in gigabytes."`
	ProviderName        string      `json:"providerName,omitempty" api:"readonly,enum=FLEX,default=FLEX" doc:"FLEX."`
	RegionName          string      `json:"regionName" api:"required,writeonly" doc:"Region of the provider."`
}

// FlexClusterDescriptionUpdate20241113 is a change of a Flex cluster.
type FlexClusterDescriptionUpdate20241113 struct {
	Links                 []api.Link          `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Tags                  []shape.ResourceTag `json:"tags,omitempty" doc:"The cluster's tags."`
	TerminationProtection *bool               `json:"terminationProtectionEnabled,omitempty" api:"default=false" doc:"Whether the cluster refuses to be deleted."`
}

func (w FlexClusterDescriptionCreate20241113) declare(version string) (string, model.Declared, error) {
	p := w.ProviderSettings
	d, err := shape.DeclareFlex(version, w.Name, w.Tags, p.BackingProviderName, p.RegionName)
	d.TerminationProtection = api.Or(w.TerminationProtection, false)
	return w.Name, d, err
}

func (w FlexClusterDescriptionUpdate20241113) apply(d *model.Declared) error {
	return apply(d, w.Tags, w.TerminationProtection)
}

// apply changes what both forms can change, where it is told.
func apply(d *model.Declared, tags []shape.ResourceTag, protected *bool) error {
	kept, err := shape.Tags("tags", tags)
	if tags != nil {
		d.Tags = kept
	}
	d.TerminationProtection = api.Or(protected, d.TerminationProtection)
	return err
}
