package wire

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

const (
	requiredFlags    = 0xffff // a receiver must refuse the bits among these that it does not know
	maxSequenceDocs  = 100_000
	maxBody          = 16<<20 + 16<<10 // bytes of the command itself: a document's most and 16 KB, as in MongoDB's server
	sectionBody      = 0
	sectionDocuments = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ParseMsg parses the body of an OP_MSG whose header is h and checks its checksum if it has one. The documents alias
// body. Failures are ProtocolError for the framing and InvalidBSON for what is inside.
func ParseMsg(h Header, body []byte) (*Msg, error) {
	c := &cursor{rest: body}
	m := &Msg{Flags: Flags(c.int32())}
	if unknown := m.Flags & requiredFlags &^ (ChecksumPresent | MoreToCome); unknown != 0 {
		c.fail("unknown required flags %#x", uint32(unknown))
	}
	if m.Flags&ChecksumPresent != 0 {
		c.checksum(h, body)
	}
	for len(c.rest) > 0 {
		c.section(m)
	}
	if c.err != nil {
		return nil, c.err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

// checksum verifies and drops the CRC-32C that ends the message.
func (c *cursor) checksum(h Header, body []byte) {
	end := len(c.rest) - 4
	if end < 0 {
		c.fail("the checksum is missing")
		return
	}
	sum := crc32.Update(crc32.Checksum(h.append(nil), castagnoli), castagnoli, body[:len(body)-4])
	if sum != binary.LittleEndian.Uint32(c.rest[end:]) {
		c.fail("the checksum does not match")
		return
	}
	c.rest = c.rest[:end]
}

func (c *cursor) section(m *Msg) {
	switch kind := c.byte(); kind {
	case sectionBody:
		if m.Body != nil {
			c.fail("more than one body section")
		}
		if m.Body = c.document(); len(m.Body) > maxBody && c.err == nil {
			c.err, c.rest = Errorf(BSONObjectTooLarge, "the command is larger than %d bytes", maxBody), nil
		}
	case sectionDocuments:
		m.Sequences = append(m.Sequences, c.sequence())
	default:
		c.fail("unknown section kind %d", kind)
	}
}

func (c *cursor) sequence() Sequence {
	inner := &cursor{rest: c.bytes(int(c.int32()) - 4)}
	s := Sequence{ID: inner.cstring()}
	for len(inner.rest) > 0 && c.err == nil {
		if len(s.Docs) == maxSequenceDocs {
			inner.fail("a document sequence holds more than %d documents", maxSequenceDocs)
		}
		s.Docs = append(s.Docs, inner.document())
	}
	if c.err == nil && inner.err != nil {
		c.err, c.rest = inner.err, nil
	}
	return s
}

// check refuses a message that two readers could understand differently: one that names a field twice. It notes who is
// asked for what.
func (m *Msg) check() error {
	if m.Body == nil {
		return Errorf(ProtocolError, "the body section is missing")
	}
	m.name = m.Name()
	var seen names
	for _, s := range m.Sequences {
		if !seen.add([]byte(s.ID)) {
			return Errorf(DuplicateField, "field %q occurs twice", s.ID)
		}
	}
	for rest := m.Body[4 : len(m.Body)-1]; len(rest) > 0; {
		var e bsoncore.Element
		var ok bool
		if e, rest, ok = bsoncore.ReadElement(rest); !ok {
			return Errorf(InvalidBSON, "the body section is malformed")
		}
		name := e.KeyBytes()
		if !seen.add(name) {
			return Errorf(DuplicateField, "field %q occurs twice", name)
		}
		if string(name) == "$db" {
			m.db, _ = e.Value().StringValueOK()
		}
	}
	return nil
}

// names is a set of field names. Few are compared one by one, which needs no memory of its own.
type names struct {
	few  [16][]byte
	n    int
	many map[string]struct{}
}

// add reports whether the name is new.
func (s *names) add(name []byte) bool {
	for _, old := range s.few[:s.n] {
		if bytes.Equal(old, name) {
			return false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if _, old := s.many[string(name)]; old {
		return false
	}
	if s.many == nil {
		s.many = map[string]struct{}{}
	}
	s.many[string(name)] = struct{}{}
	return true
}

// BeginMsg appends an OP_MSG up to its body, which the caller appends before EndMsg.
func BeginMsg(dst []byte, requestID, responseTo int32, flags Flags) []byte {
	dst = Header{RequestID: requestID, ResponseTo: responseTo, OpCode: OpMsg}.append(dst)
	return append(binary.LittleEndian.AppendUint32(dst, uint32(flags)), sectionBody)
}

// EndMsg completes the message that msg is, which has no checksum.
func EndMsg(msg []byte) []byte { return finish(msg, 0) }

// AppendMsg appends m to dst as an OP_MSG, with a checksum if m.Flags says so.
func AppendMsg(dst []byte, requestID, responseTo int32, m *Msg) []byte {
	start := len(dst)
	dst = append(BeginMsg(dst, requestID, responseTo, m.Flags), m.Body...)
	for _, s := range m.Sequences {
		dst = appendSequence(append(dst, sectionDocuments), s)
	}
	if m.Flags&ChecksumPresent == 0 {
		return finish(dst, start)
	}
	dst = finish(append(dst, 0, 0, 0, 0), start)
	end := len(dst) - 4
	binary.LittleEndian.PutUint32(dst[end:], crc32.Checksum(dst[start:end], castagnoli))
	return dst
}

func appendSequence(dst []byte, s Sequence) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(append(dst, s.ID...), 0)
	for _, doc := range s.Docs {
		dst = append(dst, doc...)
	}
	return finish(dst, start)
}
