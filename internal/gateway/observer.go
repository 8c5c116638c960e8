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
	// Command tells of a command, of any kind, that has been answered. Streamed greetings count once.
	Command(Command)
	// Login tells of a login that has succeeded or failed.
	Login(Login)
	// Authorization reports whether the roles of a user who has logged in allow a command.
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
	Name    string // as the client has it, which may be that of no command
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
	Mechanism string    // "" for one that there is not
	Claimed   wire.User // who the client says it is, as far as the login came
	Reason    error     // why it failed; nil: it succeeded
}

// Authorization reports whether a command may run.
type Authorization struct {
	Client
	Message *wire.Msg
	Refused error // nil: it may
}

// Observers are several that see the same, one after another.
type Observers []Observer

// Command tells all of them.
func (all Observers) Command(c Command) {
	for _, o := range all {
		o.Command(c)
	}
}

// Login tells all of them.
func (all Observers) Login(l Login) {
	for _, o := range all {
		o.Login(l)
	}
}

// Authorization tells all of them.
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
