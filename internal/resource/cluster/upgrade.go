package cluster

import (
	"cmp"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// An upgrade keeps a cluster's data, name and address, and shows it UPDATING at once. What answers a request shows the
// cluster as it was before.

// LegacyAtlasTenantClusterUpgradeRequest says what a free cluster becomes.
type LegacyAtlasTenantClusterUpgradeRequest struct {
	LegacyAtlasCluster
	Name string `json:"name" api:"required,is=clusterName" doc:"Name of the free cluster."`
}

// AtlasTenantClusterUpgradeRequest20240805 is the dedicated cluster that a Flex cluster becomes.
type AtlasTenantClusterUpgradeRequest20240805 struct {
	ClusterDescription20240805
	Name string `json:"name" api:"required,is=clusterName" doc:"Name of the Flex cluster."`
}

type upgradeFreeIn struct {
	api.InGroup
	Body LegacyAtlasTenantClusterUpgradeRequest
}

// upgradeFree makes a free cluster a dedicated or a Flex one.
func (s *Service) upgradeFree(tx store.Tx, in upgradeFreeIn) (out LegacyAtlasCluster, err error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.Body.Name)
	if err != nil {
		return out, err
	}
	if !free(c) {
		return out, fault.Field("name", "must be the name of a free cluster")
	}
	next, flex, err := in.Body.next(s.Version, &c.Declared)
	if err != nil {
		return out, err
	}
	before := *c
	err = s.upgrade(tx, c, next, flex)
	before.State = c.State
	return write[LegacyAtlasCluster](s, &before), err
}

// next returns what a free cluster declares once the body is applied, and whether it becomes a Flex one.
func (w *LegacyAtlasTenantClusterUpgradeRequest) next(version string, d *model.Declared) (next model.Declared, flex bool, err error) {
	if p := w.ProviderSettings; p != nil && p.ProviderName == model.Flex {
		r := d.Zones[0].Regions[0]
		next, err = shape.DeclareFlex(version, w.Name, w.Tags, cmp.Or(p.BackingProviderName, r.Backing), cmp.Or(string(p.RegionName), r.Name))
		next.TerminationProtection = api.Or(w.TerminationProtection, d.TerminationProtection)
		if w.Tags == nil {
			next.Tags = d.Tags
		}
		return next, true, err
	}
	bad := &problems{names: regionsConfig}
	next = undersized(d)
	w.LegacyAtlasCluster.declare(&next, bad)
	return next, false, dedicated(&next, d, bad)
}

// undersized is a copy of what a free cluster declares, without the size of its disk.
func undersized(d *model.Declared) model.Declared {
	next := d.Clone()
	for _, z := range next.Zones {
		for i := range z.Regions {
			z.Regions[i].Electable.DiskGB = 0
		}
	}
	return next
}

// dedicated checks what a cluster becomes against the rules of dedicated ones.
func dedicated(next, was *model.Declared, bad *problems) error {
	if next.Shared() {
		bad.at(0, "providerName", "must be AWS, AZURE or GCP; a free cluster's may be FLEX")
	}
	bad.checkVersion(next, was)
	bad.check(next)
	return bad.err()
}

// upgrade makes c a Flex cluster or not, and next what it declares.
func (s *Service) upgrade(tx store.Tx, c *model.Cluster, next model.Declared, flex bool) error {
	if c.State == model.Deleting {
		return fault.ClusterBeingDeleted.With(c.Name)
	}
	c.Flex = flex
	return s.Change(tx, c, next)
}

type upgradeFlexIn struct {
	api.InGroup
	Body AtlasTenantClusterUpgradeRequest20240805
}

// upgradeFlex makes a Flex cluster a dedicated one.
func (s *Service) upgradeFlex(tx store.Tx, in upgradeFlexIn) (out shape.FlexClusterDescription20241113, err error) {
	c, err := state.FlexByName(tx, in.GroupID, in.Body.Name)
	if err != nil {
		return out, err
	}
	bad := &problems{names: regionConfigs}
	next := model.NewDeclared(s.Version)
	next.Tags, next.TerminationProtection = c.Declared.Tags, c.Declared.TerminationProtection
	in.Body.ClusterDescription20240805.declare(&next, bad)
	if err := dedicated(&next, &c.Declared, bad); err != nil {
		return out, err
	}
	before := *c
	if err := s.upgrade(tx, c, next, false); err != nil {
		return out, err
	}
	before.State = c.State
	return shape.FlexCluster(&before, s.Version), tell(tx, c, "FLEX_UPGRADE_STARTED")
}
