package monitoring_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestCollections: collections are ranked by the time that they took, pinned ones first, and measured by reads and writes.
func TestCollections(t *testing.T) {
	s := newScene(t)
	db := s.client("ann").Database("shop")
	for i := range 20 {
		if _, err := db.Collection("orders").InsertOne(t.Context(), bson.M{"_id": i}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := db.Collection("orders").FindOne(t.Context(), bson.M{}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Collection("people").InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	s.Advance(2 * time.Minute)
	at, cluster := s.primary(), "/clusters/alpha"
	for _, path := range []string{at, cluster + "/PRIMARY", cluster + "/INDIVIDUAL_PROCESS"} {
		got := s.Owner().Get(s.group + path + "/collStats/namespaces").Want(http.StatusOK).Object()["rankedNamespaces"]
		if list := got.([]any); len(list) != 2 || list[0] != "shop.orders" || list[1] != "shop.people" {
			t.Errorf("%s: %v", path, got)
		}
	}
	for name, want := range map[string]float64{"WRITES_OPS": 20, "READS_OPS": 3, "TOTAL_OPS": 23} {
		_, values := s.measured(at+"/shop/orders/collStats/measurements", url.Values{"period": {"PT1H"}, "metrics": {name}}, name)
		if int(60*sum(values)+.5) != int(want) {
			t.Errorf("%s: %v", name, values)
		}
		_, values = s.measured(cluster+"/PRIMARY/shop/orders/collStats/measurements", url.Values{"metrics": {name}}, name)
		if int(60*sum(values)+.5) != int(want) {
			t.Errorf("%s of the cluster: %v", name, values)
		}
	}
	if _, values := s.measured(at+"/shop/orders/collStats/measurements", url.Values{"metrics": {"WRITES_P99_VALUE"}}, "WRITES_P99_VALUE"); sum(values) <= 0 {
		t.Errorf("WRITES_P99_VALUE: %v", values)
	}
	pins := s.group + cluster + "/collStats/pinned"
	s.Owner().Do(http.MethodPut, pins, object{"namespaces": []string{"shop.people"}}).Want(http.StatusOK)
	if got := s.Owner().Get(s.group + at + "/collStats/namespaces").Want(http.StatusOK).Object()["rankedNamespaces"].([]any); got[0] != "shop.people" {
		t.Errorf("pinned: %v", got)
	}
	s.Owner().Patch(pins, object{"namespaces": []string{"a.b"}}).Want(http.StatusOK)
	s.Owner().Patch(s.group+cluster+"/collStats/unpin", object{"namespaces": []string{"shop.people"}}).Want(http.StatusOK)
	if got := s.Owner().Get(pins).Want(http.StatusOK).Object()["pinnedNamespaces"].([]any); len(got) != 1 || got[0] != "a.b" {
		t.Errorf("pinned at last: %v", got)
	}
	if got := s.Owner().Patch(pins, object{"namespaces": []string{"nothing"}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Contains(got, "namespaces") {
		t.Errorf("no collection: %v", got)
	}
	if all := s.Owner().Get(s.group + "/collStats/metrics").Want(http.StatusOK).Object()["metrics"].([]any); len(all) != 24 {
		t.Errorf("%d measurements", len(all))
	}
}
