package docdb

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"net"
	"net/url"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The flags of an OP_MSG, and its opcode. Source: MongoDB wire protocol, "OP_MSG".
const (
	checksumPresent = 1 << 0
	moreToCome      = 1 << 1
	opMsg           = 2013
)

// le appends a little-endian number.
func le(b []byte, n int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(n)) }

// frame builds the bytes of an OP_MSG: a body, and perhaps a document sequence.
func frame(t *testing.T, id, flags int, body bson.D, sequence string, docs ...bson.D) []byte {
	t.Helper()
	encode := func(d bson.D) []byte {
		raw, err := bson.Marshal(d)
		must(t, err)
		return raw
	}
	msg := append(le(le(le(le(le(nil, 0), id), 0), opMsg), flags), 0)
	msg = append(msg, encode(body)...)
	if sequence != "" {
		section := append(le(nil, 0), sequence+"\x00"...)
		for _, d := range docs {
			section = append(section, encode(d)...)
		}
		binary.LittleEndian.PutUint32(section, uint32(len(section)))
		msg = append(append(msg, 1), section...)
	}
	if flags&checksumPresent == 0 {
		binary.LittleEndian.PutUint32(msg, uint32(len(msg)))
		return msg
	}
	binary.LittleEndian.PutUint32(msg, uint32(len(msg)+4))
	return le(msg, int(crc32.Checksum(msg, crc32.MakeTable(crc32.Castagnoli))))
}

// answer reads an OP_MSG and returns the id of the request that it answers, and its body.
func answer(c net.Conn) (to int, body bson.Raw, err error) {
	var header [16]byte
	if _, err := io.ReadFull(c, header[:]); err != nil {
		return 0, nil, err
	}
	rest := make([]byte, binary.LittleEndian.Uint32(header[:])-16)
	_, err = io.ReadFull(c, rest)
	return int(binary.LittleEndian.Uint32(header[8:])), rest[5:], err
}

// TestFrames sends messages of kinds that drivers seldom use.
func TestFrames(t *testing.T) {
	p := newProcess(t)
	at, err := url.Parse(p.uri)
	must(t, err)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", at.Host)
		must(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	c := dial()
	send := func(b []byte) {
		_, err := c.Write(b)
		must(t, err)
	}
	expect := func(id int, key string, want any) {
		t.Helper()
		to, body, err := answer(c)
		must(t, err)
		var got struct {
			N      int
			Cursor struct{ FirstBatch []bson.D }
		}
		must(t, bson.Unmarshal(body, &got))
		if have := map[string]any{"n": got.N, "found": len(got.Cursor.FirstBatch)}[key]; to != id || have != want {
			t.Errorf("to %d: %s is %v, want %v in answer to %d: %s", to, key, have, want, id, body)
		}
	}
	insert := doc("insert", "c", "$db", "test")
	send(frame(t, 1, checksumPresent, insert, "documents", doc("_id", 1), doc("_id", 2)))
	expect(1, "n", 2)
	// Writes without an answer are done, too, and in order.
	send(frame(t, 2, moreToCome, insert, "documents", doc("_id", 3)))
	send(frame(t, 3, moreToCome|checksumPresent, insert, "documents", doc("_id", 3), doc("_id", 4)))
	send(frame(t, 4, 0, doc("find", "c", "$db", "test"), ""))
	expect(4, "found", 3)
	send(frame(t, 5, 0, doc("update", "c", "$db", "test"), "updates", doc("q", doc(), "u", doc("$set", doc("a", 1)), "multi", true)))
	expect(5, "n", 3)
	send(frame(t, 6, 0, doc("delete", "c", "$db", "test"), "deletes", doc("q", doc("a", 1), "limit", 0)))
	expect(6, "n", 3)

	broken := frame(t, 7, checksumPresent, insert, "documents", doc("_id", 7))
	broken[len(broken)-1] ^= 1
	send(broken)
	for {
		to, body, err := answer(c)
		if err != nil {
			break // closed
		}
		if ok, _ := body.Lookup("ok").AsInt64OK(); ok == 1 {
			t.Fatalf("a broken frame was accepted: answer to %d: %s", to, body)
		}
	}
	c = dial()
	send(frame(t, 8, 0, doc("find", "c", "$db", "test"), ""))
	expect(8, "found", 0)
}
