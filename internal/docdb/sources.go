package docdb

import (
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/report"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// source is an aggregation stage that stands first and makes the pipeline's documents itself, instead of a collection.
type source struct {
	summary   string
	at        scope
	fields    *fieldSet
	documents func(*call, args) ([]bson.D, error)
}

// scope is what a source is asked of.
type scope int

const (
	ofCollection scope = iota
	ofDatabase         // any database, and no collection
	ofAdmin            // the database admin, and no collection
	ofSessions         // the collection of logical sessions
)

var sessionsCollection = storage.Namespace{DB: "config", Coll: "system.sessions"}

var sources = map[string]source{
	"$collStats": {summary: "Gives a collection's sizes, as the first stage.", fields: report.CollStatsFields, documents: shown(report.CollStatsStage)},
	"$currentOp": {summary: "Gives the commands that run, as the first stage on the database admin.", at: ofAdmin, fields: currentOpFields,
		documents: (*call).currentOpStage},
	"$indexStats": {summary: "Gives how often each index was used, as the first stage.", fields: report.IndexStatsFields,
		documents: func(c *call, _ args) ([]bson.D, error) { return report.IndexStats(c.on(), &c.e.indexes, c.e.started) }},
	"$listLocalSessions": {summary: "Gives the logical sessions in use, as the first stage on a database.", at: ofDatabase, fields: report.SessionsFields,
		documents: (*call).sessionsStage},
	"$listSessions": {summary: "Gives the logical sessions in use, as the first stage on config.system.sessions.", at: ofSessions, fields: report.SessionsFields,
		documents: (*call).sessionsStage},
	"$planCacheStats": {summary: "Gives the indexes that were chosen for queries, as the first stage.", fields: report.PlanCacheFields,
		documents: shown(report.PlanCacheStats)},
}

func (c *call) sessionsStage(a args) ([]bson.D, error) {
	on := c.on()
	on.Args = a
	return report.Sessions(on, &c.e.logical, c.s.user)
}

// shown are the documents of a source that a report makes.
func shown(of func(report.On) ([]bson.D, error)) func(*call, args) ([]bson.D, error) {
	return func(c *call, a args) ([]bson.D, error) {
		on := c.on()
		on.Args = a
		return of(on)
	}
}

// Stages are the aggregation stages that the engine knows, by name.
func Stages() []value.Entry {
	list := slices.Clone(stage.Stages)
	for name, s := range sources {
		list = append(list, value.Entry{Name: name, Summary: s.summary})
	}
	slices.SortFunc(list, func(a, b value.Entry) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// splitSource parts a pipeline that begins with a source into the stage's name, its specification and the stages behind it.
func splitSource(pipeline bson.RawValue) (name string, spec, rest bson.RawValue, ok bool) {
	array, isArray := pipeline.ArrayOK()
	stages, err := array.Values()
	if !isArray || err != nil || len(stages) == 0 {
		return "", spec, rest, false
	}
	first, _ := stages[0].DocumentOK()
	elements, err := first.Elements()
	if err != nil || len(elements) != 1 {
		return "", spec, rest, false
	}
	name = elements[0].Key()
	if _, ok = sources[name]; !ok {
		return "", spec, rest, false
	}
	at, dst := bsoncore.AppendArrayStart(nil)
	for i, v := range stages[1:] {
		dst = bsoncore.AppendValueElement(dst, strconv.Itoa(i), bsoncore.Value{Type: bsoncore.Type(v.Type), Data: v.Value})
	}
	dst, _ = bsoncore.AppendArrayEnd(dst, at) // at is the start that this array began with
	return name, elements[0].Value(), bson.RawValue{Type: bson.TypeArray, Value: dst}, true
}

// check refuses a stage where it is out of place.
func (p scope) check(name string, ns storage.Namespace) error {
	wrong := ""
	switch {
	case p == ofAdmin && ns != (storage.Namespace{DB: "admin"}):
		wrong = "the 'admin' database with {aggregate: 1}"
	case p == ofDatabase && ns.Coll != "":
		wrong = "a database with {aggregate: 1}"
	case p == ofSessions && ns != sessionsCollection:
		wrong = sessionsCollection.String()
	case p == ofCollection && ns.Coll == "":
		wrong = "a collection"
	}
	if wrong != "" {
		return wire.Errorf(wire.InvalidNamespace, "%s must be run against %s", name, wrong)
	}
	return nil
}

// aggregateSource runs a pipeline on the documents that its first stage makes.
func (c *call) aggregateSource(name string, spec, rest bson.RawValue) (bson.D, error) {
	s := sources[name]
	ns := c.ns
	if err := s.at.check(name, ns); err != nil {
		return nil, err
	}
	if ns.Coll == "" {
		ns.Coll = "$cmd.aggregate"
	}
	p, err := c.parsePipeline(rest)
	if err != nil {
		return nil, err
	}
	docs, err := c.sourceDocuments(name, s, spec)
	if err != nil {
		return nil, err
	}
	return c.aggregateDocuments(ns, p, docs)
}

func (c *call) sourceDocuments(name string, s source, spec bson.RawValue) ([]bson.Raw, error) {
	doc, ok := spec.DocumentOK()
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "%s must take an object but found: %s", name, field.TypeName(spec.Type))
	}
	a, err := field.Read(name, s.fields, doc)
	if err != nil {
		return nil, err
	}
	docs, err := s.documents(c, a)
	if err != nil {
		return nil, err
	}
	return filtered(docs, nil)
}
