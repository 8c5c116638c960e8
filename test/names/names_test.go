// Package names tests that clusters can be reached as on the service: by mongodb+srv strings, which DNS resolves, over TLS.
package names

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20250312010/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/telamontest"
)

const password = "correct horse battery"

// world is a server with DNS and a cluster.
type world struct {
	*telamontest.Server
	t   *testing.T
	sdk *admin.APIClient
}

func begin(t *testing.T, opts ...telamontest.Option) *world {
	t.Helper()
	w := &world{Server: telamontest.Start(t, append(opts, telamontest.DNS())...), t: t}
	address := w.DNSAddress
	nameServer.Store(&address)
	transport := &http.Transport{}
	if w.CAFile != "" {
		transport.TLSClientConfig = w.roots()
	}
	t.Cleanup(transport.CloseIdleConnections)
	var err error
	if w.sdk, err = admin.NewClient(admin.UseBaseURL(w.URL), admin.UseHTTPClient(&http.Client{
		Transport: &digest.Transport{Username: w.PublicKey, Password: w.PrivateKey, Transport: transport},
	})); err != nil {
		t.Fatal(err)
	}
	return w
}

// nameServer is the address of the DNS server that this process uses. Tests change it, and not net.DefaultResolver, because
// drivers of an earlier test may still use the resolver.
var nameServer atomic.Pointer[string]

func TestMain(m *testing.M) {
	net.DefaultResolver = &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, *nameServer.Load())
	}}
	os.Exit(m.Run())
}

func must[T any](v T, _ any, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// cluster makes a cluster, and waits until it is IDLE.
func (w *world) cluster(name, size string) *admin.ClusterDescription20240805 {
	w.t.Helper()
	ctx := w.t.Context()
	region := admin.CloudRegionConfig20240805{
		ProviderName: admin.PtrString("AWS"), RegionName: admin.PtrString("US_EAST_1"), Priority: admin.PtrInt(7),
		ElectableSpecs: &admin.HardwareSpec20240805{InstanceSize: &size, NodeCount: admin.PtrInt(3)},
	}
	if size == "M0" {
		region.ProviderName, region.BackingProviderName, region.ElectableSpecs.NodeCount = admin.PtrString("TENANT"), admin.PtrString("AWS"), nil
	}
	must(w.sdk.ClustersApi.CreateCluster(ctx, w.ProjectID, &admin.ClusterDescription20240805{
		Name: &name, ClusterType: admin.PtrString("REPLICASET"),
		ReplicationSpecs: &[]admin.ReplicationSpec20240805{{RegionConfigs: &[]admin.CloudRegionConfig20240805{region}}},
	}).Execute())
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c := must(w.sdk.ClustersApi.GetCluster(ctx, w.ProjectID, name).Execute())
		if c.GetStateName() == "IDLE" {
			return c
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is %s", name, c.GetStateName())
		}
	}
}

// admit adds this machine to the access list, and a user.
func (w *world) admit() {
	w.t.Helper()
	ctx := w.t.Context()
	must(w.sdk.ProjectIPAccessListApi.CreateAccessListEntry(ctx, w.ProjectID, &[]admin.NetworkPermissionEntry{{CidrBlock: admin.PtrString("127.0.0.0/8")}}).Execute())
	must(w.sdk.DatabaseUsersApi.CreateDatabaseUser(ctx, w.ProjectID, &admin.CloudDatabaseUser{
		DatabaseName: "admin", Username: "app", Password: admin.PtrString(password),
		Roles: &[]admin.DatabaseUserRole{{DatabaseName: "shop", RoleName: "readWrite"}},
	}).Execute())
}

// roots is the TLS configuration of clients that trust the server's authority.
func (w *world) roots() *tls.Config {
	w.t.Helper()
	raw, err := os.ReadFile(w.CAFile)
	if err != nil {
		w.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(raw)
	return &tls.Config{RootCAs: pool}
}

const (
	long  = 10 * time.Second
	short = time.Second // for refused clients, because drivers try again and again
)

// writes writes and reads a document.
func (w *world) writes(uri string, secure *tls.Config, patience time.Duration) error {
	o := options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "app", Password: password}).SetServerSelectionTimeout(patience)
	if secure != nil {
		o.SetTLSConfig(secure)
	}
	client, err := mongo.Connect(o)
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.Background()) }() // its work is done
	orders := client.Database("shop").Collection("orders")
	id, err := orders.InsertOne(w.t.Context(), bson.D{{Key: "by", Value: uri}})
	if err != nil {
		return err
	}
	return orders.FindOne(w.t.Context(), bson.D{{Key: "_id", Value: id.InsertedID}}).Err()
}

// TestStrings: each connection string of a cluster leads to it, and clients without TLS are refused.
func TestStrings(t *testing.T) {
	w := begin(t, telamontest.TLS())
	w.admit()
	for name, size := range map[string]string{"Cluster-With-A-Long-Name-Indeed": "M10", "Free": "M0"} {
		c := w.cluster(name, size)
		s := c.GetConnectionStrings()
		if !strings.HasPrefix(s.GetStandardSrv(), "mongodb+srv://"+strings.ToLower(name)+".") || strings.Contains(s.GetStandardSrv(), "?") ||
			!strings.Contains(s.GetStandard(), "/?ssl=true&authSource=admin&replicaSet=") {
			t.Errorf("the strings are %q and %q", s.GetStandard(), s.GetStandardSrv())
		}
		for _, uri := range []string{s.GetStandard(), s.GetStandardSrv()} {
			if err := w.writes(uri, w.roots(), long); err != nil {
				t.Errorf("%s: %v", uri, err)
			}
		}
		if err := w.writes(strings.Replace(s.GetStandard(), "ssl=true", "ssl=false", 1), nil, short); err == nil {
			t.Error("a client without TLS is served")
		}
		if err := w.writes(s.GetStandardSrv(), &tls.Config{RootCAs: x509.NewCertPool()}, short); err == nil {
			t.Error("a client that does not trust the authority is served")
		}
	}
}

// TestStringsWithoutTLS: without TLS, the mongodb+srv string says so.
func TestStringsWithoutTLS(t *testing.T) {
	w := begin(t)
	w.admit()
	s := w.cluster("Cluster0", "M10").GetConnectionStrings()
	for _, uri := range []string{s.GetStandard(), s.GetStandardSrv()} {
		if err := w.writes(uri, nil, long); err != nil || strings.Contains(uri, "ssl=true") {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// TestStringsFollowTheServer: after a restart without DNS and TLS, a cluster's connection strings have neither.
func TestStringsFollowTheServer(t *testing.T) {
	dir := t.TempDir()
	w := begin(t, telamontest.DataDir(dir), telamontest.TLS())
	w.admit()
	w.cluster("Cluster0", "M10")
	w.Stop()
	plain := telamontest.Start(t, telamontest.DataDir(dir))
	sdk, err := admin.NewClient(admin.UseBaseURL(plain.URL), admin.UseDigestAuth(plain.PublicKey, plain.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	c := must(sdk.ClustersApi.GetCluster(t.Context(), plain.ProjectID, "Cluster0").Execute())
	s := c.GetConnectionStrings()
	if s.HasStandardSrv() || !strings.HasPrefix(s.GetStandard(), "mongodb://127.0.0.1:") || strings.Contains(s.GetStandard(), "ssl") {
		t.Errorf("without DNS and TLS: %q %q", s.GetStandard(), s.GetStandardSrv())
	}
	if err := w.writes(s.GetStandard(), nil, long); err != nil {
		t.Error(err)
	}
}

// TestPrivateNames: clusters on AWS have private names, too, while custom DNS is on in their project.
func TestPrivateNames(t *testing.T) {
	w := begin(t, telamontest.TLS())
	w.admit()
	strings := func(name string) admin.ClusterConnectionStrings {
		return must(w.sdk.ClustersApi.GetCluster(t.Context(), w.ProjectID, name).Execute()).GetConnectionStrings()
	}
	toggle := func(on bool) {
		t.Helper()
		must(w.sdk.AWSClustersDNSApi.ToggleAwsCustomDns(t.Context(), w.ProjectID, &admin.AWSCustomDNSEnabled{Enabled: on}).Execute())
	}
	before := w.cluster("Before", "M10").GetConnectionStrings()
	if before.HasPrivate() || before.HasPrivateSrv() {
		t.Errorf("before custom DNS is on, the private string is %q", before.GetPrivateSrv())
	}
	toggle(true)
	w.cluster("After", "M10")
	for _, name := range []string{"Before", "After"} {
		s := strings(name)
		for _, uri := range []string{s.GetPrivate(), s.GetPrivateSrv()} {
			if err := w.writes(uri, w.roots(), long); err != nil || uri == s.GetStandard() {
				t.Errorf("%s: %q: %v", name, uri, err)
			}
		}
	}
	s := strings("Before")
	for uri, private := range map[string]bool{s.GetPrivateSrv(): true, s.GetStandardSrv(): false} {
		var hello struct{ Hosts []string }
		if err := w.client(uri).Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
			t.Fatal(err)
		}
		for _, host := range hello.Hosts {
			if isPrivate := regexp.MustCompile(`^before-shard-00-0[0-2]-pri\.`).MatchString(host); len(hello.Hosts) != 3 || isPrivate != private {
				t.Errorf("%s: the hosts of the set are %v", uri, hello.Hosts)
			}
		}
	}
	if s.GetStandardSrv() != before.GetStandardSrv() {
		t.Errorf("the public string has become %q", s.GetStandardSrv())
	}
	toggle(false)
	if now := strings("Before"); now.HasPrivate() {
		t.Errorf("after custom DNS is off, the private string is %q", now.GetPrivateSrv())
	}
	for deadline := time.Now().Add(long); w.writes(s.GetPrivateSrv(), w.roots(), short) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the private name still resolves")
		}
	}
}
