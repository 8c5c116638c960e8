package docdb

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// explainable gives the selections of the commands that can be explained. A command with several statements is explained
// by its one statement.
var explainable map[string]func(*call) (plan.Selection, error)

func init() {
	explainable = map[string]func(*call) (plan.Selection, error){
		"find":     (*call).findSelection,
		"count":    (*call).countSelection,
		"distinct": (*call).distinctSelection,
		"aggregate": func(c *call) (plan.Selection, error) {
			sel, p, err := c.aggregateSelection()
			if err == nil {
				sel.Behind = p.Apart()
			}
			return sel, err
		},
		"findAndModify": func(c *call) (plan.Selection, error) {
			if err := c.let(); err != nil {
				return plan.Selection{}, err
			}
			return plan.NewSelection(c.parser(), c.Doc("query"), c.Doc("sort"), nil, c.Get("hint"))
		},
		"update": func(c *call) (plan.Selection, error) { return c.onlyStatement("updates", updateFields) },
		"delete": func(c *call) (plan.Selection, error) { return c.onlyStatement("deletes", deleteFields) },
	}
}

func (c *call) onlyStatement(array string, known *fieldSet) (plan.Selection, error) {
	if err := c.let(); err != nil {
		return plan.Selection{}, err
	}
	docs, err := c.docs(array)
	if err != nil {
		return plan.Selection{}, err
	}
	if len(docs) != 1 {
		return plan.Selection{}, wire.Errorf(wire.BadValue, "explain takes a write command of one statement")
	}
	a, err := field.Read(c.cmd.name+"."+array, known, docs[0])
	if err != nil {
		return plan.Selection{}, err
	}
	return plan.NewSelection(c.parser(), a.Doc("q"), a.Doc("sort"), nil, a.Get("hint"))
}

func runExplain(c *call) (bson.D, error) {
	doc, ok := c.self.DocumentOK()
	if !ok {
		return nil, isObject.Mismatch("explain.explain", c.self)
	}
	name := (&wire.Msg{Body: doc}).Name()
	cmd := byName[name]
	if cmd == nil || explainable[cmd.name] == nil {
		return nil, wire.Errorf(wire.CommandNotFound, "Explain failed due to unknown command: %s", name)
	}
	inner, err := cmd.bind(c.s, c.ns.DB, doc, nil)
	if err != nil {
		return nil, err
	}
	inner.ctx = c.ctx
	verbosity := c.Text("verbosity")
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
	defer v.Close()
	s, err := c.planned(&sel, v.R, v.Coll)
	if err != nil {
		return nil, err
	}
	rejected := bson.A{}
	for _, p := range s.Plan.Rejected {
		rejected = append(rejected, sel.Describe(p, plan.Effort{}))
	}
	planner := bson.D{{Key: "namespace", Value: c.ns.String()}, {Key: "indexFilterSet", Value: false},
		{Key: "parsedQuery", Value: sel.Filter.Parsed()}, {Key: "winningPlan", Value: sel.Describe(s.Plan, plan.Effort{})},
		{Key: "rejectedPlans", Value: rejected}}
	cursor := bson.D{{Key: "queryPlanner", Value: planner}}
	e := plan.Effort{Behind: make([]int64, len(sel.Behind))}
	if verbosity != "queryPlanner" {
		var stats bson.D
		if stats, e, err = c.execute(&sel, s, v); err != nil {
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
	if len(sel.Behind) > 0 {
		return append(reply, bson.E{Key: "stages", Value: sel.Stages(cursor, e)}), nil
	}
	return append(reply, cursor...), nil
}

// execute runs the selection, and the stages behind it, to the end.
func (c *call) execute(sel *plan.Selection, s *plan.Scan, v *storage.View) (bson.D, plan.Effort, error) {
	began := time.Now()
	e := plan.Effort{Measured: true, Behind: make([]int64, len(sel.Behind))}
	r := c.over(c.ctx, v)
	r.Store = func(stage.Stage, value.Documents) error {
		return wire.Errorf(wire.Code{Number: 51029, Name: "Location51029"}, "a pipeline that writes is explained with the verbosity 'queryPlanner' only")
	}
	docs := plan.Tallied(s.Documents(r), &e.Found)
	if !s.Plan.Sorted {
		docs = sel.Sorted(r, docs)
	}
	docs = plan.Tallied(docs, &e.Ordered)
	docs = plan.Tallied(sel.Projected(r, sel.Window(docs)), &e.Returned)
	for i, p := range sel.Behind {
		docs = plan.Tallied(p.Run(r, docs), &e.Behind[i])
	}
	for _, err := range docs {
		if err != nil {
			return nil, e, err
		}
	}
	e.Of(s)
	return bson.D{{Key: "executionSuccess", Value: true}, {Key: "nReturned", Value: e.Returned},
		{Key: "executionTimeMillis", Value: time.Since(began).Milliseconds()}, {Key: "totalKeysExamined", Value: e.Keys},
		{Key: "totalDocsExamined", Value: e.Docs}, {Key: "executionStages", Value: sel.Describe(s.Plan, e)}}, e, nil
}

// tryPlans runs the plans between which there was a choice, each until it has found a first batch.
func (c *call) tryPlans(sel *plan.Selection, won *plan.Scan) (bson.A, error) {
	tried := bson.A{}
	if len(won.Plan.Rejected) == 0 {
		return tried, nil
	}
	for _, p := range append([]plan.Plan{won.Plan}, won.Plan.Rejected...) {
		e := plan.Effort{Measured: true}
		s := won.By(p)
		for _, err := range plan.Tallied(s.Documents(c.run(c.ctx)), &e.Found) {
			if err != nil {
				return nil, err
			}
			if e.Found == firstBatch {
				break
			}
		}
		e.Of(s)
		tried = append(tried, bson.D{{Key: "nReturned", Value: e.Found}, {Key: "totalKeysExamined", Value: e.Keys},
			{Key: "totalDocsExamined", Value: e.Docs}, {Key: "executionStages", Value: p.Describe(sel.Filter, e)}})
	}
	return tried, nil
}
