package container

import (
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, CloudProviderContainer, struct{}]
}

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Objects[one, CloudProviderContainer, struct{}]{
		Store: st, Table: Containers, Validate: check, Show: show, BeforeDelete: unused,
		Events: func(*Container) kept.Events {
			return kept.Events{Updated: "CONTAINER_SUBNETS_UPDATE_REQUESTED", Deleted: "CONTAINER_DELETED"}
		},
	}}
}

type one struct {
	api.InGroup
	ContainerID string `path:"containerId" api:"is=objectId" doc:"Id of the container."`
}

// RowID is the id of the container's row.
func (in one) RowID() (string, error) {
	return in.ContainerID, containerNotFound.With(in.ContainerID)
}

type listAtIn struct {
	kept.ListIn
	ProviderName string `query:"providerName" api:"required,enum=AWS|AZURE|GCP,default=AWS" doc:"The cloud provider."`
}

func (s *Service) listAt(tx store.Tx, in listAtIn) (api.Page[CloudProviderContainer], error) {
	return s.Page(tx, in.ListIn, atProvider(in.GroupID, in.ProviderName))
}

// atProvider selects a project's containers at one provider.
func atProvider(groupID model.ID, provider string) store.Query {
	return store.Query{Index: "place", Prefix: []string{groupID, provider}}
}

// show completes each container with whether clusters are in it.
func show(tx store.Tx, groupID model.ID) (func(c *Container) CloudProviderContainer, error) {
	places, err := used(tx, groupID)
	return func(c *Container) CloudProviderContainer {
		w := c.Value
		w.ID, w.Provisioned = c.ID, api.Ptr(places[w.place()])
		if w.ProviderName == model.GCP { // clients that make peering connections read these
			w.GCPProjectID, w.NetworkName = "p-"+c.ID, "nt-"+c.ID+"-"+c.ID[16:]
		}
		return w
	}, err
}

// check checks a container against the rules, and against the project's other containers and clusters.
func check(tx store.Tx, before, c *Container) error {
	var bad fault.Problems
	w := &c.Value
	switch {
	case before != nil && before.Value.ProviderName != w.ProviderName:
		bad.Add("providerName", "cannot change")
	case !model.IsCloud(w.ProviderName):
		bad.Add("providerName", "must be AWS, AZURE or GCP: clusters of other kinds have no containers")
	}
	if problem := w.ranged(); problem != "" {
		bad.Add("atlasCidrBlock", "%s", problem)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if before != nil {
		if reflect.DeepEqual(before.Value, c.Value) {
			return nil
		}
		if err := unused(tx, before); err != nil {
			return err
		}
	}
	return placeable(tx, c)
}

// unused refuses to change or remove a container that clusters or peering connections are in.
func unused(tx store.Tx, c *Container) error {
	places, err := used(tx, c.GroupID)
	if err != nil {
		return err
	}
	peers, err := connected(tx, c)
	if err == nil && (peers || places[c.Value.place()]) {
		err = containersInUse.With()
	}
	return err
}

// used are the places where a project has dedicated clusters, running or not.
func used(tx store.Tx, groupID model.ID) (map[place]bool, error) {
	clusters, err := state.ClustersOf(tx, groupID, false)
	places := map[place]bool{}
	for _, c := range clusters {
		for _, p := range placesOf(&c.Declared) {
			places[p] = true
		}
	}
	return places, err
}

func placesOf(d *model.Declared) (places []place) {
	for _, z := range d.Zones {
		for _, r := range z.Regions {
			switch {
			case r.Provider == model.GCP:
				places = append(places, place{r.Provider, ""})
			case model.IsCloud(r.Provider):
				places = append(places, place{r.Provider, r.Name})
			}
		}
	}
	return places
}

// Provide makes the containers that a cluster's regions need and the project lacks.
func (s *Service) Provide(tx store.Tx, c *model.Cluster) error {
	for _, p := range placesOf(&c.Declared) {
		others, err := Containers.List(tx, atProvider(c.GroupID, p.provider))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o *Container) bool { return o.Value.place() == p }) {
			continue
		}
		if _, err := s.Add(tx, &Container{GroupID: c.GroupID, Value: at(p, freeRange(p.provider, others))}); err != nil {
			return err
		}
	}
	return nil
}
