package stage

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Pipeline is a list of stages through which documents flow.
type Pipeline struct {
	stages []Stage
	size   int     // of the specifications of all, in bytes
	reads  []reads // what each stage reads of variables, if the pipeline is as it was parsed
}

// reads is what a stage reads beside documents.
type reads struct {
	used     []expression.Slot
	changing bool // it gives something else each time
}

// freeOf reports whether a stage gives the same whatever some variables are.
func (r reads) freeOf(slots []expression.Slot) bool {
	return !r.changing && !slices.ContainsFunc(r.used, func(s expression.Slot) bool { return slices.Contains(slots, s) })
}

// parsing reads the specification of a stage.
type parsing func(p *expression.Parser, n named) (Stage, error)

var stages value.Table[parsing]

func newStages() value.Table[parsing] {
	return value.Table[parsing]{
		"$match":           {Summary: "Passes the documents that match a filter.", Parse: parseMatch},
		"$project":         {Summary: "Keeps, drops or computes fields.", Parse: parseProject},
		"$addFields":       {Summary: "Adds or replaces fields.", Parse: parseAddFields},
		"$set":             {Summary: "Adds or replaces fields; another name of $addFields.", Parse: parseAddFields},
		"$unset":           {Summary: "Drops fields.", Parse: parseUnset},
		"$replaceRoot":     {Summary: "Replaces each document by one that is computed.", Parse: parseReplaceRoot},
		"$replaceWith":     {Summary: "Replaces each document by one that is computed; another form of $replaceRoot.", Parse: parseReplaceWith},
		"$sortByCount":     {Summary: "Counts the documents by a key, the most frequent first.", Parse: parseSortByCount},
		"$sort":            {Summary: "Sorts the documents.", Parse: parseSort},
		"$skip":            {Summary: "Skips a number of documents.", Parse: parseSkip},
		"$limit":           {Summary: "Limits the number of documents.", Parse: parseLimit},
		"$sample":          {Summary: "Returns a number of documents chosen at random.", Parse: parseSample},
		"$count":           {Summary: "Counts the documents.", Parse: parseCount},
		"$unwind":          {Summary: "Returns one document for each element of an array.", Parse: parseUnwind},
		"$lookup":          {Summary: "Adds documents of another collection, joined by a value or by a pipeline.", Parse: parseLookup},
		"$graphLookup":     {Summary: "Adds the documents of another collection that can be reached recursively.", Parse: parseGraphLookup},
		"$unionWith":       {Summary: "Adds the documents of another collection after those of the pipeline.", Parse: parseUnionWith},
		"$documents":       {Summary: "Returns the documents of an array, as the first stage.", Parse: parseDocuments},
		"$facet":           {Summary: "Runs several pipelines over the same documents.", Parse: parseFacet},
		"$bucket":          {Summary: "Groups documents by intervals of a value.", Parse: parseBucket},
		"$bucketAuto":      {Summary: "Groups documents into a number of intervals with about equally many documents.", Parse: parseBucketAuto},
		"$setWindowFields": {Summary: "Adds fields that are computed from a document's neighbours in an order.", Parse: parseWindows},
		"$densify":         {Summary: "Adds documents where a sequence of numbers or dates has gaps.", Parse: parseDensify},
		"$fill":            {Summary: "Sets fields that are null or missing.", Parse: parseFill},
		"$out":             {Summary: "Replaces a collection by the documents, as the last stage.", Parse: parseOut},
		"$merge":           {Summary: "Writes the documents into a collection, as the last stage.", Parse: parseMerge},
		"$redact":          {Summary: "Removes documents and parts of them, depending on their contents.", Parse: parseRedact},
		"$group":           {Summary: "Groups documents by a key and accumulates over each group.", Parse: parseGroup},
	}
}

// maxStages is the greatest number of stages: each adds to the depth of the stack. Source: MongoDB manual, "Aggregation
// Pipeline Limits".
const maxStages = 1000

// Parse reads an array of stages. A stage that is unknown is UnrecognizedPipelineStage.
func Parse(from *expression.Parser, list bson.RawValue) (*Pipeline, error) {
	return parse(from.OrNew(), list)
}

func parse(from *expression.Parser, list bson.RawValue) (*Pipeline, error) {
	if !value.IsArray(list) {
		return nil, wire.Errorf(wire.TypeMismatch, "'pipeline' option must be specified as an array")
	}
	p := &Pipeline{size: len(list.Value)}
	for _, v := range keys.Elements(list.Value) {
		if len(p.stages) == maxStages {
			return nil, wire.Errorf(wire.Code{Number: 7749501, Name: "Location7749501"}, "Pipeline length must be no longer than %d stages.", maxStages)
		}
		read := from.Watch()
		s, err := parseStage(from, v)
		if err != nil {
			return nil, err
		}
		if _, ok := s.(Documents); ok && len(p.stages) > 0 {
			return nil, wire.Errorf(located(40602), "$documents is only valid as the first stage in a pipeline.")
		}
		if p.Stores() {
			name, _ := p.stages[len(p.stages)-1].Show()
			return nil, wire.Errorf(located(40601), "%s can only be the final stage in the pipeline", name)
		}
		used, changing := read()
		p.stages, p.reads = append(p.stages, s), append(p.reads, reads{used, changing})
	}
	return p, nil
}

func parseStage(p *expression.Parser, v bson.RawValue) (Stage, error) {
	name, _ := value.FirstName(v)
	if !value.IsDocument(v) || len(value.Elements(v)) != 1 {
		return nil, wire.Errorf(wire.Code{Number: 40323, Name: "Location40323"}, "A pipeline stage specification object must contain exactly one field.")
	}
	definition, ok := stages[name]
	if !ok {
		return nil, unknownStage(name)
	}
	defer p.Together()()
	return definition.Parse(p, named{name, keys.Lookup(v.Value, name)})
}

// searchStages are the stages that ask Atlas Search. Clients tell by the code that there is none.
var searchStages = []string{"$listSearchIndexes", "$search", "$searchMeta", "$vectorSearch"}

func unknownStage(name string) error {
	if slices.Contains(searchStages, name) {
		return wire.Errorf(wire.SearchNotEnabled, "%s needs Atlas Search, which this server does not have", name)
	}
	return wire.Errorf(wire.UnrecognizedPipelineStage, "Unrecognized pipeline stage name: '%s'", name)
}

// Of makes a pipeline of stages.
func Of(stages ...Stage) *Pipeline { return &Pipeline{stages: stages} }

// Apart are the stages, each as a pipeline of its own.
func (p *Pipeline) Apart() []*Pipeline {
	list := make([]*Pipeline, len(p.stages))
	for i := range p.stages {
		list[i] = &Pipeline{stages: p.stages[i : i+1], size: p.size}
	}
	return list
}

// shownBytes is how large a pipeline may be and still be shown.
const shownBytes = 1 << 20

// First is the name and the specification of the first of one stage or more, as explain shows them.
func (p *Pipeline) First() (name string, spec any) {
	name, v := p.stages[0].Show()
	if p.size > shownBytes {
		return name, bson.D{{Key: "warning", Value: "the pipeline is too large to be shown"}}
	}
	return name, v
}

// Run passes in through the stages. Nothing is read until the result is ranged over, and not more than it needs. An error,
// also that of a done context, ends the stream.
func (p *Pipeline) Run(r *Run, in value.Documents) value.Documents {
	out := r.watch(in)
	for _, s := range p.stages {
		out = r.watch(s.Stream(out, r)) // a stage may make many documents of one
	}
	return out
}

// Needs is what the pipeline looks at of the documents that flow into it, to give whole documents.
func (p *Pipeline) Needs() Needs {
	needs := everything
	for _, s := range slices.Backward(p.stages) {
		needs = s.Needs(needs)
	}
	return needs
}
