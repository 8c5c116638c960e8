package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/wire"
)

// cannedEnv is the environment variable that makes this binary a server that answers greetings, and every find with the
// document on its standard input.
const cannedEnv = "TELAMON_BENCH_CANNED"

func TestMain(m *testing.M) {
	if os.Getenv(cannedEnv) != "" {
		fmt.Fprintln(os.Stderr, beCanned())
		os.Exit(1)
	}
	if os.Getenv(bareEnv) != "" {
		fmt.Fprintln(os.Stderr, beBare())
		os.Exit(1)
	}
	program.Main(m)
}

// cannedServer is the command of such a server, which prints its address.
func cannedServer(b *testing.B, reply bson.Raw) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), cannedEnv+"=1")
	c.Stdin, c.Stderr = bytes.NewReader(reply), os.Stderr
	return c
}

// beCanned serves canned replies until the process is killed.
func beCanned() error {
	doc, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	hello, err := bson.Marshal(bson.D{{Key: "ok", Value: 1.0}, {Key: "isWritablePrimary", Value: true}, {Key: "helloOk", Value: true},
		{Key: "maxWireVersion", Value: 25}, {Key: "minWireVersion", Value: 0}, {Key: "maxBsonObjectSize", Value: 16 * mb},
		{Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000}})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go answerAll(c, wire.AppendMsg(nil, 0, 0, &wire.Msg{Body: doc}), hello) // until the client leaves
	}
}

// answerAll answers the messages of a connection: a find with reply, anything else with hello.
func answerAll(c net.Conn, reply []byte, hello bson.Raw) {
	defer c.Close()
	var buffer [1 << 16]byte
	for {
		if _, err := io.ReadFull(c, buffer[:16]); err != nil {
			return
		}
		request := buffer[:binary.LittleEndian.Uint32(buffer[:])]
		if _, err := io.ReadFull(c, request[16:]); err != nil {
			return
		}
		out := reply
		switch id := binary.LittleEndian.Uint32(request[4:]); {
		case bytes.HasPrefix(request[26:], []byte("find\x00")):
			binary.LittleEndian.PutUint32(out[8:], id)
		case wire.OpCode(binary.LittleEndian.Uint32(request[12:])) == wire.OpQuery:
			out = wire.AppendReply(nil, 0, int32(id), hello)
		default:
			out = wire.AppendMsg(nil, 0, int32(id), &wire.Msg{Body: hello})
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}
