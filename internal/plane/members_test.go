package plane

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/tag"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
)

// anybody is a directory with one user, who may do anything, and which admits every address.
type anybody struct{}

func (anybody) User(_ context.Context, db, name string) (*gateway.User, error) {
	v, err := secretVerifier()
	return &gateway.User{ID: "1", DB: db, Name: name, SHA256: v, Roles: []gateway.Role{{Name: "atlasAdmin", DB: "admin"}}}, err
}

func (anybody) Admits(context.Context, netip.Addr) (bool, error) { return true, nil }

// openBench is a bench whose clusters can be reached by drivers.
func openBench(t *testing.T) *bench {
	b := newBench(t, t.TempDir())
	b.cfg.Directory = func(*model.Cluster) gateway.Directory { return anybody{} }
	return b
}

// spread is a cluster with three electable nodes in one region and two in another, a read-only one and an analytics one.
func spread(name string) *model.Cluster {
	c := newCluster(name)
	east := model.Region{Provider: model.AWS, Name: "US_EAST_1", Priority: 7, Electable: model.Hardware{Nodes: 3}, ReadOnly: model.Hardware{Nodes: 1}}
	west := model.Region{Provider: model.AWS, Name: "US_WEST_2", Priority: 6, Electable: model.Hardware{Nodes: 2}, Analytics: model.Hardware{Nodes: 1}}
	c.Declared.Zones = []model.Zone{{Regions: []model.Region{east, west}}}
	return c
}

// lose makes an outage of regions of a cluster; without regions it ends the outage.
func lose(c *model.Cluster, names ...string) {
	c.Outage = &model.Outage{State: model.OutageSimulating}
	for _, name := range names {
		c.Outage.Regions = append(c.Outage.Regions, model.OutageRegion{Provider: model.AWS, Name: name})
	}
}

// dial connects MongoDB's driver to all members of a cluster.
func (b *bench) dial(c *model.Cluster, more ...*options.ClientOptions) *mongo.Client {
	b.t.Helper()
	opts := options.Client().ApplyURI("mongodb://" + c.Addresses() + "/?authSource=admin&replicaSet=" + c.ReplicaSet).
		SetAuth(options.Credential{Username: "ann", Password: secret}).SetServerSelectionTimeout(10 * time.Second)
	client, err := mongo.Connect(append([]*options.ClientOptions{opts}, more...)...)
	b.must(err)
	b.t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// direct connects MongoDB's driver to a single member of a cluster.
func (b *bench) direct(c *model.Cluster, m model.Member) *mongo.Client {
	b.t.Helper()
	one := &model.Cluster{ReplicaSet: c.ReplicaSet, Topology: model.Topology{Members: []model.Member{m}}}
	return b.dial(one, options.Client().SetDirect(true))
}

// memberWho is the first member for which the function is true.
func memberWho(c *model.Cluster, is func(model.Member) bool) model.Member {
	return c.Members[slices.IndexFunc(c.Members, is)]
}

func isPrimary(m model.Member) bool { return m.Primary }

func hello(t *testing.T, client *mongo.Client) bson.Raw {
	t.Helper()
	raw, err := client.Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}, options.RunCmd().SetReadPreference(readpref.Nearest())).Raw()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestMembersSayWhoTheyAre: each member's greeting has all members of the set, and its own role.
func TestMembersSayWhoTheyAre(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	var hosts, passives bson.A
	for _, m := range c.Members {
		if m.Priority == 0 {
			passives = append(passives, m.Address())
		} else {
			hosts = append(hosts, m.Address())
		}
	}
	for _, m := range c.Members {
		h := hello(t, b.direct(c, m))
		var got struct {
			Hosts, Passives                       bson.A
			Me, Primary, SetName                  string
			IsWritablePrimary, Secondary, Passive bool
			ElectionID                            bson.ObjectID
			SetVersion                            int
			Tags                                  map[string]string
			LastWrite                             struct{ LastWriteDate time.Time }
		}
		b.must(bson.Unmarshal(h, &got))
		if !slices.Equal(got.Hosts, hosts) || !slices.Equal(got.Passives, passives) || got.Me != m.Address() || got.Primary != c.Members[0].Address() || got.SetName != c.ReplicaSet || got.SetVersion != 1 {
			t.Errorf("%+v says %s", m, h)
		}
		if got.IsWritablePrimary != m.Primary || got.Secondary == m.Primary || got.Passive != (m.Priority == 0) || got.ElectionID.IsZero() == m.Primary {
			t.Errorf("%+v says %s", m, h)
		}
		if got.Tags["nodeType"] != string(m.Node) || got.Tags["region"] != m.Region || got.Tags["provider"] != "AWS" || got.LastWrite.LastWriteDate.Before(time.Now().Add(-20*time.Second)) {
			t.Errorf("%+v says %s", m, h)
		}
	}
}

// TestSecondaries: secondaries refuse writes, and serve reads whose read preference allows it.
func TestSecondaries(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	orders := b.dial(c, options.Client().SetWriteConcern(&writeconcern.WriteConcern{W: len(c.Members)})).Database("shop").Collection("orders")
	if _, err := orders.InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal("a write to all members: ", err)
	}
	_, err := b.dial(c, options.Client().SetWriteConcern(&writeconcern.WriteConcern{W: len(c.Members) + 1})).Database("shop").Collection("orders").InsertOne(t.Context(), bson.M{"_id": 2})
	if unmet := (mongo.WriteException{}); !errors.As(err, &unmet) || unmet.WriteConcernError == nil || unmet.WriteConcernError.Code != 100 {
		t.Errorf("a write to more members than there are: %v", err)
	}
	secondary := b.direct(c, memberWho(c, func(m model.Member) bool { return !m.Primary && m.Node == model.Electable })).Database("shop")
	failed := mongo.CommandError{}
	if _, err := secondary.Collection("orders").InsertOne(t.Context(), bson.M{}); !errors.As(err, &failed) || failed.Code != 10107 {
		t.Errorf("a secondary writes: %v", err)
	}
	if err := secondary.Collection("orders").FindOne(t.Context(), bson.M{}).Err(); err != nil { // the driver says primaryPreferred
		t.Errorf("a secondary does not read: %v", err)
	}
	for what, pref := range map[string]*readpref.ReadPref{
		"secondary": readpref.Secondary(), "nearest": readpref.Nearest(),
		"analytics":             readpref.Secondary(readpref.WithTagSets(tag.Set{{Name: "nodeType", Value: "ANALYTICS"}})),
		"read-only in the east": readpref.Secondary(readpref.WithTags("nodeType", "READ_ONLY", "region", "US_EAST_1")),
		"not stale":             readpref.Secondary(readpref.WithMaxStaleness(90 * time.Second)),
		"one of two tag sets":   readpref.Secondary(readpref.WithTagSets(tag.Set{{Name: "region", Value: "nowhere"}}, tag.Set{{Name: "workloadType", Value: "OPERATIONAL"}})),
	} {
		n, err := b.dial(c, options.Client().SetReadPreference(pref)).Database("shop").Collection("orders").CountDocuments(t.Context(), bson.M{})
		if err != nil || n != 2 {
			t.Errorf("%s: %d documents, %v", what, n, err)
		}
	}
	nowhere := options.Client().SetReadPreference(readpref.Secondary(readpref.WithTags("region", "nowhere"))).SetServerSelectionTimeout(200 * time.Millisecond)
	if err := b.dial(c, nowhere).Database("shop").Collection("orders").FindOne(t.Context(), bson.M{}).Err(); err == nil {
		t.Error("a member without the tag reads")
	}
}

// TestEveryWriteOfTheEngineIsThePrimarys: the gateway runs all commands that change something on the primary only.
func TestEveryWriteOfTheEngineIsThePrimarys(t *testing.T) {
	for _, c := range docdb.Commands() {
		if c.Writes && !gateway.Writes(c.Name) {
			t.Errorf("a secondary would run %s", c.Name)
		}
	}
}

// TestFailover moves the primary ten times while clients write with retries. Each write is there exactly once, and
// connections stay.
func TestFailover(t *testing.T) {
	const writers, writes = 5, 100
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	var cleared atomic.Int32
	client := b.dial(c, options.Client().SetPoolMonitor(&event.PoolMonitor{Event: func(e *event.PoolEvent) {
		if e.Type == event.ConnectionPoolCleared {
			cleared.Add(1)
		}
	}}).SetTimeout(time.Minute)) // with it, the driver repeats a write as often as needed: the primary may move twice during one
	counters := client.Database("shop").Collection("counters")
	if _, err := counters.InsertOne(t.Context(), bson.M{"_id": "all", "n": 0}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	done := make(chan int, writers*writes)
	for w := range writers {
		all.Go(func() {
			for i := range writes {
				if _, err := counters.UpdateByID(t.Context(), "all", bson.M{"$inc": bson.M{"n": 1}, "$push": bson.M{"by": w*writes + i}}); err != nil {
					t.Errorf("write %d of %d: %v", i, w, err)
				}
				done <- i
			}
		})
	}
	var terms []int64
	for range 10 {
		for range writers * writes / 11 {
			<-done
		}
		was := memberWho(c, isPrimary)
		c.Failovers++
		b.start(c)
		terms = append(terms, c.Term)
		if now := memberWho(c, isPrimary); now.ID == was.ID {
			t.Errorf("member %d is still primary", was.ID)
		}
	}
	all.Wait()
	if n := cleared.Load(); n > 0 {
		t.Errorf("%d times clients closed their connections", n)
	}
	if !slices.Equal(terms, []int64{2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
		t.Errorf("terms %v", terms)
	}
	var got struct {
		N  int
		By []int
	}
	b.must(counters.FindOne(t.Context(), bson.M{}).Decode(&got))
	slices.Sort(got.By)
	if got.N != writers*writes || len(slices.Compact(got.By)) != writers*writes {
		t.Errorf("%d writes are there, of %d", got.N, writers*writes)
	}
}

// TestWaitingGreetings: a failover answers waiting greetings at once, with a later election.
func TestWaitingGreetings(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	second := b.direct(c, c.Members[1])
	first := hello(t, second)
	answered := make(chan bson.Raw, 1)
	go func() {
		raw, err := second.Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1},
			{Key: "topologyVersion", Value: first.Lookup("topologyVersion")}, {Key: "maxAwaitTimeMS", Value: 10_000}}).Raw()
		if err != nil {
			t.Error(err)
		}
		answered <- raw
	}()
	began := time.Now()
	c.Failovers++
	b.start(c)
	h := <-answered
	if !h.Lookup("isWritablePrimary").Boolean() || h.Lookup("electionId").ObjectID() != (bson.ObjectID{0x7f, 0xff, 0xff, 0xff, 11: 2}) {
		t.Errorf("%s", h)
	}
	if time.Since(began) > 8*time.Second {
		t.Error("the change was not told, but found")
	}
}

// TestRegionsGoAndComeBack: when the primary's region is away, the primary moves. Without a majority there is no primary,
// and secondaries serve reads.
func TestRegionsGoAndComeBack(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	client := b.dial(c, options.Client().SetServerSelectionTimeout(500*time.Millisecond).SetHeartbeatInterval(500*time.Millisecond))
	orders := client.Database("shop").Collection("orders")
	write := func(id int) error {
		_, err := orders.InsertOne(t.Context(), bson.M{"_id": id})
		return err
	}
	eventually := func(what string, do func() error) {
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		err := do()
		for end := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(end); err = do() {
			<-tick.C
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	b.must(write(1))
	ports := c.Addresses()
	lose(c, "US_EAST_1")
	b.start(c)
	if slices.ContainsFunc(c.Members, isPrimary) {
		t.Fatalf("two of five elect %+v", memberWho(c, isPrimary))
	}
	reads := client.Database("shop").Collection("orders", options.Collection().SetReadPreference(readpref.SecondaryPreferred()))
	eventually("a read from those who are left", func() error { return reads.FindOne(t.Context(), bson.M{}).Err() })
	if err := write(2); err == nil {
		t.Error("written without a primary")
	}
	if conn, err := net.Dial("tcp", c.Members[0].Address()); err == nil {
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a member that is away answers: %v", err)
		}
		conn.Close()
	}
	lose(c, "US_WEST_2")
	b.start(c)
	eventually("a write with three of five", func() error { return write(3) })
	lose(c)
	b.start(c)
	eventually("a write with all", func() error { return write(4) })
	if memberWho(c, isPrimary).Region != "US_EAST_1" || c.Addresses() != ports {
		t.Errorf("afterwards the members are %+v", c.Members)
	}
}

// TestMembersComeAndGo: members that stay keep their ports through changes, pauses and restarts, and nothing is left of
// removed ones.
func TestMembersComeAndGo(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, dir)
	c := spread("alpha")
	b.start(c)
	had := c.Addresses()
	c.Declared.Zones[0].Regions[1].Analytics.Nodes = 3
	b.start(c)
	if !strings.HasPrefix(c.Addresses(), had) || len(c.Members) != 9 || c.Version != 2 {
		t.Errorf("%s became %s", had, c.Addresses())
	}
	gone := c.Members[7:]
	c.Declared.Zones[0].Regions[1].Analytics.Nodes = 1
	b.start(c)
	for _, m := range gone {
		if conn, err := net.Dial("tcp", m.Address()); err == nil {
			conn.Close()
			t.Errorf("%+v is still there", m)
		}
	}
	b.must(b.Stop(c.ID))
	b.start(c)
	b.must(b.Close())
	again := newBench(t, dir)
	if again.start(c); c.Addresses() != had || c.Term != 1 {
		t.Errorf("%s became %s in term %d", had, c.Addresses(), c.Term)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "clusters", "*", "*")); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestStatus is what mongosh asks for by rs.status() and rs.conf().
func TestStatus(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	lose(c, "US_WEST_2")
	b.start(c)
	admin := b.direct(c, c.Members[1]).Database("admin")
	var status struct {
		Set     string
		MyState int
		Term    int64
		Members []struct {
			ID       int `bson:"_id"`
			Name     string
			Health   int
			StateStr string
			Self     bool
		}
	}
	b.must(admin.RunCommand(t.Context(), bson.M{"replSetGetStatus": 1}).Decode(&status))
	var states []string
	for _, m := range status.Members {
		states = append(states, m.StateStr)
	}
	if want := "PRIMARY SECONDARY SECONDARY SECONDARY (not reachable/healthy) (not reachable/healthy) (not reachable/healthy)"; strings.Join(states, " ") != want ||
		status.MyState != 2 || !status.Members[1].Self || status.Members[0].Self || status.Set != c.ReplicaSet || status.Term != 1 {
		t.Errorf("%+v", status)
	}
	var conf struct {
		Config struct {
			Version int
			Members []struct {
				Host            string
				Priority, Votes int
				Tags            map[string]string
			}
		}
	}
	b.must(admin.RunCommand(t.Context(), bson.M{"replSetGetConfig": 1}).Decode(&conf))
	if m := conf.Config.Members; len(m) != 7 || m[0].Priority != 7 || m[0].Votes != 1 || m[3].Votes != 0 || m[6].Tags["nodeType"] != "ANALYTICS" || conf.Config.Version != 1 {
		t.Errorf("%+v", conf)
	}
}
