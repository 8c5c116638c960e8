package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/pki"
)

// secured gives a gateway TLS, and returns the configuration of clients that trust it.
func secured(t *testing.T) (func(*Gateway), *tls.Config) {
	t.Helper()
	dir := t.TempDir()
	a, err := pki.Open(dir, time.Now(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pki.Pool(dir)
	if err != nil {
		t.Fatal(err)
	}
	own := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pki.NewRenewing(a, []string{"127.0.0.1"}, time.Now).Get, ClientAuth: tls.RequestClientCert}
	return func(g *Gateway) { g.cfg.TLS = own }, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// TestTLS: clients log in, run commands, wait for a slow one, and hang up.
func TestTLS(t *testing.T) {
	set, trust := secured(t)
	c := start(t, set)
	c.dir.addUser(t, "ann", anywhere)
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + c.addr + "/?replicaSet=rs0").SetTLSConfig(trust).
		SetAuth(options.Credential{Username: "ann", Password: password}).SetServerSelectionTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }() // the gateway ends anyhow
	coll := client.Database("one").Collection("a")
	for i := range 5 {
		if _, err := coll.InsertOne(t.Context(), bson.D{{Key: "i", Value: i}}); err != nil {
			t.Fatal(err)
		}
	}
	var all []bson.M
	cursor, err := coll.Find(t.Context(), bson.D{})
	if err == nil {
		err = cursor.All(t.Context(), &all)
	}
	if err != nil || len(all) != 5 {
		t.Errorf("%d documents, %v", len(all), err)
	}
	for range 2 { // watching the connection while a command is slow must not change it
		if err := client.Database("one").RunCommand(t.Context(), bson.D{{Key: "find", Value: "slow"}}).Err(); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- client.Database("one").RunCommand(ctx, bson.D{{Key: "find", Value: "block"}}).Err() }()
	<-c.eng.blocked
	cancel()
	<-ended // the driver has closed its connection, so the command must end
}

// TestWhatIsNoTLS: a client that does not speak TLS gets no answer, and is disconnected in time.
func TestWhatIsNoTLS(t *testing.T) {
	set, trust := secured(t)
	c := start(t, set, func(g *Gateway) { g.frameTime = 100 * time.Millisecond })
	for name, send := range map[string]string{
		"nothing": "", "a greeting in the clear": "\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00", "HTTP": "GET / HTTP/1.1\r\n\r\n",
		"half a hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "a giant record": "\x16\x03\x03\xff\xff", "zeros": string(make([]byte, 4096)),
	} {
		r := c.dial(t)
		if _, err := r.nc.Write([]byte(send)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.nc); err != nil && os.IsTimeout(err) { // an alert may come
			t.Errorf("%s is waited for", name)
		}
	}
	old := trust.Clone()
	old.MaxVersion = tls.VersionTLS11
	for name, cfg := range map[string]*tls.Config{"TLS 1.1": old, "another's trust": {RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1"}} {
		nc, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", c.addr, cfg)
		if err == nil {
			_ = nc.Close()
			t.Errorf("%s is taken", name)
		}
	}
	nc, err := tls.Dial("tcp", c.addr, trust)
	if err != nil {
		t.Fatal("after all of them: ", err)
	}
	_ = nc.Close() // it has served
}
