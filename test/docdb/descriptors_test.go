package docdb

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestConnectionsLeaveDescriptorsToTheEngine opens more idle connections than the process may have files. The engine can
// still make files, and a later client is served.
func TestConnectionsLeaveDescriptorsToTheEngine(t *testing.T) {
	p := newLimited(t, "250")
	u, err := url.Parse(p.uri)
	must(t, err)
	for range 400 {
		nc, err := net.Dial("tcp", u.Host)
		must(t, err)
		defer nc.Close()
	}
	coll := p.clientFrom("127.0.0.2").Database("test").Collection("c")
	for i := range 15 {
		var docs []any
		for range 10 {
			docs = append(docs, bson.D{{Key: "x", Value: strings.Repeat(string(rune('a'+i%26)), 100<<10)}})
		}
		if _, err := coll.InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := coll.CountDocuments(t.Context(), bson.D{}); err != nil || n != 150 {
		t.Errorf("%d documents, %v", n, err)
	}
	p.kill() // so that the log is whole
	if log := p.log.String(); strings.Contains(log, "too many open files") {
		t.Error("the process ran out of descriptors")
	}
}
