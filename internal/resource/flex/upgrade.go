package flex

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type upgradeIn struct {
	api.InGroup
	Body ServerlessInstanceDescription
}

// upgradeFree makes a free cluster a Flex one, with its data and address.
func (s *Service) upgradeFree(tx store.Tx, in upgradeIn) (out ServerlessInstanceDescription, err error) {
	w := &in.Body
	if w.Name == "" {
		return out, fault.Field("name", "is required")
	}
	c, err := state.DedicatedByName(tx, in.GroupID, w.Name)
	switch {
	case err != nil:
		return out, err
	case !c.Declared.Shared():
		return out, fault.Field("name", "must be the name of a free cluster")
	case c.State == model.Deleting:
		return out, fault.ClusterBeingDeleted.With(c.Name)
	}
	next, err := shape.DeclareFlex(s.Version, c.Name, w.Tags, w.ProviderSettings.BackingProviderName, w.ProviderSettings.RegionName)
	if err != nil {
		return out, err
	}
	w.BackupOptions.apply(&next)
	next.TerminationProtection = api.Or(w.TerminationProtection, c.Declared.TerminationProtection)
	if w.Tags == nil {
		next.Tags = c.Declared.Tags
	}
	c.Flex = true
	err = s.Clusters.Change(tx, c, next)
	return serverlessInstance(c, s.Version), err
}
