package docdb

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/report"
)

// Version is the MongoDB version whose behaviour the engine has.
const Version = report.Version

func serverCommands() []*command {
	ok := func(*call) (bson.D, error) { return bson.D{}, nil }
	return []*command{
		{name: "ping", summary: "Answers.", run: ok},
		{name: "buildInfo", alias: "buildinfo", summary: "Returns the server's version.", run: told(report.BuildInfo)},
		{name: "hostInfo", summary: "Describes the machine.", run: told(report.HostInfo)},
		{name: "serverStatus", summary: "Returns the engine's counters.", run: runServerStatus},
		{name: "getParameter", summary: "Returns server parameters.", admin: true, open: true, run: runGetParameter, fields: fields("allParameters", isBool)},
		{name: "listCommands", summary: "Lists the commands.", run: runListCommands},
		{name: "top", admin: true, summary: "Returns how often and for how long each collection was used.", run: runTop},
		{name: "profile", summary: "Returns the profiler's state: it is off.", run: runProfile, fields: fields("slowms-", isInt, "sampleRate-", isAny, "filter-", isAny)},
		{name: "getCmdLineOpts", summary: "Returns the command line, which is empty for an embedded engine.", admin: true, run: told(report.GetCmdLineOpts)},
		{name: "currentOp", summary: "Lists the running commands.", admin: true, open: true, fields: fields("$all", isBool, "$ownOps", isBool), run: runCurrentOp},
		{name: "killOp", summary: "Interrupts a command.", admin: true, fields: fields("op!", isInt), run: runKillOp},
		{name: "getLog", admin: true, summary: "Returns the recent log, which is empty: the engine logs elsewhere.", run: told(report.GetLog)},
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

// told is the handler of a command that a report answers.
func told(of func(report.On) (bson.D, error)) func(*call) (bson.D, error) {
	return func(c *call) (bson.D, error) { return of(c.on()) }
}

// on is what a report for the command is on.
func (c *call) on() report.On {
	return report.On{Args: c.args, Ctx: c.ctx, Store: c.e.store, NS: c.ns, Self: c.self}
}

func runServerStatus(c *call) (bson.D, error) {
	e := c.e
	sessions := e.sessions.list()
	n := report.Counters{Started: e.started, Sessions: len(sessions), Created: e.sessions.created(), Cursors: e.cursors.open(), Traffic: &e.traffic, Operations: &e.operations}
	for _, s := range sessions {
		switch running := s.command(); {
		case running == nil:
		case running.cmd.writes:
			n.Writers++
		default:
			n.Readers++
		}
	}
	return report.ServerStatus(c.on(), n)
}
