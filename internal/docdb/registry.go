package docdb

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
)

// command is one entry of the registry. The table says all that is common to commands, so that a handler holds only what
// is its own.
type command struct {
	name    string
	alias   string // an older spelling that drivers still send
	summary string
	target  target
	writes  bool      // changes data
	retries bool      // may carry a txnNumber
	admin   bool      // only on the database admin
	open    bool      // takes fields that it does not declare
	fields  *fieldSet // its own arguments, or nil
	accepts *fieldSet // these and the common ones, filled in by init
	run     func(*call) (bson.D, error)
}

// target is what the command's own field names.
type target int

const (
	onServer     target = iota // nothing; any value
	onCollection               // a collection of $db
	onWhole                    // a collection of $db, or 1 for the database itself
)

// CommandInfo describes a command for documentation and for the table of roles.
type CommandInfo struct {
	Name    string
	Alias   string // another name that it answers to, or ""
	Summary string
	Writes  bool     // changes data or the catalog
	Options []string // its own arguments that act, without those that every command takes
	Idle    []string // those that have no effect
	Refused []string // those that are refused if they ask for something
}

// Commands returns the commands that Session.Run knows, by name.
func Commands() []CommandInfo {
	infos := make([]CommandInfo, 0, len(registry))
	for _, c := range registry {
		var by [field.Refused + 1][]string
		for _, f := range c.fields.All() {
			by[f.Use] = append(by[f.Use], f.Name)
		}
		infos = append(infos, CommandInfo{c.name, c.alias, c.summary, c.writes, by[field.Acts], by[field.Idle], by[field.Refused]})
	}
	return infos
}

var (
	registry []*command
	byName   map[string]*command
)

// The registry is put together here and not in a literal because explain's handler looks into it.
func init() {
	for _, family := range [][]*command{writeCommands(), readCommands(), catalogCommands(), indexCommands(), serverCommands(), sessionCommands()} {
		registry = append(registry, family...)
	}
	slices.SortFunc(registry, func(a, b *command) int { return strings.Compare(a.name, b.name) })
	byName = make(map[string]*command, len(registry))
	for _, c := range registry {
		byName[c.name] = c
		c.accepts = field.NewSet(slices.Concat(commonFields.All(), c.fields.All())) // its own say more than the common ones
		c.accepts.Open = c.open
		if c.alias != "" {
			byName[c.alias] = c
		}
	}
}

// commonFields may stand in every command. Source: MongoDB's generic command arguments.
var commonFields = fields("$db", isString, "$clusterTime", isObject, "$readPreference", isObject, "readPreference", isObject,
	"readConcern", isObject, "writeConcern", isObject, "lsid", isObject, "txnNumber", isInt, "stmtId", isInt, "autocommit", isBool,
	"startTransaction", isBool, "apiVersion", isString, "apiStrict", isBool, "apiDeprecationErrors", isBool, "comment", isAny,
	"maxTimeMS", isInt)
