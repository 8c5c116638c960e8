package driver

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// script is what a user types to look around. Each line prints one line, so that a missing answer is noticed.
const script = `
const app = db.getSiblingDB("shop");
app.orders.insertMany([...Array(50).keys()].map(i => ({ _id: i, total: i * 10, state: i % 2 ? "open" : "paid" })));
app.orders.createIndex({ total: 1 });
print("dbs " + db.adminCommand({ listDatabases: 1 }).databases.map(d => d.name).join());
print("collections " + app.getCollectionNames().join());
print("infos " + app.getCollectionInfos().map(c => c.name + ":" + c.type).join());
print("stats " + app.stats().objects + " " + app.stats().indexes);
print("collstats " + app.orders.stats().count);
print("indexes " + app.orders.getIndexes().map(i => i.name).join());
print("sorted " + app.orders.find({ total: { $gte: 100 } }).sort({ total: -1 }).limit(3).toArray().map(d => d._id).join());
const plan = app.orders.find({ total: { $lt: 50 } }).explain("executionStats");
print("plan " + plan.queryPlanner.winningPlan.stage + " " + plan.executionStats.nReturned + " " + plan.executionStats.totalKeysExamined);
print("bounds " + plan.queryPlanner.winningPlan.inputStage.indexBounds.total.join() + " " + plan.executionStats.executionStages.inputStage.keysExamined);
print("aggplan " + JSON.stringify(app.orders.explain("executionStats").aggregate([{ $match: { total: 10 } }])).includes("IXSCAN"));
app.orders.createIndex({ state: 1 }, { partialFilterExpression: { state: "open" } });
const either = app.orders.find({ $or: [{ total: 20 }, { state: "open" }] });
print("or " + either.explain().queryPlanner.winningPlan.inputStage.inputStages.map(p => p.inputStage.indexName + " " + p.inputStage.isPartial).join() + " " + either.toArray().length);
print("count " + app.orders.countDocuments({ state: "open" }) + " " + app.orders.estimatedDocumentCount());
print("distinct " + app.orders.distinct("state").join());
print("aggregate " + app.orders.aggregate([{ $group: { _id: "$state", sum: { $sum: "$total" } } }, { $sort: { _id: 1 } }]).toArray().map(d => d.sum).join());
print("modified " + app.orders.findOneAndUpdate({ _id: 1 }, { $inc: { total: 1 } }, { returnDocument: "after" }).total);
print("ops " + db.currentOp().inprog.map(o => o.op + " " + o.ns + " " + o.effectiveUsers.map(u => u.user)).join());
print("own " + db.currentOp({ $ownOps: true, ns: "admin.$cmd" }).inprog.length + " " + db.currentOp(true).inprog.every(o => o.type === "op"));
print("valid " + app.orders.validate().valid);
print("version " + db.version());
print("me " + db.runCommand({ connectionStatus: 1 }).authInfo.authenticatedUsers[0].user);
print("set " + rs.status().members.map(m => m.stateStr).join() + " " + rs.conf().members.length + " " + rs.hello().primary.includes(":"));
try { app.orders.insertOne({ _id: 1 }) } catch (e) { print("duplicate " + e.code) }
print("dropped " + app.orders.dropIndex("total_1").nIndexesWas + " " + app.orders.drop());
`

const printed = `dbs shop
collections orders
infos orders:collection
stats 50 2
collstats 50
indexes _id_,total_1
sorted 49,48,47
plan FETCH 5 5
bounds [-inf.0, 50) 5
aggplan true
or total_1 false,state_1 true 26
count 25 50
distinct open,paid
aggregate 6250,6000
modified 11
ops command admin.$cmd root
own 1 true
valid true
version 8.0.4
me root
set PRIMARY 1 true
duplicate 11000
dropped 3 true`

func TestMongosh(t *testing.T) {
	shell := needNode(t, ".bin", "mongosh")
	w := newWorld(t)
	run := func(input string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), shell, append([]string{w.uri("root"), "--quiet", "--norc"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("mongosh: %v", err)
		}
		return strings.TrimSpace(string(out))
	}
	if out := run("", "--eval", script); out != printed {
		t.Errorf("got\n%s\nwant\n%s", out, printed)
	}
	out := run("use shop\ndb.orders.insertOne({_id: 7})\nshow dbs\nshow collections\ndb.orders.find()\nexit\n")
	for _, want := range []string{"switched to db shop", "shop  ", "orders", "_id: 7"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
