package server

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/telamon-db/telamon/"

// house says which packages of Telamon each part may import. A part is the folder and what is below it; the longest
// name that fits counts. docs/ARCHITECTURE.md draws the same picture.
var house = map[string][]string{
	"internal/clock":                  {},
	"internal/wire":                   {},
	"internal/durable":                {},
	"internal/testneeds":              {},
	"internal/fault":                  {},
	"internal/authz":                  {},
	"internal/verifier":               {},
	"internal/password":               {"internal/share"},
	"internal/bearer":                 {},
	"internal/webpage":                {},
	"internal/model":                  {"internal/authz"},
	"internal/letters":                {"internal/model", "internal/reconcile", "internal/store"},
	"internal/mail":                   {"internal/durable", "internal/letters", "internal/model", "internal/reconcile", "internal/store"},
	"internal/invite":                 {"internal/authz", "internal/bearer", "internal/event", "internal/fault", "internal/letters", "internal/model", "internal/password", "internal/people", "internal/reconcile", "internal/state", "internal/store", "internal/webpage"},
	"internal/people":                 {"internal/authz", "internal/event", "internal/fault", "internal/model", "internal/state", "internal/store"},
	"internal/roster":                 {"internal/invite", "internal/model", "internal/state", "internal/store"},
	"internal/docdb":                  {"internal/docdb", "internal/wire"},
	"internal/docdb/delta":            {"internal/docdb/keys", "internal/docdb/query/value"},
	"internal/docdb/keys":             {"internal/wire"},
	"internal/docdb/field":            {"internal/docdb/keys", "internal/wire"},
	"internal/docdb/usage":            {"internal/wire"},
	"internal/docdb/stable":           {"internal/wire"},
	"internal/docdb/report":           {"internal/docdb/field", "internal/docdb/keys", "internal/docdb/plan", "internal/docdb/storage", "internal/docdb/usage", "internal/wire"},
	"internal/docdb/reply":            {"internal/docdb/memory", "internal/docdb/storage"},
	"internal/docdb/expiry":           {"internal/docdb/plan", "internal/docdb/query/match", "internal/docdb/query/stage", "internal/docdb/storage"},
	"internal/docdb/concern":          {"internal/wire"},
	"internal/docdb/disk":             {},
	"internal/docdb/memory":           {"internal/wire"},
	"internal/docdb/quota":            {"internal/wire"},
	"internal/docdb/pace":             {},
	"internal/docdb/spill":            {"internal/docdb/disk", "internal/docdb/memory", "internal/docdb/pace", "internal/wire"},
	"internal/docdb/query/value":      {"internal/docdb/keys", "internal/wire"},
	"internal/docdb/query/order":      {"internal/docdb/keys", "internal/docdb/query/value", "internal/docdb/spill", "internal/wire"},
	"internal/docdb/query/pattern":    {"internal/wire"},
	"internal/docdb/query/accumulate": {"internal/docdb/keys", "internal/docdb/query/value"},
	"internal/docdb/query/expression": {"internal/docdb/keys", "internal/docdb/pace", "internal/docdb/query/accumulate", "internal/docdb/query/order", "internal/docdb/query/pattern", "internal/docdb/query/value", "internal/wire"},
	"internal/docdb/query/match":      {"internal/docdb/keys", "internal/docdb/pace", "internal/docdb/query/expression", "internal/docdb/query/pattern", "internal/docdb/query/value", "internal/wire"},
	"internal/docdb/query/projection": {"internal/docdb/keys", "internal/docdb/query/expression", "internal/docdb/query/match", "internal/docdb/query/value", "internal/wire"},
	"internal/docdb/query/update":     {"internal/docdb/keys", "internal/docdb/query/expression", "internal/docdb/query/match", "internal/docdb/query/order", "internal/docdb/query/stage", "internal/docdb/query/value", "internal/wire"},
	"internal/docdb/query/stage":      {"internal/docdb/keys", "internal/docdb/memory", "internal/docdb/pace", "internal/docdb/query/accumulate", "internal/docdb/query/expression", "internal/docdb/query/match", "internal/docdb/query/order", "internal/docdb/query/projection", "internal/docdb/query/value", "internal/docdb/spill", "internal/wire"},
	"internal/docdb/storage":          {"internal/docdb/delta", "internal/docdb/disk", "internal/docdb/keys", "internal/docdb/query/match", "internal/docdb/query/order", "internal/docdb/query/value", "internal/docdb/quota", "internal/wire"},
	"internal/docdb/plan":             {"internal/docdb/field", "internal/docdb/keys", "internal/docdb/pace", "internal/docdb/query/expression", "internal/docdb/query/match", "internal/docdb/query/order", "internal/docdb/query/projection", "internal/docdb/query/stage", "internal/docdb/query/value", "internal/docdb/spill", "internal/docdb/storage", "internal/wire"},
	"internal/logfile":                {"internal/durable"},
	"internal/series":                 {"internal/store"},
	"internal/measure":                {"internal/gateway", "internal/series", "internal/wire"},
	"internal/notify":                 {"internal/model", "internal/state", "internal/store"},
	"internal/mongolog":               {"internal/gateway", "internal/logfile", "internal/wire"},
	"internal/audit":                  {"internal/docdb/query/expression", "internal/docdb/query/match", "internal/gateway", "internal/logfile", "internal/wire"},
	"internal/insight":                {"internal/docdb/keys", "internal/gateway", "internal/model", "internal/state", "internal/store", "internal/wire"},
	"internal/gateway":                {"internal/pki", "internal/ratelimit", "internal/share", "internal/verifier", "internal/wire"},
	"internal/bucket":                 {},
	"internal/plane/dump":             {"internal/wire"},
	"internal/plane/manifest":         {"internal/durable"},
	"internal/plane/oplogs":           {"internal/durable"},
	"internal/plane/progress":         {"internal/model"},
	"internal/plane/vault":            {"internal/bucket", "internal/model", "internal/plane/manifest", "internal/plane/oplogs"},
	"internal/plane":                  {"internal/bucket", "internal/docdb", "internal/durable", "internal/gateway", "internal/model", "internal/plane/dump", "internal/plane/manifest", "internal/plane/oplogs", "internal/plane/progress", "internal/plane/vault", "internal/share", "internal/wire"},
	"internal/store":                  {"internal/durable", "internal/store"},
	"internal/state":                  {"internal/authz", "internal/model", "internal/store", "internal/fault"},
	"internal/event":                  {"internal/authz", "internal/model", "internal/state", "internal/store"},
	"internal/reconcile":              {"internal/clock", "internal/state", "internal/store"},
	"internal/policy":                 {"internal/fault", "internal/model", "internal/state", "internal/store"},
	"internal/failure":                {"internal/fault", "internal/gateway", "internal/model", "internal/reconcile", "internal/wire"},
	"internal/relocation":             {"internal/model", "internal/plane", "internal/reconcile", "internal/resource/backup", "internal/state", "internal/store"},
	"internal/nodes":                  {"internal/model", "internal/reconcile", "internal/state", "internal/store"},
	"internal/api/schema":             {"internal/fault"},
	"internal/api/openapi":            {"internal/api", "internal/api/schema", "internal/fault"},
	"internal/pki":                    {"internal/durable"},
	"internal/dns":                    {"internal/share"},
	"internal/share":                  {},
	"internal/ratelimit":              {},
	"internal/trouble":                {},
	"internal/requestlog":             {},
	"internal/metrics":                {"internal/gateway", "internal/reconcile", "internal/store"},
	"internal/api":                    {"internal/api/schema", "internal/authz", "internal/fault", "internal/ratelimit", "internal/requestlog", "internal/share", "internal/store", "internal/trouble"},
	"internal/login":                  {"internal/bearer", "internal/fault", "internal/model", "internal/password", "internal/ratelimit", "internal/state", "internal/store", "internal/webpage"},
	"internal/authn":                  {"internal/authz", "internal/bearer", "internal/clock", "internal/fault", "internal/model", "internal/state", "internal/store"},
	"internal/kept":                   {"internal/api", "internal/event", "internal/fault", "internal/model", "internal/reconcile", "internal/state", "internal/store"},
	"internal/resource/shape":         {"internal/api", "internal/api/schema", "internal/authz", "internal/fault", "internal/measure", "internal/model", "internal/roster", "internal/state", "internal/store"},

	"internal/resource":                    ofFamilies,
	"internal/resource/backup":             append([]string{"internal/resource/backup/collections"}, ofFamilies...),
	"internal/resource/backup/collections": {"internal/api", "internal/fault", "internal/model", "internal/plane", "internal/state", "internal/store"},
}

// ofFamilies are what each family may import.
var ofFamilies = []string{
	"internal/insight",
	"internal/api", "internal/api/schema", "internal/audit", "internal/authn", "internal/authz", "internal/plane", "internal/event", "internal/fault", "internal/invite", "internal/kept", "internal/logfile", "internal/mail",
	"internal/letters", "internal/measure", "internal/model", "internal/notify", "internal/password", "internal/people", "internal/pki", "internal/policy", "internal/ratelimit",
	"internal/reconcile", "internal/resource/shape", "internal/roster", "internal/series", "internal/state", "internal/store", "internal/verifier",
}

// most is how many lines of code a package has at most, tests aside: what is larger wants to be two.
const most = 5000

// composers may import everything.
var composers = []string{"internal/server", "internal/apitest", "telamontest", "cmd"}

func TestTheHouseStandsAsDrawn(t *testing.T) {
	root, lines := filepath.Join("..", ".."), map[string]int{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git" || e.Name() == "tools") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if err := count(path, filepath.ToSlash(rel), lines); err != nil {
			return err
		}
		return checkFile(t, filepath.ToSlash(rel), path)
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg, n := range lines {
		if n > most {
			t.Errorf("%s has %d lines; at most %d", pkg, n, most)
		}
	}
}

// count adds a file's lines to those of its package.
func count(path, pkg string, lines map[string]int) error {
	src, err := os.ReadFile(path)
	lines[pkg] += bytes.Count(src, []byte{'\n'})
	return err
}

func checkFile(t *testing.T, pkg, path string) error {
	if strings.HasSuffix(pkg, "test") || slices.Contains(composers, part(pkg, composers)) {
		return nil
	}
	home := part(pkg, slices.Collect(maps.Keys(house)))
	if home == "" {
		t.Errorf("%s has no place in the house", pkg)
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if target, ours := strings.CutPrefix(target, module); ours && !allows(home, target) {
			t.Errorf("%s imports %s", pkg, target)
		}
		if target, ours := strings.CutPrefix(target, module+"internal/resource/"); ours && home == "internal/resource" && target != "shape" {
			t.Errorf("%s imports another family: %s", pkg, target)
		}
	}
	return nil
}

// allows reports whether a part may import a package: one of its list, or one in its own folder that is no part of its own.
// What is in the folder of docdb itself stands above its rooms.
func allows(home, target string) bool {
	if slices.Contains(house[home], target) || home == "internal/docdb" && strings.HasPrefix(target, home+"/") {
		return true
	}
	names := slices.Collect(maps.Keys(house))
	return part(target, names) == home
}

// part is the longest of names that pkg is or is below.
func part(pkg string, names []string) string {
	longest := ""
	for _, name := range names {
		if (pkg == name || strings.HasPrefix(pkg, name+"/")) && len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}
