package plane

import (
	"fmt"
	"net"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/testneeds"
	"github.com/telamon-db/telamon/internal/wire"
)

// sized is a cluster of one member with a size and a disk.
func sized(size string, disk int64) *model.Cluster {
	c := newCluster("alpha")
	resize(c, size, disk)
	return c
}

func resize(c *model.Cluster, size string, disk int64) {
	c.Declared.Zones = []model.Zone{{Regions: []model.Region{{
		Provider: model.AWS, Name: "US_EAST_1", Priority: 7, Electable: model.Hardware{Nodes: 1, Size: size, DiskGB: float64(disk) / (1 << 30)},
	}}}}
}

// TestTheDiskOfACluster: scaling the disk of a running cluster changes how much data it may have.
func TestTheDiskOfACluster(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := sized("M10", 100_000)
	b.start(c)
	insert := func() int32 {
		code, _ := b.try(c, bson.D{{Key: "insert", Value: "c"}, {Key: "documents", Value: bson.A{bson.D{{Key: "s", Value: string(make([]byte, 60_000))}}}}}).Lookup("code").Int32OK()
		return code
	}
	for _, step := range []struct {
		disk int64
		code int32
	}{{100_000, 0}, {100_000, 14031}, {130_000, 0}, {130_000, 14031}} {
		resize(c, "M10", step.disk)
		b.start(c)
		if code := insert(); code != step.code {
			t.Errorf("with %d bytes: %d", step.disk, code)
		}
	}
	if len(b.Filling()) != 0 {
		t.Error("a disk is to grow that is not to")
	}
	c.Declared.Zones[0].Regions[0].Scaling.Disk = true
	b.start(c)
	if all := b.Filling(); len(all) != 1 || all[0] != c.ID {
		t.Errorf("disks that are full: %v", all)
	}
	if n, err := b.Data(c.ID); err != nil || n < 120_000 || n > 121_000 {
		t.Errorf("%d bytes of data, %v", n, err)
	}
}

// TestConnectionsOfASize: a member accepts as many connections as its size has, and scaling changes that.
func TestConnectionsOfASize(t *testing.T) {
	if n := share.Descriptors(); n < 16*500 {
		testneeds.Missing(t, "file descriptors for 500 connections", fmt.Errorf("there are %d", n))
	}
	b := openBench(t)
	c := sized("", 0)
	b.start(c)
	greeting, err := bson.Marshal(bson.D{{Key: "hello", Value: 1}, {Key: "$db", Value: "admin"}})
	b.must(err)
	accepted := func() bool { // reports whether one more connection is
		nc, err := net.Dial("tcp", c.Addresses())
		b.must(err)
		t.Cleanup(func() { _ = nc.Close() })
		b.must(nc.SetDeadline(time.Now().Add(10 * time.Second)))
		if _, err := nc.Write(wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: greeting})); err != nil {
			return false
		}
		_, err = nc.Read(make([]byte, 1))
		return err == nil
	}
	for i := range 500 {
		if !accepted() {
			t.Fatalf("connection %d of 500 is refused", i)
		}
	}
	if accepted() {
		t.Error("a member that shares its hardware accepts more than 500")
	}
	resize(c, "M10", 0)
	b.start(c)
	if !accepted() {
		t.Error("an M10 accepts no more than 500")
	}
	resize(c, "", 0)
	b.start(c)
	if accepted() {
		t.Error("a member that was an M10 accepts what an M10 does")
	}
}
