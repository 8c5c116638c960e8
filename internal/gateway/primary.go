package gateway

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/wire"
)

// onPrimary are the commands that only the primary runs. Source: MongoDB manual, "Database Commands", and the server's
// own answers on a secondary.
var onPrimary = map[string]bool{
	"abortTransaction": true, "bulkWrite": true, "collMod": true, "commitTransaction": true, "convertToCapped": true, "create": true,
	"createIndexes": true, "createSearchIndexes": true, "delete": true, "deleteIndexes": true, "drop": true, "dropDatabase": true,
	"dropIndexes": true, "dropSearchIndex": true, "enableSharding": true, "findAndModify": true, "findandmodify": true, "insert": true,
	"renameCollection": true, "shardCollection": true, "update": true, "updateSearchIndex": true,
}

// ifAsked are the commands that a secondary runs if the client's read preference allows it. All others run on every
// member: they are about the member itself, or about cursors and sessions.
var ifAsked = map[string]bool{
	"aggregate": true, "collStats": true, "collstats": true, "count": true, "dataSize": true, "dbHash": true, "dbStats": true, "dbstats": true,
	"distinct": true, "explain": true, "find": true, "listCollections": true, "listDatabases": true, "listIndexes": true, "validate": true,
}

// Writes reports whether only the primary runs the command.
func Writes(command string) bool { return onPrimary[command] }

// refusalDelay is the time after a change of the topology before which a member does not refuse a command because it is not
// primary. A client repeats a refused command at once; after the delay its monitor should know the new primary.
const refusalDelay = 100 * time.Millisecond

// runsHere refuses a command that another member has to run.
func (g *Gateway) runsHere(ctx context.Context, m *wire.Msg) error {
	if g.isPrimary() {
		return nil
	}
	err := elsewhere(m)
	if err == nil {
		return nil
	}
	if left := refusalDelay - time.Since(g.set.now.Load().begun); left > 0 {
		pause(ctx, left)
	}
	return err
}

var (
	errNotPrimary      = wire.Errorf(wire.NotWritablePrimary, "not primary")
	errNoReadElsewhere = wire.Errorf(wire.NotPrimaryNoSecondaryOk, "not primary and secondaryOk=false")
)

// elsewhere is the error for a command that the primary has to run, or that its client wants to be run there, and nil for
// any other.
func elsewhere(m *wire.Msg) error {
	switch name := m.Name(); {
	case onPrimary[name]:
		return errNotPrimary
	case ifAsked[name] && !anywhereElse(m):
		return errNoReadElsewhere
	}
	return nil
}

// anywhereElse reports whether a command may run on another member than the primary.
func anywhereElse(m *wire.Msg) bool {
	mode, _ := m.Body.Lookup("$readPreference", "mode").StringValueOK()
	return mode != "" && mode != "primary"
}
