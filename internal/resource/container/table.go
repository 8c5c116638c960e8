package container

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// Container is a network container in stored form.
type Container = kept.Object[CloudProviderContainer, struct{}]

// Containers are the network containers. A project has at most one for each place.
var Containers = &store.Table[Container]{
	Name: "network_containers",
	ID:   func(c *Container) string { return c.ID },
	Rev:  func(c *Container) *int64 { return &c.Rev },
	Indexes: []store.Index[Container]{
		{Name: "place", Unique: true, Key: func(c *Container) []string {
			p := c.Value.place()
			return []string{c.GroupID, p.provider, p.region}
		}},
	},
	Older: kept.Older(older),
}

// older reads the form in which rows were stored before they had the shape itself.
func older(body []byte) (Container, error) {
	var old struct {
		ID, GroupID, Provider, Region, CIDR string
		Regions                             []gcpRegion
	}
	err := json.Unmarshal(body, &old)
	w := at(place{old.Provider, old.Region}, old.CIDR)
	w.Regions = old.Regions
	return Container{ID: old.ID, GroupID: old.GroupID, Value: w}, err
}
