package project

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// managedSlowMs is the switch by which the service chooses from how long an operation counts as slow. Clusters do not
// record slow operations yet, so it has no effect.
const managedSlowMs = "managedSlowMs"

func managesSlowMs(p *model.Project) bool {
	on, set := p.Settings[managedSlowMs]
	return on || !set
}

func (s *Service) slowMs() api.Operations {
	const tag, path = "Performance Advisor", one + "/managedSlowMs"
	return api.Operations{
		{
			ID: "getManagedSlowMs", Aliases: []string{"getGroupManagedSlowMs"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return whether the threshold of slow operations is managed in one project",
			Roles:   reader, Status: http.StatusOK, Level: api.Declared, Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, managesSlowMs)))},
		},
		{
			ID: "enableSlowOperationThresholding", Aliases: []string{"enableManagedSlowMs", "enableGroupManagedSlowMs"}, Method: http.MethodPost, Path: path + "/enable", Tag: tag,
			Summary: "Manage the threshold of slow operations in one project", Description: "The setting is kept and shown; clusters do not record slow operations yet.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Declared, Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, switchManagedSlowMs(true)))},
		},
		{
			ID: "disableSlowOperationThresholding", Aliases: []string{"disableManagedSlowMs", "disableGroupManagedSlowMs"}, Method: http.MethodDelete, Path: path + "/disable", Tag: tag,
			Summary: "Leave the threshold of slow operations to its default in one project", Description: "The setting is kept and shown; clusters do not record slow operations yet.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Declared, Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, switchManagedSlowMs(false)))},
		},
	}
}

// switchManagedSlowMs writes no event: the API has no type for this change.
func switchManagedSlowMs(on bool) func(store.Tx, getIn) (api.None, error) {
	return func(tx store.Tx, in getIn) (none api.None, err error) {
		p, err := in.find(tx)
		if err != nil || managesSlowMs(p) == on {
			return none, err
		}
		p.Set(managedSlowMs, on)
		return none, put(tx, p)
	}
}
