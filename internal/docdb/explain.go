package docdb

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// explainable gives the selections of the commands that can be explained. A command with several statements is explained
// by its one statement.
var explainable map[string]func(*call) (selection, error)

func init() {
	explainable = map[string]func(*call) (selection, error){
		"find":     (*call).findSelection,
		"count":    (*call).countSelection,
		"distinct": (*call).distinctSelection,
		"aggregate": func(c *call) (selection, error) {
			sel, _, err := c.aggregateSelection()
			return sel, err
		},
		"findAndModify": func(c *call) (selection, error) {
			return newSelection(c.doc("query"), c.doc("sort"), nil, c.get("hint"))
		},
		"update": func(c *call) (selection, error) { return c.onlyStatement("updates", updateFields) },
		"delete": func(c *call) (selection, error) { return c.onlyStatement("deletes", deleteFields) },
	}
}

func (c *call) onlyStatement(array string, list []field) (selection, error) {
	docs, err := c.docs(array)
	if err != nil {
		return selection{}, err
	}
	if len(docs) != 1 {
		return selection{}, wire.Errorf(wire.BadValue, "explain takes a write command of one statement")
	}
	a, err := statement(c.cmd.name+"."+array, list, docs[0])
	if err != nil {
		return selection{}, err
	}
	return newSelection(a.doc("q"), a.doc("sort"), nil, a.get("hint"))
}

func runExplain(c *call) (bson.D, error) {
	doc, ok := c.self.DocumentOK()
	if !ok {
		return nil, isObject.mismatch("explain.explain", c.self)
	}
	name := (&wire.Msg{Body: doc}).Name()
	cmd := byName[name]
	if cmd == nil || explainable[cmd.name] == nil {
		return nil, wire.Errorf(wire.CommandNotFound, "Explain failed due to unknown command: %s", name)
	}
	inner, err := cmd.bind(c.s, c.ns.db, doc, nil)
	if err != nil {
		return nil, err
	}
	inner.ctx = c.ctx
	verbosity := c.string("verbosity")
	switch verbosity {
	case "":
		verbosity = "allPlansExecution"
	case "queryPlanner", "executionStats", "allPlansExecution":
	default:
		return nil, wire.Errorf(wire.BadValue, "verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}")
	}
	return inner.explain(verbosity)
}

// explain plans the command's selection and, unless only the plan is wanted, walks it. It changes nothing.
func (c *call) explain(verbosity string) (bson.D, error) {
	sel, err := explainable[c.cmd.name](c)
	if err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	defer v.close()
	s, err := sel.scan(v.r, v.coll)
	if err != nil {
		return nil, err
	}
	rejected := bson.A{}
	for _, p := range s.plan.rejected {
		rejected = append(rejected, sel.describe(p))
	}
	planner := bson.D{{Key: "namespace", Value: c.ns.String()}, {Key: "indexFilterSet", Value: false},
		{Key: "winningPlan", Value: sel.describe(s.plan)}, {Key: "rejectedPlans", Value: rejected}}
	reply := bson.D{{Key: "explainVersion", Value: "1"}, {Key: "queryPlanner", Value: planner}}
	if verbosity == "queryPlanner" {
		return reply, nil
	}
	stats, err := c.execute(&sel, s)
	return append(reply, bson.E{Key: "executionStats", Value: stats}), err
}

func (c *call) execute(sel *selection, s *scan) (bson.D, error) {
	began := time.Now()
	returned := int64(0)
	for _, err := range sel.results(c.ctx, s) {
		if err != nil {
			return nil, err
		}
		returned++
	}
	return bson.D{{Key: "executionSuccess", Value: true}, {Key: "nReturned", Value: returned},
		{Key: "executionTimeMillis", Value: time.Since(began).Milliseconds()}, {Key: "totalKeysExamined", Value: s.keysExamined},
		{Key: "totalDocsExamined", Value: s.docsExamined}, {Key: "executionStages", Value: sel.describe(s.plan)}}, nil
}

// describe is the plan as explain shows it: a stage around its input stage.
func (sel *selection) describe(p plan) bson.D {
	d := p.describe()
	around := func(name string, more ...bson.E) {
		d = append(append(bson.D{{Key: "stage", Value: name}}, more...), bson.E{Key: "inputStage", Value: d})
	}
	if !p.sorted {
		around("SORT", bson.E{Key: "sortPattern", Value: sel.sort}, bson.E{Key: "memLimit", Value: int32(sortBytes)})
	}
	if sel.skip > 0 {
		around("SKIP", bson.E{Key: "skipAmount", Value: sel.skip})
	}
	if sel.limit > 0 {
		around("LIMIT", bson.E{Key: "limitAmount", Value: sel.limit})
	}
	if sel.projection != nil {
		around("PROJECTION_DEFAULT")
	}
	return d
}

func (p plan) describe() bson.D {
	direction := "forward"
	if p.reverse {
		direction = "backward"
	}
	switch p.stage {
	case stageNone, stageIDHack:
		return bson.D{{Key: "stage", Value: string(p.stage)}}
	case stageAll:
		return bson.D{{Key: "stage", Value: string(p.stage)}, {Key: "direction", Value: direction}}
	}
	scan := bson.D{{Key: "stage", Value: string(p.stage)}, {Key: "keyPattern", Value: p.ix.pattern()}, {Key: "indexName", Value: p.ix.Name},
		{Key: "isMultiKey", Value: p.ix.multikey()}, {Key: "isUnique", Value: p.ix.Unique}, {Key: "isSparse", Value: p.ix.Sparse},
		{Key: "isPartial", Value: false}, {Key: "indexVersion", Value: int32(2)}, {Key: "direction", Value: direction}}
	if p.covered {
		scan[0].Value = "COUNT_SCAN"
		return bson.D{{Key: "stage", Value: "COUNT"}, {Key: "inputStage", Value: scan}}
	}
	return bson.D{{Key: "stage", Value: "FETCH"}, {Key: "inputStage", Value: scan}}
}
