package wire

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Query is a legacy OP_QUERY, of which clients still send the greeting: a command on the namespace "admin.$cmd".
type Query struct {
	Namespace string
	Doc       bson.Raw
}

// ParseQuery parses the body of an OP_QUERY. A command that is wrapped in $query, as clients do to add a read
// preference, comes out unwrapped.
func ParseQuery(body []byte) (*Query, error) {
	c := &cursor{rest: body}
	c.int32() // flags, which change nothing for a command
	q := &Query{Namespace: c.cstring()}
	c.int32() // documents to skip
	c.int32() // documents to return
	q.Doc = c.document()
	if len(c.rest) > 0 {
		c.document() // the projection
	}
	if len(c.rest) > 0 {
		c.fail("bytes follow the query")
	}
	if c.err != nil {
		return nil, c.err
	}
	if inner, ok := q.Doc.Lookup("$query").DocumentOK(); ok {
		q.Doc = inner
	}
	return q, nil
}

const replyAwaitCapable = 8

// AppendReply appends an OP_REPLY that carries doc to dst: the answer to an OP_QUERY.
func AppendReply(dst []byte, requestID, responseTo int32, doc bson.Raw) []byte {
	start := len(dst)
	dst = Header{RequestID: requestID, ResponseTo: responseTo, OpCode: OpReply}.append(dst)
	dst = binary.LittleEndian.AppendUint32(dst, replyAwaitCapable)
	dst = binary.LittleEndian.AppendUint64(dst, 0) // cursor id
	dst = binary.LittleEndian.AppendUint32(dst, 0) // starting from
	dst = binary.LittleEndian.AppendUint32(dst, 1) // documents
	return finish(append(dst, doc...), start)
}
