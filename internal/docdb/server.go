package docdb

import (
	"os"
	"runtime"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Version is the MongoDB version whose behaviour the engine has.
const Version = "8.0.0"

const featureVersion = "8.0"

var version = [3]int32{8, 0, 0}

func serverCommands() []*command {
	ok := func(*call) (bson.D, error) { return bson.D{}, nil }
	return []*command{
		{name: "ping", summary: "Answers.", run: ok},
		{name: "buildInfo", alias: "buildinfo", summary: "Gives the server's version.", run: runBuildInfo},
		{name: "hostInfo", summary: "Describes the machine.", run: runHostInfo},
		{name: "serverStatus", summary: "Gives the engine's counters.", run: runServerStatus},
		{name: "getParameter", summary: "Gives server parameters.", admin: true, open: true, run: runGetParameter, fields: fields("allParameters", isBool)},
		{name: "listCommands", summary: "Lists the commands.", run: runListCommands},
		{name: "top", admin: true, summary: "Gives how often and for how long each collection was used.", run: runTop},
		{name: "profile", summary: "Gives the profiler's state: it is off.", run: runProfile, fields: fields("slowms-", isInt, "sampleRate-", isAny, "filter-", isAny)},
		{name: "getCmdLineOpts", summary: "Gives the command line, which an embedded engine has none of.", admin: true, run: runGetCmdLineOpts},
		{name: "currentOp", summary: "Lists the commands that run.", admin: true, open: true, fields: fields("$all", isBool, "$ownOps", isBool), run: runCurrentOp},
		{name: "killOp", summary: "Interrupts a command.", admin: true, fields: fields("op!", isInt), run: runKillOp},
		{name: "getLog", admin: true, summary: "Gives the recent log, which the engine keeps elsewhere.", run: runGetLog},
	}
}

// heading is what opcounters and currentOp call the command.
func (c *command) heading() string {
	switch c.name {
	case "insert", "update", "getMore":
		return strings.ToLower(c.name)
	case "delete":
		return "remove"
	case "find":
		return "query"
	}
	return "command"
}

func runBuildInfo(*call) (bson.D, error) {
	return bson.D{{Key: "version", Value: Version},
		{Key: "versionArray", Value: bson.A{version[0], version[1], version[2], int32(0)}},
		{Key: "modules", Value: bson.A{}}, {Key: "bits", Value: int32(64)}, {Key: "debug", Value: false},
		{Key: "maxBsonObjectSize", Value: int32(storage.MaxDocument)}, {Key: "storageEngines", Value: bson.A{"pebble"}}}, nil
}

func runHostInfo(c *call) (bson.D, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return bson.D{{Key: "system", Value: bson.D{{Key: "currentTime", Value: c.e.store.Now()}, {Key: "hostname", Value: host},
		{Key: "numCores", Value: int32(runtime.NumCPU())}, {Key: "cpuArch", Value: runtime.GOARCH}}},
		{Key: "os", Value: bson.D{{Key: "type", Value: runtime.GOOS}}}}, nil
}

func runGetLog(c *call) (bson.D, error) {
	switch name, _ := c.self.StringValueOK(); name {
	case "*":
		return bson.D{{Key: "names", Value: bson.A{"global", "startupWarnings"}}}, nil
	case "global", "startupWarnings":
		return bson.D{{Key: "totalLinesWritten", Value: int32(0)}, {Key: "log", Value: bson.A{}}}, nil
	}
	return nil, wire.Errorf(wire.OperationFailed, "no log of that name")
}

func runGetCmdLineOpts(*call) (bson.D, error) {
	return bson.D{{Key: "argv", Value: bson.A{}}, {Key: "parsed", Value: bson.D{}}}, nil
}
