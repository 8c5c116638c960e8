package state

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/model"
)

// TestClusterOfOnePort reads a cluster as it was stored before clusters had members, and as it is stored since then.
func TestClusterOfOnePort(t *testing.T) {
	want := []model.Member{{Host: "db.example", Port: 27017, Node: model.Electable}}
	now, err := json.Marshal(model.Cluster{Name: "alpha", Site: model.Site{Host: "db.example"}, Topology: model.Topology{Members: want}})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"name":"alpha","host":"db.example","port":27017,"rev":1}`, string(now)} {
		raw, err := clusterOfOnePort([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var c model.Cluster
		if err := json.Unmarshal(raw, &c); err != nil || c.Name != "alpha" || !slices.Equal(c.Members, want) {
			t.Errorf("%s is read as %+v, %v", body, c, err)
		}
	}
	for _, body := range []string{`{"name":"alpha"}`, `{"name":"alpha","declared":{"tags":[{"key":"\"members\":","value":"port"}]}}`} {
		if raw, err := clusterOfOnePort([]byte(body)); err != nil || string(raw) != body {
			t.Errorf("%s became %s, %v", body, raw, err)
		}
	}
	if _, err := clusterOfOnePort([]byte(`{`)); err == nil {
		t.Error("half an object was read")
	}
}
