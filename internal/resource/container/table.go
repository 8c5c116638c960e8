package container

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Container is a network container in stored form.
type Container struct {
	ID       model.ID `json:"id"`
	GroupID  model.ID `json:"groupId"`
	Provider string   `json:"provider"`
	Region   string   `json:"region,omitempty"`  // at AWS and AZURE
	Regions  []string `json:"regions,omitempty"` // at GCP; none: all
	CIDR     string   `json:"cidr"`
	Rev      int64    `json:"-"`
}

// Containers: a project has one for each place.
var Containers = &store.Table[Container]{
	Name: "network_containers",
	ID:   func(c *Container) string { return c.ID },
	Rev:  func(c *Container) *int64 { return &c.Rev },
	Indexes: []store.Index[Container]{
		{Name: "place", Unique: true, Key: func(c *Container) []string { return []string{c.GroupID, c.Provider, c.Region} }},
	},
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Containers.Schema()} }

// Vacate removes the containers of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return Containers.DeleteAll(tx, in(groupID))
}

// in selects a project's containers, or those at some of its providers and regions.
func in(groupID model.ID, place ...string) store.Query {
	return store.Query{Index: "place", Prefix: append([]string{groupID}, place...)}
}
