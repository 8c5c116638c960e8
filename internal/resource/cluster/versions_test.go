package cluster

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/model"
)

// TestVersionsTellTheSame makes clusters that the newest version can declare: an older one shows it so that what it shows
// declares the same nodes again, or says that it has no shape for it, and does so exactly where nodes differ in what it has
// one place for.
func TestVersionsTellTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	told, refused := 0, 0
	for range 3000 {
		d := model.NewDeclared("8.0.4")
		body := ClusterDescription20240805{ReplicationSpecs: []ReplicationSpec20240805{{RegionConfigs: randomRegions(random)}}}
		bad := &problems{names: regionConfigs}
		body.declare(&d, bad)
		if bad.check(&d); bad.err() != nil {
			continue
		}
		for _, older := range []struct {
			is       bool
			possible bool
		}{
			{showsAgain[AdvancedClusterDescription](t, &d), sameDisks(&d)},
			{showsAgain[LegacyAtlasCluster](t, &d), sameDisks(&d) && sameNodes(&d)},
		} {
			if older.is != older.possible {
				t.Fatalf("an older version shows it: %v, want %v: %+v", older.is, older.possible, d.Zones)
			}
			if older.is {
				told++
			} else {
				refused++
			}
		}
	}
	if told < 100 || refused < 100 {
		t.Errorf("%d were shown and %d refused: the test tries too little", told, refused)
	}
}

// showsAgain reports whether a version has a shape for a cluster; if it does, its JSON must declare the same nodes again.
func showsAgain[W any, P version[W]](t *testing.T, d *model.Declared) bool {
	var w W
	P(&w).show(view{&model.Cluster{ID: model.NewID(), Name: "alpha", Declared: d.Clone()}, "8.0.4"})
	if !P(&w).showsAll(d) {
		return false
	}
	raw, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := schema.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	again := d.Clone()
	if !declared[W, P](t, tree, &again) || !reflect.DeepEqual(again.Zones, d.Zones) {
		t.Fatalf("what is shown declares other nodes:\n%+v\n%+v", d.Zones, again.Zones)
	}
	return true
}

func randomRegions(random *rand.Rand) (all []CloudRegionConfig20240805) {
	one := func(from ...string) string { return from[random.IntN(len(from))] }
	for i := range 1 + random.IntN(2) {
		raw, err := json.Marshal(map[string]any{
			"providerName": one("AWS", "AWS", "AWS", "GCP"), "regionName": one("US_EAST_1", "EU_WEST_1", "CENTRAL_US"), "priority": 7 - i,
			"electableSpecs": map[string]any{"instanceSize": one("M10", "M10", "M20"), "nodeCount": 1 + 2*random.IntN(2) - i%2},
			"readOnlySpecs":  map[string]any{"instanceSize": "M10", "nodeCount": random.IntN(2)},
			"analyticsSpecs": map[string]any{"instanceSize": one("M10", "M10", "M20"), "nodeCount": random.IntN(2)},
		})
		if err != nil {
			panic(err)
		}
		var w CloudRegionConfig20240805
		if err := json.Unmarshal(raw, &w); err != nil {
			panic(err)
		}
		if random.IntN(4) == 0 {
			w.ElectableSpecs.DiskSizeGB = api.Ptr(api.Double(20))
		}
		all = append(all, w)
	}
	return all
}

func everyNode(d *model.Declared, holds func(first *model.Region, r *model.Region, h *model.Hardware) bool) bool {
	regions := d.Zones[0].Regions
	for i := range regions {
		for _, h := range hardwareOf(&regions[i]) {
			if !holds(&regions[0], &regions[i], h) {
				return false
			}
		}
	}
	return true
}

func sameDisks(d *model.Declared) bool {
	return everyNode(d, func(first, _ *model.Region, h *model.Hardware) bool { return h.DiskGB == first.Electable.DiskGB })
}

func sameNodes(d *model.Declared) bool {
	names := map[string]bool{}
	for _, r := range d.Zones[0].Regions {
		names[r.Name] = true
	}
	return len(names) == len(d.Zones[0].Regions) && everyNode(d, func(first, r *model.Region, h *model.Hardware) bool {
		return r.Provider == first.Provider && h.Size == first.Electable.Size
	})
}
