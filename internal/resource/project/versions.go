package project

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/model"
)

// MdbAvailableVersion is a version of MongoDB that clusters can have.
type MdbAvailableVersion struct {
	CloudProvider string        `json:"cloudProvider,omitempty" api:"enum=AWS|AZURE|GCP|TENANT" doc:"Where the cluster is: at a provider, or (TENANT) on shared hardware."`
	DefaultStatus string        `json:"defaultStatus,omitempty" api:"enum=DEFAULT|NOT_DEFAULT" doc:"Whether clusters have the version by default."`
	InstanceSize  DedicatedSize `json:"instanceSize,omitempty" api:"readonly" doc:"Size of the cluster's instances. Absent for shared hardware."`
	Links         []api.Link    `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Version       string        `json:"version,omitempty" doc:"Major and minor version of MongoDB."`
}

// DedicatedSize is the name of a size of dedicated instances.
type DedicatedSize string

// Schema lists the sizes of all providers.
func (DedicatedSize) Schema() *schema.Node { return &schema.Node{Type: "string", Enum: model.Sizes} }

// versionsIn has paging of its own: without an upper bound of the page's size, and always with a count.
type versionsIn struct {
	getIn
	CloudProvider string `query:"cloudProvider" api:"enum=AWS|AZURE|GCP|TENANT" doc:"Only versions at this provider."`
	DefaultStatus string `query:"defaultStatus" api:"enum=DEFAULT" doc:"Only versions that clusters have by default."`
	InstanceSize  string `query:"instanceSize" doc:"Only versions for this size of instances."`
	ItemsPerPage  int64  `query:"itemsPerPage" api:"min=1,default=100" doc:"How many items a page has."`
	PageNum       int    `query:"pageNum" api:"min=1,default=1,format=" doc:"Number of the page, from 1."`
}

func (s *Service) versions(_ context.Context, in versionsIn) (api.Page[MdbAvailableVersion], error) {
	var all []MdbAvailableVersion
	add := func(provider, size string) {
		if in.CloudProvider != "" && in.CloudProvider != provider || in.InstanceSize != "" && in.InstanceSize != size {
			return
		}
		for _, version := range model.MajorVersions {
			status := "NOT_DEFAULT"
			if version == s.Version {
				status = "DEFAULT"
			}
			if in.DefaultStatus == "" || in.DefaultStatus == status {
				all = append(all, MdbAvailableVersion{CloudProvider: provider, DefaultStatus: status, InstanceSize: DedicatedSize(size), Version: version})
			}
		}
	}
	for _, provider := range []string{model.AWS, model.Azure, model.GCP} {
		for _, size := range model.SizesOf(provider) {
			add(provider, size)
		}
	}
	add(model.Tenant, "")
	per := int(min(in.ItemsPerPage, int64(len(all))+1))
	return api.PageOf(api.Paging{PageNum: in.PageNum, ItemsPerPage: per, IncludeCount: true}, all), nil
}
