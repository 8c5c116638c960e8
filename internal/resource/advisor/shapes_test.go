package advisor_test

import (
	"net/http"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What queries of one shape have done is told by shape, without their values.
func TestQueryShapes(t *testing.T) {
	s := newScene(t, false)
	s.fill(100)
	s.ask(3, bson.D{{Key: "name", Value: "nobody's"}})
	s.ask(2, byNumber)
	owner, path := s.Owner().At("2025-03-12"), s.group+"/clusters/alpha/queryShapeInsights/"
	all := owner.Get(path + "summaries?series=EXECUTION_COUNT&commands=find&namespaces=shop.orders").Want(http.StatusOK)
	list := all.Object()["summaries"].([]any)
	if len(list) != 2 || strings.Contains(string(all.Body), "nobody") {
		t.Fatalf("shapes %v", list)
	}
	first := list[0].(object)
	if first["execCount"] != 3.0 || first["docsExamined"] != 300.0 || first["docsReturned"] != 0.0 || first["queryShape"] != `{"filter":{"name":"?string"}}` || first["command"] != "find" {
		t.Errorf("a shape is %v", first)
	}
	hash := first["queryShapeHash"].(string)
	one := owner.Get(path + hash + "/details?processIds=" + s.id).Want(http.StatusOK).Object()
	if one["queryStats"].(object)["execCount"] != 3.0 || one["firstSeen"].(object)["timestamp"].(float64) > one["lastSeen"].(object)["timestamp"].(float64) {
		t.Errorf("the shape is %v", one)
	}
	owner.Get(path+strings.Repeat("0", 64)+"/details").WantError(http.StatusNotFound, "QUERY_SHAPE_NOT_FOUND")
	owner.Get(path+"summaries?series=NONSENSE").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Get(path+"summaries?processIds=127.0.0.1:9999").WantError(http.StatusNotFound, "HOST_NOT_FOUND")
}
