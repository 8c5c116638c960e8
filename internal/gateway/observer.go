package gateway

import (
	"net/netip"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// Observer sees what clients do at a cluster. The connection waits while a method runs, so methods must not block. The
// documents that they are given are valid until they return.
type Observer interface {
	// Command is called for each command, known or not, that has been answered; for a stream of greetings once.
	Command(Command)
	// Login is called for each login that has succeeded or failed.
	Login(Login)
	// Authorization is called for each command of a user who has logged in, when the roles have allowed or refused it.
	Authorization(Authorization)
}

// Client is the other side of a connection.
type Client struct {
	Peer       netip.AddrPort
	Local      netip.AddrPort // the address of the member that the client has reached
	Connection int32          // the number of the connection at its member
	User       wire.User      // who has logged in, or nobody
	Roles      []Role         // the user's, as of the last command; they may not be changed
}

// Command is a command that has been answered.
type Command struct {
	Client
	Name    string // as the client has sent it: perhaps of no existing command
	Message *wire.Msg
	Reply   bson.Raw
	Code    int32 // of the error in the reply; 0: it succeeded
	Took    time.Duration
	Work    wire.Work // of the engine
}

// Known reports whether a gateway answers or passes on the command. Known names are few, so they can be labels of
// metrics.
func (c Command) Known() bool { return known(c.Name) }

// Returned is how many documents the reply has, or how many the command has counted or changed.
func (c Command) Returned() (n int64) {
	cursor, ok := c.Reply.Lookup("cursor").DocumentOK()
	if !ok {
		n, _ = c.Reply.Lookup("n").AsInt64OK()
		return n
	}
	batch, ok := cursor.Lookup("firstBatch").ArrayOK()
	if !ok {
		batch, _ = cursor.Lookup("nextBatch").ArrayOK()
	}
	if len(batch) < 5 {
		return 0
	}
	for rest := batch[4 : len(batch)-1]; len(rest) > 0; n++ {
		if _, rest, ok = bsoncore.ReadElement(rest); !ok {
			return n
		}
	}
	return n
}

// Login is a login that has ended. Its Client has not logged in.
type Login struct {
	Client
	Mechanism string    // "" if the client names one that does not exist
	Claimed   wire.User // who the client says it is, if it has said so
	Reason    error     // why it failed; nil: it succeeded
}

// Authorization is the outcome of checking a command against the roles of its user.
type Authorization struct {
	Client
	Message *wire.Msg
	Refused error // nil: they allow it
}

// Observers is an Observer that calls several, one after another.
type Observers []Observer

// Command calls all of them.
func (all Observers) Command(c Command) {
	for _, o := range all {
		o.Command(c)
	}
}

// Login calls all of them.
func (all Observers) Login(l Login) {
	for _, o := range all {
		o.Login(l)
	}
}

// Authorization calls all of them.
func (all Observers) Authorization(a Authorization) {
	for _, o := range all {
		o.Authorization(a)
	}
}

func known(name string) bool {
	return commands[name] != nil || openCommands[name] != nil || greetings[name] || name == "usersInfo"
}

// client is the connection as observers see it.
func (c *conn) client() Client {
	out := Client{Peer: c.peer, Local: c.local, Connection: c.id, User: c.who()}
	if c.login != nil {
		out.Roles = c.login.roles
	}
	return out
}

// errorCode returns the code of the error in a reply, or 0.
func errorCode(reply bson.Raw) int32 {
	if ok, _ := reply.Lookup("ok").AsFloat64OK(); ok != 0 {
		return 0
	}
	code, _ := reply.Lookup("code").AsInt64OK()
	return int32(code)
}
