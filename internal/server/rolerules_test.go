package server

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The roles that there are.
var (
	orgRoles = strings.Fields(`ORG_OWNER ORG_GROUP_CREATOR ORG_BILLING_ADMIN ORG_BILLING_READ_ONLY ORG_STREAM_PROCESSING_ADMIN
		ORG_READ_ONLY ORG_MEMBER`)
	groupRoles = strings.Fields(`GROUP_ACCESS_MANAGER GROUP_ALERTS_MANAGER GROUP_ATLAS_ADMIN GROUP_AUTOMATION_ADMIN
		GROUP_BACKUP_ADMIN GROUP_BACKUP_CREATOR GROUP_BACKUP_EXPORT_OPERATOR GROUP_BACKUP_MANAGER GROUP_BACKUP_RECOVERY_OPERATOR
		GROUP_BILLING_ADMIN GROUP_CHARTS_ADMIN GROUP_CLUSTER_CREATOR GROUP_CLUSTER_LOG_VIEWER GROUP_CLUSTER_MANAGER
		GROUP_CLUSTER_RESILIENCE_TESTER GROUP_DATABASE_ACCESS_ADMIN GROUP_DATA_ACCESS_ADMIN GROUP_DATA_ACCESS_READ_ONLY
		GROUP_DATA_ACCESS_READ_WRITE GROUP_INDEX_MANAGER GROUP_MODEL_OWNER GROUP_MONITORING_ADMIN GROUP_NETWORK_ACCESS_MANAGER
		GROUP_OBSERVABILITY_VIEWER GROUP_OWNER GROUP_READ_ONLY GROUP_READ_WRITE GROUP_REPLICA_SET_MANAGER
		GROUP_SEARCH_INDEX_EDITOR GROUP_STREAM_PROCESSING_MANAGER GROUP_STREAM_PROCESSING_OWNER GROUP_SUPPORT_ACCESS_MANAGER
		GROUP_USER_ADMIN`)
	// Those that change nothing.
	readOnlyRoles = strings.Fields(`ORG_MEMBER ORG_READ_ONLY ORG_BILLING_READ_ONLY GROUP_READ_ONLY GROUP_DATA_ACCESS_READ_ONLY
		GROUP_OBSERVABILITY_VIEWER GROUP_CLUSTER_LOG_VIEWER`)
)

// inclusion is what each role gives beyond itself: an organization role in its organization and all projects of it, a
// project role in its project.
func inclusion(role string) []string {
	switch {
	case role == "ORG_OWNER":
		return slices.Concat(orgRoles, groupRoles)
	case role == "ORG_READ_ONLY":
		return []string{"ORG_MEMBER", "GROUP_READ_ONLY"}
	case slices.Contains(orgRoles, role):
		return []string{"ORG_MEMBER"}
	case role == "GROUP_OWNER":
		return groupRoles
	}
	return []string{"GROUP_READ_ONLY"}
}

// access is a line of testdata/roles.tsv.
type access struct {
	public, any bool
	roles       []string
	self        string // path parameter that may name the caller
}

// admits reports whether the caller may do what acts in the scope, given by the name of its path parameter. Without a
// scope, a role that is held anywhere suffices.
func (a access) admits(c *caller, scope string) bool {
	if a.public || a.any {
		return true
	}
	if (c.foreign || c.elsewhere) && scope != "" {
		return false
	}
	held := append([]string{c.role}, inclusion(c.role)...)
	return slices.ContainsFunc(a.roles, func(r string) bool { return slices.Contains(held, r) })
}

func (c *caller) writes() bool { return !slices.Contains(readOnlyRoles, c.role) }

var braces = regexp.MustCompile(`\{[^}]+\}`)

// route is what tells operations apart: the names of path parameters do not.
func route(method, path string) string { return method + " " + braces.ReplaceAllString(path, "{}") }

func readRoles(t *testing.T) map[string]access {
	t.Helper()
	raw, err := os.ReadFile("testdata/roles.tsv")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]access{}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Split(strings.TrimSpace(line), "\t")
		if len(part) != 3 {
			t.Fatalf("testdata/roles.tsv: %q", line)
		}
		key := route(part[0], strings.TrimSuffix(part[1], "/"))
		if _, twice := table[key]; twice {
			t.Fatalf("testdata/roles.tsv has %s twice", key)
		}
		table[key] = readAccess(t, strings.Fields(part[2]))
	}
	return table
}

func readAccess(t *testing.T, words []string) (a access) {
	t.Helper()
	for _, word := range words {
		self, isSelf := strings.CutPrefix(word, "self:")
		switch {
		case isSelf:
			a.self = self
		case word == "any":
			a.any = true
		case word == "public":
			a.public = true
		case slices.Contains(orgRoles, word) || slices.Contains(groupRoles, word):
			a.roles = append(a.roles, word)
		default:
			t.Fatalf("testdata/roles.tsv has an unknown role: %s", word)
		}
	}
	return a
}
