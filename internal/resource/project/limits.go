package project

import (
	"context"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// DataFederationLimit is a limit of a project on the wire. (The API names the shape after those of Data Federation.)
type DataFederationLimit struct {
	CurrentUsage int64  `json:"currentUsage" api:"readonly" doc:"How many there are."`
	DefaultLimit int64  `json:"defaultLimit,omitempty" api:"readonly" doc:"How many there may be unless the limit is set."`
	MaximumLimit int64  `json:"maximumLimit,omitempty" api:"readonly" doc:"The highest value that the limit can be set to."`
	Name         string `json:"name" api:"required,readonly" doc:"Name of the limit."`
	Value        *int64 `json:"value" api:"required" doc:"How many there may be."`
}

// limitIn names a limit.
type limitIn struct {
	getIn
	LimitName LimitName `path:"limitName" doc:"Name of the limit."`
}

// LimitName is the name of a limit.
type LimitName string

// Values are the names that the API has.
func (LimitName) Values() []string {
	names := []string{federation + "query", federation + "daily", federation + "weekly", federation + "monthly"}
	for _, l := range model.Limits {
		names = append(names, l.Name)
	}
	return names
}

// federation begins the names of the limits of Data Federation, which have no defaults.
const federation = "dataFederation.bytesProcessed."

// find is the project and the limit that in names.
func (in limitIn) find(tx store.Tx) (*model.Project, model.Limit, error) {
	p, err := in.getIn.find(tx)
	if err != nil {
		return nil, model.Limit{}, err
	}
	l, ok := model.LimitNamed(string(in.LimitName))
	if !ok {
		err = fault.ResourceNotFound.With("the limit " + string(in.LimitName))
	}
	return p, l, err
}

// usage counts what a project has of everything that is counted.
func (s *Service) usage(tx store.Tx, groupID model.ID) (map[string]int64, error) {
	used := map[string]int64{}
	for _, c := range s.Counted {
		name, n, err := c.Usage(tx, groupID)
		if err != nil {
			return nil, err
		}
		used[name] += n
	}
	return used, nil
}

func toLimit(p *model.Project, l model.Limit, used map[string]int64) DataFederationLimit {
	return DataFederationLimit{
		CurrentUsage: used[l.Name], DefaultLimit: l.Default, MaximumLimit: l.Maximum, Name: l.Name, Value: api.Ptr(p.Limits.Of(l)),
	}
}

func (s *Service) listLimits(tx store.Tx, in getIn) (out []DataFederationLimit, err error) {
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	used, err := s.usage(tx, p.ID)
	out = nil
	for _, l := range model.Limits {
		out = append(out, toLimit(p, l, used))
	}
	return out, err
}

func (s *Service) getLimit(tx store.Tx, in limitIn) (out DataFederationLimit, err error) {
	p, l, err := in.find(tx)
	if err != nil {
		return out, err
	}
	used, err := s.usage(tx, p.ID)
	out = toLimit(p, l, used)
	return out, err
}

type setLimitIn struct {
	limitIn
	Body DataFederationLimit
}

func (s *Service) setLimit(ctx context.Context, in setLimitIn) (out DataFederationLimit, err error) {
	if strings.HasPrefix(string(in.LimitName), federation) {
		return out, fault.FeatureNotSupported.With("Data Federation and its limits")
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, l, err := in.find(tx)
		if err != nil {
			return err
		}
		switch v := in.Body.Value; {
		case v == nil:
			return fault.Field("value", "is required")
		case *v < l.Minimum || *v > l.Maximum:
			return fault.Field("value", "must be %d to %d", l.Minimum, l.Maximum)
		}
		if err := override(tx, p, l, *in.Body.Value); err != nil {
			return err
		}
		used, err := s.usage(tx, p.ID)
		out = toLimit(p, l, used)
		return err
	})
	return out, err
}

func (s *Service) deleteLimit(tx store.Tx, in limitIn) (api.None, error) {
	p, l, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, override(tx, p, l, l.Default)
}

// override puts a limit into force. The default is no override.
func override(tx store.Tx, p *model.Project, l model.Limit, value int64) error {
	if p.Limits.Of(l) == value {
		return nil
	}
	if p.Limits == nil {
		p.Limits = model.Overrides{}
	}
	p.Limits[l.Name] = value
	if value == l.Default {
		delete(p.Limits, l.Name)
	}
	if err := event.Write(tx, event.In("PROJECT_LIMIT_UPDATED", p)); err != nil {
		return err
	}
	return state.Projects.Put(tx, p)
}
