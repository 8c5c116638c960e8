package cluster

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/model"
)

// FuzzDeclare reads any body in every version's shape. Nothing panics; and what a cluster that is accepted shows declares
// the same cluster again.
func FuzzDeclare(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"replicationSpecs":[]}`, `{"replicationSpecs":[{}]}`, `{"replicationSpecs":[{"regionConfigs":[{}]}]}`,
		`{"replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1","electableSpecs":{"instanceSize":"M10"}}]}]}`,
		`{"replicationSpecs":[{"regionConfigs":[{"providerName":"TENANT","backingProviderName":"GCP","regionName":"CENTRAL_US","electableSpecs":{"instanceSize":"M0"}}]}]}`,
		`{"replicationSpecs":[{"regionConfigs":[{"providerName":"AZURE","regionName":"US_WEST","electableSpecs":{"instanceSize":"M10","nodeCount":3,"diskSizeGB":64},"analyticsSpecs":{"instanceSize":"M20","nodeCount":1},"autoScaling":{"compute":{"enabled":true,"maxInstanceSize":"M40"}}}],"zoneName":"z"}],"pitEnabled":true,"backupEnabled":true}`,
		`{"providerSettings":{"providerName":"AWS","instanceSizeName":"M30","regionName":"EU_WEST_1"},"diskSizeGB":40,"autoScaling":{"diskGBEnabled":true}}`,
		`{"providerSettings":{"providerName":"TENANT","backingProviderName":"AWS","instanceSizeName":"M0","regionName":"EU_WEST_1"},"paused":false}`,
		`{"providerSettings":{"providerName":"GCP","instanceSizeName":"M30"},"replicationSpecs":[{"regionsConfig":{"CENTRAL_US":{"electableNodes":3,"priority":7},"WESTERN_US":{"readOnlyNodes":1}}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		declares[LegacyAtlasCluster](t, body)
		declares[AdvancedClusterDescription](t, body)
		declares[ClusterDescription20240805](t, body)
	})
}

func declares[W any, P version[W]](t *testing.T, body []byte) {
	tree, err := schema.Decode(body)
	if err != nil {
		return
	}
	d := model.NewDeclared("8.0.4")
	if !declared[W, P](t, tree, &d) {
		return
	}
	c := &model.Cluster{ID: model.NewID(), GroupID: model.NewID(), Name: "alpha", State: model.Idle, Topology: model.Topology{Members: []model.Member{{Port: 1}}}, Declared: d.Clone()}
	var shown W
	P(&shown).show(view{c, "8.0.4"})
	raw, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	if tree, err = schema.Decode(raw); err != nil {
		t.Fatal(err)
	}
	again := d.Clone()
	if !declared[W, P](t, tree, &again) {
		t.Fatalf("what is shown is refused: %s", raw)
	}
	if !reflect.DeepEqual(d, again) {
		t.Fatalf("what is shown declares another cluster:\n%+v\n%+v\n%s", d, again, raw)
	}
}

// declared reads a body as the API does, and reports whether it is accepted.
func declared[W any, P version[W]](t *testing.T, tree any, d *model.Declared) bool {
	clean, found := schema.Of(reflect.TypeFor[W]()).Check(tree, true)
	if len(found) > 0 {
		return false
	}
	raw, err := json.Marshal(clean)
	if err != nil {
		t.Fatal(err)
	}
	var w W
	if err := json.Unmarshal(raw, &w); err != nil {
		t.Fatalf("a checked body does not fit: %v", err)
	}
	bad := &problems{names: namesOf(P(&w))}
	P(&w).declare(d, bad)
	bad.check(d)
	return bad.err() == nil
}
