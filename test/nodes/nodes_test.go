package nodes

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

func itoa(n int) string { return strconv.Itoa(n) }

// pair are two nodes of one store. first created the organization.
type pair struct {
	*testing.T
	first, second *node
}

func (p *pair) both() []*node { return []*node{p.first, p.second} }

// start starts two nodes at the same time on an empty database.
func start(t *testing.T) *pair {
	t.Helper()
	return startOn(t, pgtest.URL(t))
}

func startOn(t *testing.T, url string, flags ...string) *pair {
	t.Helper()
	at := func(host string) *node { return newNode(t, url, append([]string{"--cluster-host", host}, flags...)...) }
	a, b := at("127.0.0.1"), at("127.0.0.2")
	a.launch()
	b.launch()
	a.ready()
	b.ready()
	if a.boot.PrivateKey == "" {
		a, b = b, a
	}
	a.token = token(a, a)
	b.token = a.token
	return &pair{t, a, b}
}

func TestTwoNodes(t *testing.T) {
	p := start(t)
	for _, c := range []struct {
		name  string
		check func(*pair)
	}{
		{"make one organization", oneOrganization},
		{"accept each other's nonces and tokens", credentials},
		{"see each other's revocations", revocations},
		{"lose no update of one object", updates},
		{"give a name once", names},
		{"write dense and complete events", events},
		{"share the clock, and do once what falls due", clock},
		{"add up how often an address was used", usage},
		{"run clusters where they are, for both", clusters},
		{"go on without each other", alone},
	} {
		ok := t.Run(c.name, func(t *testing.T) {
			p.T, p.first.t, p.second.t = t, t, t
			c.check(p)
		})
		p.T, p.first.t, p.second.t = t, t, t
		if !ok {
			t.FailNow()
		}
	}
}

func oneOrganization(p *pair) {
	a, b := p.first.boot, p.second.boot
	if a.OrgID == "" || a.OrgID != b.OrgID || a.ProjectID != b.ProjectID || a.OwnerUserID != b.OwnerUserID {
		p.Errorf("the nodes have different bootstrap data:\n%+v\n%+v", a, b)
	}
	if a.PrivateKey == "" || a.ClientSecret == "" || b.PublicKey+b.PrivateKey+b.ClientID+b.ClientSecret != "" {
		p.Error("not exactly one of the nodes has the first credentials")
	}
	if p.first.name() == p.second.name() {
		p.Errorf("both nodes are called %s", p.first.name())
	}
	for _, n := range p.both() {
		if orgs := n.list("/orgs"); len(orgs) != 1 {
			p.Errorf("there are %d organizations", len(orgs))
		}
		if made := kinds(n.list("/orgs/" + a.OrgID + "/events"))["ORG_CREATED"]; made != 1 {
			p.Errorf("the organization was made %d times", made)
		}
		if log, err := os.ReadFile(n.path("bootstrap.json")); err != nil || strings.Contains(string(log), n.store) {
			p.Errorf("bootstrap.json has the store's URL, or %v", err)
		}
	}
}

// kinds counts events by type.
func kinds(events []object) map[string]int {
	count := map[string]int{}
	for _, e := range events {
		count[e["eventTypeName"].(string)]++
	}
	return count
}

func credentials(p *pair) {
	for i, issuer := range p.both() {
		other := p.both()[1-i]
		nonce := challenge(issuer)
		if status := answer(p, other, p.first.boot.PublicKey, p.first.boot.PrivateKey, nonce); status != http.StatusOK {
			p.Errorf("node %d's nonce at the other: %d", i, status)
		}
		own := token(p.first, issuer)
		if status, _ := other.callAs(own, http.MethodGet, "/groups", nil); status != http.StatusOK {
			p.Errorf("node %d's token at the other: %d", i, status)
		}
	}
}

// seen is the time within which a node must see another one's change.
const seen = time.Second

func revocations(p *pair) {
	for i, n := range p.both() {
		other := p.both()[1-i]
		short := token(p.first, n)
		revoke(p, n, short)
		within(p.T, seen, "the end of a token", func() bool {
			status, _ := other.callAs(short, http.MethodGet, "/groups", nil)
			return status == http.StatusUnauthorized
		})

		keys := "/orgs/" + n.boot.OrgID + "/apiKeys"
		key := n.want(http.StatusOK, http.MethodPost, keys, object{"desc": "short", "roles": []string{"ORG_MEMBER"}})
		use := func() int {
			return answer(p, other, key["publicKey"].(string), key["privateKey"].(string), challenge(other))
		}
		if status := use(); status != http.StatusOK {
			p.Fatalf("a new key at the other node: %d", status)
		}
		n.want(http.StatusNoContent, http.MethodDelete, keys+"/"+key["id"].(string), nil)
		within(p.T, seen, "the end of a key", func() bool { return use() == http.StatusUnauthorized })
	}
}

var switches = []string{
	"isCollectDatabaseSpecificsStatisticsEnabled", "isDataExplorerEnabled", "isExtendedStorageSizesEnabled",
	"isPerformanceAdvisorEnabled", "isRealtimePerformancePanelEnabled", "isSchemaAdvisorEnabled",
}

// updates changes each switch of one object by a client of its own, half of them at each node. Every PATCH that is answered
// must have its effect, whatever the others do.
func updates(p *pair) {
	path := "/groups/" + p.first.boot.ProjectID + "/settings"
	for round := range 10 {
		on := round%2 == 0
		var clients sync.WaitGroup
		for i, name := range switches {
			clients.Go(func() { p.both()[i%2].want(http.StatusOK, http.MethodPatch, path, object{name: on}) })
		}
		clients.Wait()
		for i, n := range p.both() {
			got := n.want(http.StatusOK, http.MethodGet, path, nil)
			for _, name := range switches {
				if got[name] != on {
					p.Fatalf("round %d at node %d: %s is %v", round, i, name, got[name])
				}
			}
		}
	}
}

// names creates projects of the same names at both nodes.
func names(p *pair) {
	for i := range 10 {
		var created atomic.Int32
		var clients sync.WaitGroup
		for c := range 4 {
			clients.Go(func() {
				status, answer := p.both()[c%2].call(http.MethodPost, "/groups", object{"name": fmt.Sprint("project-", i), "orgId": p.first.boot.OrgID})
				switch status {
				case http.StatusOK:
					created.Add(1)
				case http.StatusConflict:
				default:
					p.Errorf("%d: %v", status, answer)
				}
			})
		}
		clients.Wait()
		if created.Load() != 1 {
			p.Errorf("project-%d was created %d times", i, created.Load())
		}
	}
	if n := len(p.second.list("/groups")); n != 11 {
		p.Errorf("%d projects", n)
	}
}

// events compares the organization's events, which both nodes have written, with its objects.
func events(p *pair) {
	path := "/orgs/" + p.first.boot.OrgID + "/events"
	all := p.first.list(path)
	var ids, again []string
	for _, e := range all {
		ids = append(ids, e["id"].(string))
	}
	for _, e := range p.second.list(path) {
		again = append(again, e["id"].(string))
	}
	if !slices.Equal(ids, again) {
		p.Error("the nodes return different events")
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(all) {
		p.Error("an event is in the list twice")
	}
	count := kinds(all)
	if count["GROUP_CREATED"] != 11 || count["API_KEY_CREATED"] != 2 || count["API_KEY_DELETED"] != 2 {
		p.Errorf("the log has %v", count)
	}
}

// TestThePasswordStaysSecret: whatever is wrong with the store, the command does not print its password.
func TestThePasswordStaysSecret(t *testing.T) {
	const secret = "s3cr3t"
	for name, store := range map[string]string{
		"nobody is there": "postgres://telamon:" + secret + "@127.0.0.1:1/telamon",
		"no URL":          "postgres://telamon:" + secret + "@127.0.0.1:port/telamon",
		"another store":   "mysql://telamon:" + secret + "@127.0.0.1/telamon",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, store)
			n.launch()
			if <-n.ended; n.err == nil || n.log.String() == "" || strings.Contains(n.log.String(), secret) {
				t.Errorf("it ends with %v and prints %s", n.err, n.log)
			}
		})
	}
}
