package nodes

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestRaces changes related objects at both nodes at the same time. A request that comes too late gets an error, and
// nothing is left of a deleted object.
func TestRaces(t *testing.T) {
	p := start(t)
	for name, race := range map[string]func(*pair, int){
		"a project is deleted while it is filled":       projectGoes,
		"an organization is deleted while it is filled": organizationGoes,
		"a role is deleted while users get it":          roleGoes,
		"many requests want the last of a limit":        limitIsReached,
	} {
		t.Run(name, func(t *testing.T) {
			p.T, p.first.t, p.second.t = t, t, t
			for i := range 8 {
				race(p, i)
			}
		})
		p.T, p.first.t, p.second.t = t, t, t
	}
}

// try is a request, and the statuses that its answer may have.
type try struct {
	token, method, path string
	body                any
	may                 []int
}

// together sends requests at the same time, to either node in turn, and returns how they were answered.
func together(p *pair, round int, tries ...try) []int {
	p.Helper()
	statuses := make([]int, len(tries))
	var clients sync.WaitGroup
	for i, r := range tries {
		clients.Go(func() {
			token := r.token
			if token == "" {
				token = p.first.token
			}
			status, answer := p.both()[(i+round)%2].callAs(token, r.method, r.path, r.body)
			if statuses[i] = status; !slices.Contains(r.may, status) {
				p.Errorf("%s %s: %d: %v", r.method, r.path, status, answer)
			}
		})
	}
	clients.Wait()
	return statuses
}

// mentions are the tables in which a row has the text.
func mentions(p *pair, text string) (tables []string) {
	p.Helper()
	conn, err := pgxpool.New(p.Context(), p.first.store)
	p.first.must(err)
	defer conn.Close()
	rows, err := conn.Query(p.Context(), "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'body' AND table_name <> 'events'")
	p.first.must(err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	p.first.must(err)
	if len(all) < 10 {
		p.Fatalf("the tables are %v", all)
	}
	for _, table := range all {
		var n int
		p.first.must(conn.QueryRow(p.Context(), "SELECT count(*) FROM "+table+" WHERE position($1::bytea IN body) > 0", []byte(text)).Scan(&n))
		if n > 0 {
			tables = append(tables, table)
		}
	}
	return tables
}

func projectGoes(p *pair, round int) {
	org := p.first.boot.OrgID
	id := p.first.want(http.StatusOK, http.MethodPost, "/groups", object{"name": fmt.Sprint("goes-", round), "orgId": org})["id"].(string)
	key := p.first.want(http.StatusOK, http.MethodPost, "/orgs/"+org+"/apiKeys", object{"desc": "k", "roles": []string{"ORG_MEMBER"}})["id"].(string)
	at, late := "/groups/"+id, http.StatusNotFound
	roles := []object{{"roleName": "read", "databaseName": "shop"}}
	together(p, round,
		try{"", http.MethodDelete, at, nil, []int{http.StatusNoContent}},
		try{"", http.MethodPost, at + "/apiKeys/" + key, []object{{"roles": []string{"GROUP_OWNER"}}}, []int{http.StatusNoContent, late}},
		try{"", http.MethodPost, at + "/databaseUsers", object{"databaseName": "admin", "username": "u", "password": "correct horse", "roles": roles}, []int{http.StatusCreated, late}},
		try{"", http.MethodPost, at + "/accessList", []object{{"ipAddress": "1.2.3.4"}}, []int{http.StatusOK, late}},
		try{"", http.MethodPost, at + "/customDBRoles/roles", object{"roleName": "r", "inheritedRoles": []object{{"role": "read", "db": "shop"}}}, []int{http.StatusAccepted, late}},
		try{"", http.MethodPatch, at + "/auditLog", object{"enabled": true}, []int{http.StatusOK, late}},
		try{"", http.MethodPatch, at + "/awsCustomDNS", object{"enabled": true}, []int{http.StatusOK, late}},
		try{"", http.MethodPost, at + "/serviceAccounts", object{
			"name": "a", "description": "a", "roles": []string{"GROUP_OWNER"}, "secretExpiresAfterHours": 8,
		}, []int{http.StatusCreated, late}},
	)
	if left := mentions(p, id); len(left) > 0 {
		p.Errorf("round %d: the project is deleted, but still mentioned in the tables %v", round, left)
	}
}

func organizationGoes(p *pair, round int) {
	made := p.first.want(http.StatusCreated, http.MethodPost, "/orgs", object{"name": fmt.Sprint("goes-", round), "serviceAccount": object{
		"name": "a", "description": "a", "roles": []string{"ORG_OWNER"}, "secretExpiresAfterHours": 8,
	}})
	id := made["organization"].(object)["id"].(string)
	account := made["serviceAccount"].(object)
	its := *p.first
	its.boot.ClientID, its.boot.ClientSecret = account["clientId"].(string), account["secrets"].([]any)[0].(object)["secret"].(string)
	own := token(&its, p.first)
	at, late := "/orgs/"+id, []int{http.StatusUnauthorized, http.StatusNotFound}
	statuses := together(p, round,
		try{own, http.MethodDelete, at, nil, []int{http.StatusNoContent, http.StatusConflict}},
		try{own, http.MethodPost, at + "/apiKeys", object{"desc": "k", "roles": []string{"ORG_OWNER"}}, append(late, http.StatusOK)},
		try{own, http.MethodPost, at + "/serviceAccounts", object{
			"name": "a", "description": "a", "roles": []string{"ORG_OWNER"}, "secretExpiresAfterHours": 8,
		}, append(late, http.StatusCreated)},
		try{own, http.MethodPost, "/groups", object{"name": "in the way", "orgId": id}, append(late, http.StatusOK)},
		try{own, http.MethodPatch, at + "/settings", object{"multiFactorAuthRequired": true}, append(late, http.StatusOK)},
	)
	gone, filled := statuses[0] == http.StatusNoContent, statuses[3] == http.StatusOK
	if gone == filled {
		p.Errorf("round %d: the organization is gone: %v, it has a project: %v", round, gone, filled)
	}
	if left := mentions(p, id); gone && len(left) > 0 {
		p.Errorf("round %d: the organization is deleted, but still mentioned in the tables %v", round, left)
	}
}

func roleGoes(p *pair, round int) {
	at, name := "/groups/"+p.first.boot.ProjectID, fmt.Sprint("role", round)
	p.first.want(http.StatusAccepted, http.MethodPost, at+"/customDBRoles/roles", object{"roleName": name, "inheritedRoles": []object{{"role": "read", "db": "shop"}}})
	roles := []object{{"roleName": name, "databaseName": "admin"}, {"roleName": "read", "databaseName": "shop"}}
	var tries []try
	for i := range 4 {
		tries = append(tries, try{"", http.MethodPost, at + "/databaseUsers", object{
			"databaseName": "admin", "username": fmt.Sprint("user", round, "-", i), "password": "correct horse", "roles": roles,
		}, []int{http.StatusCreated, http.StatusBadRequest}})
	}
	together(p, round, slices.Insert(tries, 2, try{"", http.MethodDelete, at + "/customDBRoles/roles/" + name, nil, []int{http.StatusNoContent}})...)
	if left := mentions(p, `"`+name+`"`); len(left) > 0 {
		p.Errorf("round %d: the role is deleted, but still mentioned in the tables %v", round, left)
	}
}

func limitIsReached(p *pair, round int) {
	id := p.first.want(http.StatusOK, http.MethodPost, "/groups", object{"name": fmt.Sprint("small-", round), "orgId": p.first.boot.OrgID})["id"].(string)
	at := "/groups/" + id
	const limit = 3
	p.first.want(http.StatusOK, http.MethodPatch, at+"/limits/atlas.project.security.networkAccess.entries", object{"value": limit})
	var tries []try
	for i := range 2 * limit {
		tries = append(tries, try{"", http.MethodPost, at + "/accessList", []object{{"ipAddress": fmt.Sprint("1.2.3.", i)}}, []int{http.StatusOK, http.StatusForbidden}})
	}
	together(p, round, tries...)
	events := kinds(p.second.list(at + "/events"))
	if n := len(p.first.list(at + "/accessList")); n != limit || events["NETWORK_PERMISSION_ENTRY_ADDED"] != limit {
		p.Errorf("round %d: %d entries, with %v", round, n, events)
	}
}
