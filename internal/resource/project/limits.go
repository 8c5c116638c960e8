package project

import (
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
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

// find returns the project and the limit that in names.
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

// showLimits shows limits of a project with their current usage.
func (s *Service) showLimits(tx store.Tx, p *model.Project, limits ...model.Limit) (out []DataFederationLimit, err error) {
	used := map[string]int64{}
	for _, c := range s.Counted {
		name, n, err := c.Usage(tx, p.ID)
		if err != nil {
			return nil, err
		}
		used[name] += n
	}
	for _, l := range limits {
		out = append(out, DataFederationLimit{
			CurrentUsage: used[l.Name], DefaultLimit: l.Default, MaximumLimit: l.Maximum, Name: l.Name, Value: api.Ptr(p.Limits.Of(l)),
		})
	}
	return out, nil
}

func (s *Service) showLimit(tx store.Tx, p *model.Project, l model.Limit) (out DataFederationLimit, err error) {
	all, err := s.showLimits(tx, p, l)
	if err != nil {
		return out, err
	}
	return all[0], nil
}

func (s *Service) listLimits(tx store.Tx, in getIn) ([]DataFederationLimit, error) {
	p, err := in.find(tx)
	if err != nil {
		return nil, err
	}
	return s.showLimits(tx, p, model.Limits...)
}

func (s *Service) getLimit(tx store.Tx, in limitIn) (out DataFederationLimit, err error) {
	p, l, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return s.showLimit(tx, p, l)
}

type setLimitIn struct {
	limitIn
	Body DataFederationLimit
}

func (s *Service) setLimit(tx store.Tx, in setLimitIn) (out DataFederationLimit, err error) {
	if strings.HasPrefix(string(in.LimitName), federation) {
		return out, fault.FeatureNotSupported.With("Data Federation and its limits")
	}
	p, l, err := in.find(tx)
	if err != nil {
		return out, err
	}
	switch v := in.Body.Value; {
	case v == nil:
		return out, fault.Field("value", "is required")
	case *v < l.Minimum || *v > l.Maximum:
		return out, fault.Field("value", "must be %d to %d", l.Minimum, l.Maximum)
	}
	if err := override(tx, p, l, *in.Body.Value); err != nil {
		return out, err
	}
	return s.showLimit(tx, p, l)
}

func (s *Service) deleteLimit(tx store.Tx, in limitIn) (none api.None, err error) {
	p, l, err := in.find(tx)
	if err != nil {
		return none, err
	}
	return none, override(tx, p, l, l.Default)
}

// override sets a limit. Setting the default removes the override.
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
	return put(tx, p, "PROJECT_LIMIT_UPDATED")
}
