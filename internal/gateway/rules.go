package gateway

import (
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// unvalidated returns the need of a command that bypasses document validation.
func unvalidated(c command, _ access) (permit, error) {
	if !c.flag("bypassDocumentValidation") {
		return permit{}, nil
	}
	r, err := collection(c)
	return permit{needs: take(r, "bypassDocumentValidation")}, err
}

// upserts returns the need of an update that may insert.
func upserts(c command, _ access) (permit, error) {
	updates, err := c.statements("updates")
	if err != nil || !slices.ContainsFunc(updates, func(u bson.Raw) bool { return isSet(u.Lookup("upsert")) }) {
		return permit{}, err
	}
	r, err := collection(c)
	return permit{needs: take(r, "insert")}, err
}

func findAndModify(c command, a access) (permit, error) {
	actions := []string{"find"}
	if c.flag("remove") {
		actions = append(actions, "remove")
	} else {
		actions = append(actions, "update")
	}
	if c.flag("upsert") {
		actions = append(actions, "insert")
	}
	return both(needs(collection, actions...), unvalidated)(c, a)
}

// bulkWriteActions are the operations of bulkWrite by their first field, which refers to a namespace by its index.
var bulkWriteActions = map[string]string{"insert": "insert", "update": "update", "delete": "remove"}

func bulkWrite(c command, _ access) (permit, error) {
	var p permit
	infos, err := c.statements("nsInfo")
	if err != nil {
		return p, err
	}
	targets := make([]resource, len(infos))
	for i, info := range infos {
		if targets[i], err = splitNamespace(info.Lookup("ns")); err != nil {
			return p, err
		}
	}
	ops, err := c.statements("ops")
	if err != nil {
		return p, err
	}
	wanted := map[need]bool{}
	for _, op := range ops {
		first, err := op.IndexErr(0)
		if err != nil {
			return p, wire.Errorf(wire.FailedToParse, "an operation is empty")
		}
		action, known := bulkWriteActions[first.Key()]
		i, isIndex := wire.Integer(first.Value())
		if !known || !isIndex || i < 0 || i >= int64(len(targets)) {
			return p, wire.Errorf(wire.BadValue, "an operation is unknown or refers to no namespace")
		}
		wanted[need{action, targets[i]}] = true
		if isSet(op.Lookup("upsert")) {
			wanted[need{"insert", targets[i]}] = true
		}
		if c.flag("bypassDocumentValidation") {
			wanted[need{"bypassDocumentValidation", targets[i]}] = true
		}
	}
	for n := range wanted {
		p.needs = append(p.needs, n)
	}
	return p, nil
}

// view returns the needs of create and collMod. A user who can read through the view that they define must be able to
// read what the view reads; a user who cannot read through it may define it all the same. Source: MongoDB manual,
// "create": Access Control.
func view(c command, a access) (permit, error) {
	if !c.has("viewOn") && !c.has("pipeline") {
		return permit{}, nil
	}
	self, err := collection(c)
	if err != nil || !a.can("find", self) {
		return permit{}, err
	}
	name, _ := c.body.Lookup("viewOn").StringValueOK()
	source, err := namespace(c.db, name)
	if err != nil {
		return permit{}, err
	}
	w := walk{}
	w.pipeline(source, c.body.Lookup("pipeline"))
	return permit{needs: w.needs}, w.err
}

// renameCollection needs the action of that name within a database or, without it and between databases, all that
// copying and dropping need, which may be more than MongoDB requires. A rename must not make anything readable that was
// not.
func renameCollection(c command, a access) (permit, error) {
	from, err := splitNamespace(c.value())
	if err != nil {
		return permit{}, err
	}
	to, err := splitNamespace(c.body.Lookup("to"))
	if err != nil {
		return permit{}, err
	}
	within := need{"renameCollectionSameDB", resource{db: from.db}}
	plain := !from.system() && !to.system()
	if plain && from.db == to.db && a.all([]need{within}) && (a.can("find", from) || !a.can("find", to)) {
		return permit{needs: []need{within}}, nil
	}
	all := slices.Concat(take(from, "find", "dropCollection"), take(to, "createCollection", "createIndex", "insert"))
	if c.flag("dropTarget") {
		all = append(all, need{"dropCollection", to})
	}
	return permit{needs: all}, nil
}

// currentOp shows everyone their own commands. Only $ownOps: true, as a boolean, restricts it to these. Source: MongoDB
// manual, "currentOp": Access Control.
func currentOp(c command, _ access) (permit, error) {
	if own, _ := c.body.Lookup("$ownOps").BooleanOK(); own {
		return permit{}, nil
	}
	return permit{needs: take(resource{cluster: true}, "inprog")}, nil
}

// explainable are the commands that explain takes.
var explainable = []string{"aggregate", "count", "delete", "distinct", "find", "findAndModify", "findandmodify", "update"}

// explain needs what the explained command needs.
func explain(c command, a access) (permit, error) {
	body, _ := c.value().DocumentOK()
	inner := command{name: (&wire.Msg{Body: body}).Name(), db: c.db, body: body}
	if !slices.Contains(explainable, inner.name) {
		return permit{}, wire.Errorf(wire.CommandNotFound, "explain does not take this command: '%s'", inner.name)
	}
	if db := body.Lookup("$db"); !db.IsZero() {
		if name, _ := db.StringValueOK(); name != c.db {
			return permit{}, wire.Errorf(wire.InvalidNamespace, "the explained command is of another database")
		}
	}
	if err := errors.Join(unambiguous([]bson.Raw{body}), flags(body)); err != nil {
		return permit{}, err
	}
	return commands[inner.name](inner, a)
}

// listDatabases is allowed to everyone; without the action of that name it shows the databases that the caller can do
// something in.
// Source: MongoDB manual, "listDatabases": authorizedDatabases.
func listDatabases(c command, a access) (permit, error) {
	action := take(resource{cluster: true}, "listDatabases")
	const only = "authorizedDatabases"
	if unlimited := c.has(only) && !c.flag(only); unlimited || (!c.has(only) && a.all(action)) {
		return permit{needs: action}, nil
	}
	return permit{keep: &listing{shows: a.reaches}}, nil
}

// listCollections is allowed without the action of that name if the caller asks for names only and for those only
// that it may do something with.
// Source: MongoDB manual, "listCollections": Required Access.
func listCollections(c command, a access) (permit, error) {
	action := take(resource{db: c.db}, "listCollections")
	if a.all(action) || !c.flag("nameOnly") || !c.flag("authorizedCollections") || !a.reaches(c.db) {
		return permit{needs: action}, nil
	}
	shows := func(name string) bool { return a.sees(resource{db: c.db, coll: name}) }
	return permit{keep: &listing{shows: shows}}, nil
}
