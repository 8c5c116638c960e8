package gateway

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/testneeds"
	"github.com/telamon-db/telamon/internal/wire"
)

// resident is how much memory the process has, in bytes.
func resident(t *testing.T) int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		testneeds.Missing(t, "a system that tells the memory of a process", err)
	}
	var all, pages int64
	if _, err := fmt.Sscan(string(raw), &all, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestMemoryOfMessages: 30 connections of a reader send half of the largest message, and 30 of another one send small ones
// that inflate to 31 MB. The process stays below 300 MB over what it is without them, and another user is served meanwhile.
func TestMemoryOfMessages(t *testing.T) {
	const each, mb = 30, 1 << 20
	c := start(t)
	c.dir.addUser(t, "eve", Role{Name: "read", DB: "test"})
	c.dir.addUser(t, "mal", Role{Name: "read", DB: "test"})
	c.dir.addUser(t, "ann", anywhere)
	ann := c.dial(t)
	ann.login("ann", nil, nil)
	head := binary.LittleEndian.AppendUint32(nil, frameAfterLogin)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, uint32(wire.OpMsg))
	bomb := inflating(t, 31*mb)
	part := make([]byte, mb)
	var halves, bombs []*raw
	for range each {
		for user, list := range map[string]*[]*raw{"eve": &halves, "mal": &bombs} {
			r := c.dial(t)
			r.login(user, nil, nil)
			*list = append(*list, r)
		}
	}
	debug.FreeOSMemory()
	idle, most := resident(t), int64(0)
	var all sync.WaitGroup
	var answered atomic.Int64
	for _, r := range halves {
		all.Go(func() {
			_, err := r.nc.Write(head)
			for i := 0; i < 24 && err == nil; i++ {
				_ = r.nc.SetWriteDeadline(time.Now().Add(2 * time.Second)) // many are not read from before others have ended
				_, err = r.nc.Write(part)
			}
		})
	}
	for _, r := range bombs {
		all.Go(func() {
			for range 4 {
				_ = r.nc.SetDeadline(time.Now().Add(60 * time.Second))
				if _, err := r.nc.Write(bomb); err != nil {
					return
				}
				if _, _, err := wire.ReadMessage(r.nc, frameAfterLogin); err != nil {
					return
				}
				answered.Add(1)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	for served := 0; ; served++ {
		most = max(most, resident(t)-idle)
		_ = ann.nc.SetDeadline(time.Now().Add(60 * time.Second))
		if reply := ann.run("insert", "c", "documents", bson.A{bson.D{{Key: "x", Value: strings.Repeat("x", 100<<10)}}}); reply.Lookup("ok").AsFloat64() != 1 {
			t.Fatal(reply)
		}
		c.eng.mu.Lock()
		clear(c.eng.docs)
		c.eng.mu.Unlock()
		select {
		case <-done:
			t.Logf("%d MB over idle at most; %d inflating messages and %d of another user were answered", most/mb, answered.Load(), served)
			if most > 300*mb {
				t.Errorf("%d MB over idle", most/mb)
			}
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// inflating is a small message that inflates to n bytes: an insert of documents that are all zeros but for their ends.
func inflating(t *testing.T, n int) []byte {
	doc, err := bson.Marshal(bson.D{{Key: "x", Value: bytes.Repeat([]byte{0}, 1<<20)}})
	if err != nil {
		t.Fatal(err)
	}
	m := &wire.Msg{Body: command1(t, "test", "insert", "c"), Sequences: []wire.Sequence{{ID: "documents"}}}
	for size := 0; size+len(doc) < n; size += len(doc) {
		m.Sequences[0].Docs = append(m.Sequences[0].Docs, doc)
	}
	small := wire.Compress(nil, wire.AppendMsg(nil, 1, 0, m), wire.Zlib)
	if len(small) > 100<<10 {
		t.Fatalf("%d bytes", len(small))
	}
	return small
}
