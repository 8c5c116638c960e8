// Package mcp makes MongoDB's MCP server do what its users ask of it first, against a Telamon with HTTPS, on which it
// insists.
package mcp

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/telamontest"
)

type object = map[string]any

func TestTheFirstHour(t *testing.T) {
	srv := telamontest.Start(t, telamontest.TLS(), telamontest.DNS()) // it reads a connection string as a URL, which can have only one host
	c := start(t, srv)

	c.says("atlas-list-projects", object{}, "Project0")
	c.says("atlas-create-project", object{"projectName": "agents", "orgId": srv.OrgID}, `"agents" created`)
	c.says("atlas-list-projects", object{"orgId": srv.OrgID}, "agents")
	c.says("atlas-list-orgs", object{}, srv.OrgID)
	project := object{"projectId": srv.ProjectID}
	c.says("atlas-create-access-list", with(project, "ipAddresses", []string{"192.0.2.7"}), "added to access list")
	c.says("atlas-create-access-list", with(project, "currentIpAddress", true), "added to access list")
	c.says("atlas-inspect-access-list", project, "192.0.2.7")
	c.says("atlas-create-db-user", with(project, "username", "ann", "roles", []object{{"roleName": "readWrite", "databaseName": "shop"}}), `"ann" created`)
	c.says("atlas-list-db-users", project, "ann")
	c.says("atlas-create-free-cluster", with(project, "name", "free", "region", "US_EAST_1"), `"free" has been created`)
	c.says("atlas-create-cluster", with(project, "clusterName", "big", "provider", "AWS", "regions", []string{"US_EAST_1"}), `"big" is being created`)
	srv.Advance(time.Second)
	for _, name := range []string{"free", "big"} {
		c.says("atlas-inspect-cluster", with(project, "clusterName", name), "IDLE")
		c.says("atlas-list-clusters", project, name)
		c.says("atlas-list-clusters", object{}, name)
	}
	c.says("atlas-list-alerts", project, "alerts")
	for _, name := range []string{"free", "big"} {
		c.uses(with(project, "clusterName", name))
	}
}

// uses connects to a cluster and uses a collection there.
func (c *client) uses(cluster object) {
	c.t.Helper()
	var connected struct{ ConnectionID, State string }
	c.call("atlas-connect-cluster", cluster).structure(&connected)
	if connected.State != "connected" {
		c.t.Fatalf("the connection is %q", connected.State)
	}
	orders := object{"connectionId": connected.ConnectionID, "database": "shop", "collection": "orders"}
	documents := []object{{"item": "paint", "total": 5}, {"item": "brush", "total": 7}, {"item": "paint", "total": 1}}
	c.says("insert-many", with(orders, "documents", documents), "3")
	c.says("find", with(orders, "filter", object{"item": "brush"}), "brush")
	c.says("count", with(orders, "query", object{"item": "paint"}), "2")
	c.says("aggregate", with(orders, "pipeline", []object{{"$group": object{"_id": "$item", "sum": object{"$sum": "$total"}}}}), "brush")
	c.says("create-index", with(orders, "name", "by item", "definition", []object{{"type": "classic", "keys": object{"item": 1}}}), "by item")
	c.says("collection-indexes", orders, "by item")
	c.says("collection-schema", orders, "total")
	c.says("db-stats", with(object{"connectionId": connected.ConnectionID}, "database", "shop"), "shop")
	c.says("list-collections", with(object{"connectionId": connected.ConnectionID}, "database", "shop"), "orders")
	c.says("list-databases", object{"connectionId": connected.ConnectionID}, "shop")
	c.says("disconnect", object{"connectionId": connected.ConnectionID}, "")
}

// with returns o with further fields: names and values alternate.
func with(o object, pairs ...any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// answer is the answer of a tool.
type answer struct {
	t          *testing.T
	tool       string
	Content    []struct{ Text string }
	IsError    bool
	Structured json.RawMessage `json:"structuredContent"`
}

func (a answer) text() string {
	var all []string
	for _, c := range a.Content {
		all = append(all, c.Text)
	}
	return strings.Join(all, "\n") + "\n" + string(a.Structured)
}

func (a answer) structure(into any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Structured, into); err != nil {
		a.t.Fatalf("%s: %v: %s", a.tool, err, a.text())
	}
}

// says calls a tool whose answer must have the text.
func (c *client) says(tool string, args object, want string) {
	c.t.Helper()
	if a := c.call(tool, args); !strings.Contains(a.text(), want) {
		c.t.Errorf("%s does not say %q: %s", tool, want, a.text())
	}
}

// call calls a tool, which must succeed.
func (c *client) call(tool string, args object) answer {
	c.t.Helper()
	a := answer{t: c.t, tool: tool}
	c.request("tools/call", object{"name": tool, "arguments": args}, &a)
	if a.IsError {
		c.t.Fatalf("%s fails: %s", tool, a.text())
	}
	return a
}

func start(t *testing.T, srv *telamontest.Server) *client {
	t.Helper()
	ca := filepath.Join(srv.DataDir, "ca.pem")
	resolve, err := filepath.Abs("../node/resolve.cjs")
	if err != nil {
		t.Fatal(err)
	}
	c := run(t, "NODE_OPTIONS=--require="+resolve, "TELAMON_DNS="+srv.DNSAddress, "MDB_MCP_API_BASE_URL="+srv.URL, "MDB_MCP_API_CLIENT_ID="+srv.ClientID, "MDB_MCP_API_CLIENT_SECRET="+srv.ClientSecret,
		"SSL_CERT_FILE="+ca, "NODE_EXTRA_CA_CERTS="+ca, // it uses two HTTP libraries
		"MDB_MCP_CONFIRMATION_REQUIRED_TOOLS=", "HOME="+t.TempDir(),
		"MDB_MCP_TELEMETRY=disabled", "DO_NOT_TRACK=1")
	var me struct{ ServerInfo struct{ Name string } }
	c.request("initialize", object{
		"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "telamon's tests", "version": "1"},
	}, &me)
	if me.ServerInfo.Name == "" {
		t.Fatalf("the MCP server has no name: %v", me)
	}
	c.send(object{"jsonrpc": "2.0", "method": "notifications/initialized"})
	return c
}
