package sdk

import (
	"fmt"
	"slices"
	"strings"
)

// pages reads every list page by page and at once.
func pages(w *world) {
	org := w.srv.OrgID
	for _, name := range []string{"Second", "Third"} {
		other := w.do("createProject", object{"name": name, "orgId": org})
		w.wrote(ofOrg, "GROUP_CREATED", object{"groupId": other.str("id")})
	}
	key := w.do("listProjectApiKeys", w.project).str("results", 0, "id")
	account := w.do("listServiceAccounts", org)
	robot := ""
	for _, a := range account.results() {
		if a := a.(object); a["name"] == "robot" {
			robot = a["clientId"].(string)
		}
	}
	w.paged("listProjects")
	w.paged("listOrganizations")
	w.paged("listOrganizationProjects", org)
	w.paged("listApiKeys", org)
	w.paged("listApiKeyAccessListsEntries", org, key)
	w.paged("listProjectApiKeys", w.project)
	w.paged("listServiceAccounts", org)
	w.paged("listServiceAccountProjects", org, robot)
	w.paged("listServiceAccountAccessList", org, robot)
	w.paged("listProjectServiceAccounts", w.project)
	w.paged("listDatabaseUsers", w.project)
	w.paged("listProjectIpAccessLists", w.project)
	w.paged("listOrganizationEvents", org)
	w.paged("listProjectEvents", w.project)
}

// paged reads a list with pages of one item, and in one page. Both must have the same items, each once, and the same total,
// and the links must lead to the next and previous pages.
func (w *world) paged(operation string, args ...any) {
	w.t.Helper()
	all := w.do(operation, append(args, query{"ItemsPerPage": 500})...)
	n := len(all.results())
	if n == 0 {
		w.t.Fatalf("%s returns no items", operation)
	}
	w.shows(all, object{"totalCount": n})
	w.links(operation, all, "self")
	var single list
	for num := 1; num <= n; num++ {
		page := w.do(operation, append(args, query{"ItemsPerPage": 1, "PageNum": num})...)
		w.shows(page, object{"totalCount": n})
		want := []string{"self"}
		if num < n {
			want = append(want, fmt.Sprintf("next %d", num+1))
		}
		if num > 1 {
			want = append(want, fmt.Sprintf("previous %d", num-1))
		}
		w.links(operation, page, want...)
		single = append(single, page.results()...)
	}
	if !same(single, all.results()) {
		w.t.Errorf("%s: page by page\n%s\nat once\n%s", operation, text(single), text(all.results()))
	}
	w.shows(w.do(operation, append(args, query{"ItemsPerPage": 1, "PageNum": n + 1})...), object{"totalCount": n, "results": list{}})
	if w.owner.takes(operation, "IncludeCount") {
		w.shows(w.do(operation, append(args, query{"IncludeCount": false, "ItemsPerPage": 1})...), object{"totalCount": nil})
	}
}

// links fails the test unless the page has these links: what they are, and to which page.
func (w *world) links(operation string, page reply, want ...string) {
	w.t.Helper()
	var got []string
	items, _ := page.at("links").(list)
	for _, l := range items {
		href, rel := l.(object)["href"].(string), l.(object)["rel"].(string)
		if !strings.HasPrefix(href, w.srv.URL+"/api/atlas/v2/") {
			w.t.Errorf("%s links to %s", operation, href)
		}
		if rel != "self" {
			_, num, _ := strings.Cut(href, "pageNum=")
			num, _, _ = strings.Cut(num, "&")
			rel += " " + num
		}
		got = append(got, rel)
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		w.t.Errorf("%s links to %v, want %v", operation, got, want)
	}
}
