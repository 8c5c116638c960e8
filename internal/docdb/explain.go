package docdb

import (
	"iter"
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
			sel, p, err := c.aggregateSelection()
			if err == nil {
				sel.behind = p.Behind()
			}
			return sel, err
		},
		"findAndModify": func(c *call) (selection, error) {
			return newSelection(c.doc("query"), c.doc("sort"), nil, c.get("hint"))
		},
		"update": func(c *call) (selection, error) { return c.onlyStatement("updates", updateFields) },
		"delete": func(c *call) (selection, error) { return c.onlyStatement("deletes", deleteFields) },
	}
}

func (c *call) onlyStatement(array string, known *fieldSet) (selection, error) {
	docs, err := c.docs(array)
	if err != nil {
		return selection{}, err
	}
	if len(docs) != 1 {
		return selection{}, wire.Errorf(wire.BadValue, "explain takes a write command of one statement")
	}
	a, err := statement(c.cmd.name+"."+array, known, docs[0])
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
		rejected = append(rejected, sel.describe(p, effort{}))
	}
	planner := bson.D{{Key: "namespace", Value: c.ns.String()}, {Key: "indexFilterSet", Value: false},
		{Key: "parsedQuery", Value: sel.filter.Parsed()}, {Key: "winningPlan", Value: sel.describe(s.plan, effort{})},
		{Key: "rejectedPlans", Value: rejected}}
	cursor := bson.D{{Key: "queryPlanner", Value: planner}}
	e := effort{behind: make([]int64, len(sel.behind))}
	if verbosity != "queryPlanner" {
		var stats bson.D
		if stats, e, err = c.execute(&sel, s); err != nil {
			return nil, err
		}
		if verbosity == "allPlansExecution" {
			tried, err := c.tryPlans(&sel, s)
			if err != nil {
				return nil, err
			}
			stats = append(stats, bson.E{Key: "allPlansExecution", Value: tried})
		}
		cursor = append(cursor, bson.E{Key: "executionStats", Value: stats})
	}
	reply := bson.D{{Key: "explainVersion", Value: "1"}}
	if len(sel.behind) > 0 {
		return append(reply, bson.E{Key: "stages", Value: sel.stages(cursor, e)}), nil
	}
	return append(reply, cursor...), nil
}

// execute runs the selection, and the stages behind it, to the end.
func (c *call) execute(sel *selection, s *scan) (bson.D, effort, error) {
	began := time.Now()
	e := effort{measured: true, behind: make([]int64, len(sel.behind))}
	docs := tallied(s.documents(c.ctx), &e.found)
	if !s.plan.sorted {
		docs = sel.sorted(docs, c.e.memory)
	}
	docs = tallied(docs, &e.ordered)
	docs = tallied(sel.projected(sel.window(docs)), &e.returned)
	for i, p := range sel.behind {
		docs = tallied(p.Run(c.ctx, docs, c.e.memory), &e.behind[i])
	}
	for _, err := range docs {
		if err != nil {
			return nil, e, err
		}
	}
	e.of(s)
	return bson.D{{Key: "executionSuccess", Value: true}, {Key: "nReturned", Value: e.returned},
		{Key: "executionTimeMillis", Value: time.Since(began).Milliseconds()}, {Key: "totalKeysExamined", Value: e.keys},
		{Key: "totalDocsExamined", Value: e.docs}, {Key: "executionStages", Value: sel.describe(s.plan, e)}}, e, nil
}

// tryPlans runs the plans between which there was a choice, each until it has found a first batch.
func (c *call) tryPlans(sel *selection, won *scan) (bson.A, error) {
	tried := bson.A{}
	if len(won.plan.rejected) == 0 {
		return tried, nil
	}
	for _, p := range append([]plan{won.plan}, won.plan.rejected...) {
		e := effort{measured: true}
		s := &scan{r: won.r, coll: won.coll, plan: p, filter: sel.filter}
		for _, err := range tallied(s.documents(c.ctx), &e.found) {
			if err != nil {
				return nil, err
			}
			if e.found == firstBatch {
				break
			}
		}
		e.of(s)
		tried = append(tried, bson.D{{Key: "nReturned", Value: e.found}, {Key: "totalKeysExamined", Value: e.keys},
			{Key: "totalDocsExamined", Value: e.docs}, {Key: "executionStages", Value: p.describe(sel.filter, e)}})
	}
	return tried, nil
}

// tallied counts the documents that pass.
func tallied(docs iter.Seq2[bson.Raw, error], n *int64) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range docs {
			if err == nil {
				*n++
			}
			if !yield(doc, err) {
				return
			}
		}
	}
}
