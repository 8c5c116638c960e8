package docdb

import (
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/report"
	"github.com/telamon-db/telamon/internal/docdb/stable"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// serverParameters are what getParameter knows of an engine.
var serverParameters = map[string]func(*Engine) any{
	"featureCompatibilityVersion":       func(*Engine) any { return bson.D{{Key: "version", Value: report.FeatureVersion}} },
	"authenticationMechanisms":          func(*Engine) any { return bson.A{"SCRAM-SHA-1", "SCRAM-SHA-256"} },
	"cursorTimeoutMillis":               func(*Engine) any { return cursorIdle.Milliseconds() },
	"defaultMaxTimeMS":                  func(e *Engine) any { return bson.D{{Key: "readOperations", Value: e.readTime.Load()}} },
	"enableTestCommands":                func(*Engine) any { return false },
	"localLogicalSessionTimeoutMinutes": func(*Engine) any { return int32(storage.SessionTimeout.Minutes()) },
	"notablescan":                       func(e *Engine) any { return e.indexedOnly.Load() },
	"requireApiVersion":                 func(*Engine) any { return false },
	"ttlMonitorEnabled":                 func(*Engine) any { return true },
}

func runGetParameter(c *call) (bson.D, error) {
	all := c.Bool("allParameters", false)
	if text, _ := c.self.StringValueOK(); text == "*" {
		all = true
	}
	if options, ok := c.self.DocumentOK(); ok {
		a, err := field.Read("getParameter.getParameter", fields("showDetails", isBool, "allParameters", isBool, "setAt", isString), options)
		if err != nil {
			return nil, err
		}
		if err := a.Refuse("showDetails", "setAt"); err != nil {
			return nil, err
		}
		all = all || a.Bool("allParameters", false)
	}
	reply := bson.D{}
	for _, name := range slices.Sorted(maps.Keys(serverParameters)) {
		if all || c.Get(name).Type != 0 {
			reply = append(reply, bson.E{Key: name, Value: serverParameters[name](c.e)})
		}
	}
	if len(reply) == 0 {
		return nil, wire.Errorf(wire.InvalidOptions, "no option found to get")
	}
	return reply, nil
}

func runListCommands(*call) (bson.D, error) {
	all := bson.D{}
	for _, cmd := range registry {
		versions := bson.A{}
		if stable.Commands[cmd.name] {
			versions = append(versions, "1")
		}
		all = append(all, bson.E{Key: cmd.name, Value: bson.D{{Key: "help", Value: cmd.summary}, {Key: "requiresAuth", Value: true},
			{Key: "adminOnly", Value: cmd.admin}, {Key: "apiVersions", Value: versions}, {Key: "deprecatedApiVersions", Value: bson.A{}}}})
	}
	return bson.D{{Key: "commands", Value: all}}, nil
}

// runProfile tells of a profiler that is off. To have it off is all that can be asked for.
func runProfile(c *call) (bson.D, error) {
	level, ok := wire.Integer(c.self)
	switch {
	case !ok || level < -1 || level > 2:
		return nil, wire.Errorf(wire.BadValue, "BSON field 'profile' must be a whole number from -1 to 2")
	case level > 0:
		return nil, wire.Errorf(wire.NotImplemented, "the profiler is not supported")
	}
	return bson.D{{Key: "was", Value: int32(0)}, {Key: "slowms", Value: int32(100)}, {Key: "sampleRate", Value: 1.0}}, nil
}
