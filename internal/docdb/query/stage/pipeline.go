package stage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Pipeline is a list of stages through which documents flow.
type Pipeline struct {
	stages  []stage
	specs   []bson.RawValue // of the stages: {name: specification}
	size    int             // of the specifications of all
	leading *match.Filter
	passing bool // no stage so far does more than to pass documents on
	lent    bool
}

// A stage turns one stream into another. It starts no goroutine. What it gathers it takes from a budget, at most maxMemory,
// and has given back when its stream ends, however that ends.
type stage func(in value.Documents, from *memory.Budget) value.Documents

// stages parse the specification of a stage.
var stages value.Table[func(v bson.RawValue) (stage, error)]

func newStages() value.Table[func(v bson.RawValue) (stage, error)] {
	return value.Table[func(v bson.RawValue) (stage, error)]{
		"$match":     {Summary: "Passes the documents that match a filter.", Parse: parseMatchStage},
		"$project":   {Summary: "Keeps, drops or computes fields.", Parse: parseProjectStage},
		"$addFields": {Summary: "Adds or replaces fields.", Parse: parseAddFieldsStage},
		"$set":       {Summary: "Adds or replaces fields; another name of $addFields.", Parse: parseAddFieldsStage},
		"$unset":     {Summary: "Drops fields.", Parse: parseUnsetStage},
		"$sort":      {Summary: "Sorts the documents.", Parse: parseSortStage},
		"$skip":      {Summary: "Leaves out a number of documents.", Parse: parseSkipStage},
		"$limit":     {Summary: "Ends after a number of documents.", Parse: parseLimitStage},
		"$sample":    {Summary: "Gives a number of documents chosen at random.", Parse: parseSampleStage},
		"$count":     {Summary: "Counts the documents.", Parse: parseCountStage},
		"$unwind":    {Summary: "Gives one document for each element of an array.", Parse: parseUnwindStage},
		"$group":     {Summary: "Groups documents by a key and accumulates over each group.", Parse: parseGroupStage},
	}
}

// maxStages is the greatest number of stages: each adds to the depth of the stack. Source: MongoDB manual, "Aggregation
// Pipeline Limits".
const maxStages = 1000

// Parse reads an array of stages. A stage that is unknown is UnrecognizedPipelineStage.
func Parse(list bson.RawValue) (*Pipeline, error) {
	if !value.IsArray(list) {
		return nil, wire.Errorf(wire.TypeMismatch, "'pipeline' option must be specified as an array")
	}
	p := &Pipeline{passing: true, size: len(list.Value)}
	for _, v := range keys.Elements(list.Value) {
		if len(p.stages) == maxStages {
			return nil, wire.Errorf(wire.Code{Number: 7749501, Name: "Location7749501"}, "Pipeline length must be no longer than %d stages.", maxStages)
		}
		name, _ := value.FirstName(v)
		if !value.IsDocument(v) || len(value.Elements(v)) != 1 {
			return nil, wire.Errorf(wire.Code{Number: 40323, Name: "Location40323"}, "A pipeline stage specification object must contain exactly one field.")
		}
		definition, ok := stages[name]
		if !ok {
			return nil, unknownStage(name)
		}
		spec := keys.Lookup(v.Value, name)
		s, err := definition.Parse(spec)
		if err != nil {
			return nil, err
		}
		if len(p.stages) == 0 && name == "$match" {
			p.leading, _ = match.Parse(spec.Value) // it parsed a line above
		}
		p.stages, p.specs = append(p.stages, s), append(p.specs, v)
		p.lent = p.lent || p.passing && keepsNothing[name]
		p.passing = p.passing && name == "$match"
	}
	return p, nil
}

// searchStages are the stages that ask Atlas Search. Clients tell by the code that there is none.
var searchStages = []string{"$listSearchIndexes", "$search", "$searchMeta", "$vectorSearch"}

func unknownStage(name string) error {
	if slices.Contains(searchStages, name) {
		return wire.Errorf(wire.SearchNotEnabled, "%s needs Atlas Search, which this server does not have", name)
	}
	return wire.Errorf(wire.UnrecognizedPipelineStage, "Unrecognized pipeline stage name: '%s'", name)
}

// keepsNothing are the stages that have done with a document before they take the next.
var keepsNothing = map[string]bool{"$group": true, "$count": true}

// Lent reports whether a document that flows into the pipeline need not outlive its turn.
func (p *Pipeline) Lent() bool { return p.lent || p.passing }

// LeadingMatch returns the filter of a pipeline that starts with $match, else nil. Run applies it all the same; a caller
// may use it to choose an index.
func (p *Pipeline) LeadingMatch() *match.Filter { return p.leading }

// Behind are the stages but for a leading $match, each as a pipeline of its own.
func (p *Pipeline) Behind() (list []*Pipeline) {
	for i := range p.stages {
		if i > 0 || p.leading == nil {
			list = append(list, &Pipeline{stages: p.stages[i : i+1], specs: p.specs[i : i+1], size: p.size})
		}
	}
	return list
}

// First is the name and the specification of the first of one stage or more, as explain shows them.
func (p *Pipeline) First() (name string, spec any) {
	name, _ = value.FirstName(p.specs[0])
	if p.size > match.ParsedBytes {
		return name, bson.D{{Key: "warning", Value: "the pipeline is too large to be shown"}}
	}
	return name, keys.Lookup(p.specs[0].Value, name)
}

// Run passes in through the stages, which take the memory that they need from a budget. Nothing is read until the result is
// ranged over, and not more than it needs. An error, also that of a done ctx, ends the stream.
func (p *Pipeline) Run(ctx context.Context, in value.Documents, from *memory.Budget) value.Documents {
	out := watch(ctx, in)
	for _, s := range p.stages {
		out = watch(ctx, s(out, from)) // a stage may make many documents of one
	}
	return out
}

// patience is how many documents flow between two looks at the context.
const patience = 128

// watch ends in when ctx is done.
func watch(ctx context.Context, in value.Documents) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		n := 0
		for doc, err := range in {
			if n++; n%patience == 1 && err == nil {
				err = ctx.Err()
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

// perDocument makes a stage from a function of one document. It calls yield with results and returns false to end.
func perDocument(each func(doc bson.Raw, yield func(bson.Raw, error) bool) bool) stage {
	return func(in value.Documents, _ *memory.Budget) value.Documents {
		return func(yield func(bson.Raw, error) bool) {
			for doc, err := range in {
				if err != nil {
					yield(nil, err)
					return
				}
				if !each(doc, yield) {
					return
				}
			}
		}
	}
}

// mapping makes a stage that turns each document into one.
func mapping(apply func(bson.Raw) (bson.Raw, error)) stage {
	return perDocument(func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		out, err := apply(doc)
		return yield(out, err) && err == nil
	})
}
