// Package usage counts how an engine has been used since it was opened.
package usage

import (
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Traffic counts the messages of sessions, and the bytes that they received and sent.
type Traffic struct{ requests, in, out atomic.Int64 }

// Count counts a message, and out bytes of its reply.
func (t *Traffic) Count(m *wire.Msg, out int) {
	in := len(m.Body)
	for _, seq := range m.Sequences {
		for _, doc := range seq.Docs {
			in += len(doc)
		}
	}
	t.requests.Add(1)
	t.in.Add(int64(in))
	t.out.Add(int64(out))
}

// Document has the traffic in the form of serverStatus.
func (t *Traffic) Document() bson.D {
	return bson.D{{Key: "bytesIn", Value: t.in.Load()}, {Key: "bytesOut", Value: t.out.Load()}, {Key: "numRequests", Value: t.requests.Load()}}
}

// Operations counts commands by kind.
type Operations struct {
	insert, query, update, delete, getmore, command atomic.Int64
}

// Count counts a command, with the name that currentOp has for it.
func (n *Operations) Count(heading string) {
	switch heading {
	case "insert":
		n.insert.Add(1)
	case "query":
		n.query.Add(1)
	case "update":
		n.update.Add(1)
	case "remove":
		n.delete.Add(1)
	case "getmore":
		n.getmore.Add(1)
	default:
		n.command.Add(1)
	}
}

// Document has the counts in the form of serverStatus.
func (n *Operations) Document() bson.D {
	return bson.D{{Key: "insert", Value: n.insert.Load()}, {Key: "query", Value: n.query.Load()}, {Key: "update", Value: n.update.Load()},
		{Key: "delete", Value: n.delete.Load()}, {Key: "getmore", Value: n.getmore.Load()}, {Key: "command", Value: n.command.Load()}}
}
