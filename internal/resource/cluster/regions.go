package cluster

import (
	"context"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// CloudProviderRegions are a provider's regions, by the sizes of instances that they have.
type CloudProviderRegions struct {
	InstanceSizes []ClusterCloudProviderInstanceSize `json:"instanceSizes" api:"readonly" doc:"The sizes, M0 first."`
	Provider      string                             `json:"provider,omitempty" api:"enum=AWS|GCP|AZURE" doc:"The provider."`
}

// ClusterCloudProviderInstanceSize is a size of instances and the regions that have it.
type ClusterCloudProviderInstanceSize struct {
	AvailableRegions []AvailableCloudProviderRegion `json:"availableRegions" api:"readonly" doc:"The regions."`
	Name             string                         `json:"name,omitempty" api:"readonly" doc:"The size."`
}

// AvailableCloudProviderRegion is a region that a cluster can be in.
type AvailableCloudProviderRegion struct {
	Default bool   `json:"default" api:"readonly" doc:"Whether clients propose the region first."`
	Name    string `json:"name,omitempty" api:"readonly" doc:"Name of the region."`
}

// proposed are the regions that clients propose first.
var proposed = []string{"US_EAST_1", "US_WEST_2", "CENTRAL_US"}

type regionsIn struct {
	api.InGroup
	api.Paging
	Providers []string `query:"providers" doc:"Only these providers: AWS, AZURE, GCP."`
	Tier      string   `query:"tier" doc:"Only this size of instances."`
}

// apart reports whether a region is left out of the list, from which clients choose: those of governments and of China, for
// which the service has separate sites, and those that no node can be in.
func apart(name string) bool {
	return strings.HasPrefix(name, "US_GOV_") || strings.HasPrefix(name, "CN_") || strings.HasPrefix(name, "CHINA_") || name == "GLOBAL"
}

// regions lists the sizes of each provider's instances, each with all the provider's regions.
func (s *Service) regions(_ context.Context, in regionsIn) (api.Page[CloudProviderRegions], error) {
	var all []CloudProviderRegions
	for _, provider := range []string{model.AWS, model.Azure, model.GCP} {
		if in.Providers != nil && !slices.Contains(in.Providers, provider) {
			continue
		}
		var regions []AvailableCloudProviderRegion
		for _, name := range model.RegionsOf(provider) {
			if apart(name) {
				continue
			}
			regions = append(regions, AvailableCloudProviderRegion{Default: slices.Contains(proposed, name), Name: name})
		}
		p := CloudProviderRegions{Provider: provider}
		for _, size := range append([]string{model.FreeSize}, model.SizesOf(provider)...) {
			if in.Tier == "" || in.Tier == size {
				p.InstanceSizes = append(p.InstanceSizes, ClusterCloudProviderInstanceSize{AvailableRegions: regions, Name: size})
			}
		}
		if p.InstanceSizes != nil {
			all = append(all, p)
		}
	}
	return api.PageOf(in.Paging, all), nil
}
