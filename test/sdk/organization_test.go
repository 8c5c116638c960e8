package sdk

import (
	"encoding/json"
	"io"
	"net/http"
)

func status(w *world) {
	w.shows(w.do("getSystemStatus"), object{"appName": "MongoDB Atlas", "throttling": false})
	w.shows(w.do("returnAllControlPlaneIpAddresses"), object{"inbound": object{}, "outbound": object{}})
	types := w.do("listEventTypes", query{"ItemsPerPage": 500})
	if n, _ := types.at("totalCount").(float64); n < 900 || len(types.results()) != 500 {
		w.t.Errorf("%v event types, %d at once", n, len(types.results()))
	}
	more := w.do("listEventTypes", query{"ItemsPerPage": 500, "PageNum": 2})
	w.shows(more, object{"totalCount": types.at("totalCount")})
	known := map[any]bool{}
	for _, name := range append(each(types.results(), "eventType"), each(more.results(), "eventType")...) {
		known[name] = true
	}
	if float64(len(known)) != types.at("totalCount") || !known["GROUP_CREATED"] || !known["MONGODB_USER_ADDED"] {
		w.t.Errorf("%d different event types of %v", len(known), types.at("totalCount"))
	}
	rateLimits(w)
}

// rateLimits uses the SDK's HTTP client, because neither generation has the operations.
func rateLimits(w *world) {
	res := w.get("/api/atlas/v2/rateLimits?itemsPerPage=500")
	sizes := map[any]any{}
	for _, set := range res.results() {
		sizes[set.(object)["endpointSetId"]] = set.(object)["capacity"].(object)["value"]
	}
	if sizes["organizationSettings"] != 10.0 || sizes["databaseUsers"] != 10000.0 {
		w.t.Errorf("rate limits: %v", sizes)
	}
	w.shows(w.get("/api/atlas/v2/rateLimits/organizationSettings"), object{"scope": "ORGANIZATION", "capacity": object{"value": 10}, "refillRate": object{"value": 5}})
}

// get sends a GET for which the SDK has no method.
func (w *world) get(path string) reply {
	w.t.Helper()
	return w.getAt("2025-03-12", path)
}

// getAt is get, for a given version.
func (w *world) getAt(version, path string) (r reply) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.srv.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/vnd.atlas."+version+"+json")
	res, err := w.owner.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(raw, &r.value) != nil {
		w.t.Fatalf("%s: %s, %v: %s", path, res.Status, err, raw)
	}
	return r
}

func anOrganization(w *world) {
	org := w.srv.OrgID
	w.shows(w.do("getOrganization", org), object{"id": org, "isDeleted": false})
	w.shows(w.do("updateOrganization", org, object{"name": "House of the SDK"}), object{"id": org, "name": "House of the SDK"})
	w.wrote(ofOrg, "ORG_RENAMED", nil)
	w.shows(w.do("listOrganizations"), object{"totalCount": 1, "results": list{object{"id": org, "name": "House of the SDK"}}})

	w.shows(w.do("getOrganizationSettings", org), object{"apiAccessListRequired": false, "multiFactorAuthRequired": false, "restrictEmployeeAccess": false})
	next := object{
		"multiFactorAuthRequired": true, "restrictEmployeeAccess": true, "genAIFeaturesEnabled": false,
		"maxServiceAccountSecretValidityInHours": 1000, "securityContact": "ada@example.com",
	}
	w.shows(w.do("updateOrganizationSettings", org, next), next)
	w.shows(w.do("getOrganizationSettings", org), next)
	for _, what := range []string{
		"ORG_TWO_FACTOR_AUTH_REQUIRED", "ORG_EMPLOYEE_ACCESS_RESTRICTED", "ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED", "SECURITY_CONTACT_MODIFIED",
	} {
		w.wrote(ofOrg, what, nil)
	}
	w.naming(w.no(http.StatusBadRequest, "VALIDATION_ERROR", "updateOrganizationSettings", org,
		object{"maxServiceAccountSecretValidityInHours": 7}), "maxServiceAccountSecretValidityInHours")
}

// anotherOrganization creates an organization with credentials of its own, uses them, because no others have access, and
// deletes it.
func anotherOrganization(w *world) {
	begin := object{"name": "Another", "apiKey": object{"desc": "its first", "roles": list{"ORG_OWNER"}}}
	if w.today {
		begin["serviceAccount"] = object{"name": "first", "description": "its first", "roles": list{"ORG_OWNER"}, "secretExpiresAfterHours": 8}
	}
	born := w.do("createOrganization", begin)
	w.shows(born, object{"organization": object{"name": "Another"}, "apiKey": object{"desc": "its first"}})
	org := born.str("organization", "id")
	its := w.key(reply{value: born.at("apiKey")})
	w.shows(w.by(its, "listOrganizations"), object{"totalCount": 1, "results": list{object{"id": org}}})
	if w.today {
		w.shows(w.by(w.account(reply{value: born.at("serviceAccount")}), "getOrganization", org), object{"name": "Another"})
	}
	w.no(http.StatusForbidden, "USER_UNAUTHORIZED", "getOrganization", org)
	w.noBy(its, http.StatusForbidden, "USER_UNAUTHORIZED", "getOrganization", w.srv.OrgID)

	p := w.by(its, "createProject", object{"name": "in the way", "orgId": org})
	w.noBy(its, http.StatusConflict, "ORG_NOT_EMPTY", "deleteOrganization", org)
	w.by(its, "deleteProject", p.str("id"))
	events := w.by(its, "listOrganizationEvents", org).results()
	if got := each(events, "eventTypeName"); !same(got[:2], list{"GROUP_DELETED", "GROUP_CREATED"}) {
		w.t.Errorf("events of the other organization: %v", got)
	}
	w.by(its, "deleteOrganization", org)
	w.noBy(its, http.StatusUnauthorized, "UNEXPECTED_ERROR", "getOrganization", org)
}
