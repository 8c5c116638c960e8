package gateway

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// stage declares what an aggregation stage uses beyond the documents that flow into it.
type stage struct {
	source      bool     // as the first stage it takes the place of reading the collection
	standalone  bool     // as the first stage it needs no collection
	actions     []string // on the collection of the pipeline
	cluster     []string // on the cluster
	collections func(w *walk, at resource, spec bson.RawValue)
}

// stages declares the aggregation stages. One that is missing here is refused.
// Source: MongoDB manual, "Aggregation Stages" and the page of each stage.
var stages = map[string]stage{
	"$addFields": {}, "$bucket": {}, "$bucketAuto": {}, "$changeStreamSplitLargeEvent": {}, "$count": {}, "$densify": {},
	"$fill": {}, "$geoNear": {}, "$group": {}, "$limit": {}, "$match": {}, "$project": {}, "$redact": {}, "$replaceRoot": {},
	"$replaceWith": {}, "$sample": {}, "$search": {}, "$searchMeta": {}, "$set": {}, "$setWindowFields": {}, "$skip": {},
	"$sort": {}, "$sortByCount": {}, "$unset": {}, "$unwind": {}, "$vectorSearch": {},

	"$collStats":         {source: true, actions: []string{"collStats"}},
	"$indexStats":        {source: true, actions: []string{"indexStats"}},
	"$listSearchIndexes": {source: true, actions: []string{"listSearchIndexes"}},
	"$planCacheStats":    {source: true, actions: []string{"planCacheRead"}},
	"$listSessions":      {source: true, cluster: []string{"listSessions"}},
	"$listLocalSessions": {source: true, standalone: true, collections: localSessions},
	"$currentOp":         {source: true, standalone: true, collections: currentOpStage},
	"$documents":         {source: true, standalone: true},
	"$changeStream":      {source: true, standalone: true, collections: changeStream},
	"$out":               {collections: out},
}

// The stages that contain pipelines look stages up in the table, so they are added when the table exists.
func init() {
	stages["$facet"] = stage{collections: facet}
	stages["$graphLookup"] = stage{collections: lookup}
	stages["$lookup"] = stage{collections: lookup}
	stages["$merge"] = stage{collections: merge}
	stages["$unionWith"] = stage{collections: unionWith}
}

// aggregate needs find on its collection, and what its stages need.
func aggregate(c command, _ access) (permit, error) {
	at := resource{db: c.db}
	if !c.value().IsNumber() {
		var err error
		if at, err = collection(c); err != nil {
			return permit{}, err
		}
	}
	w := walk{bypass: c.flag("bypassDocumentValidation")}
	w.pipeline(at, c.body.Lookup("pipeline"))
	return permit{needs: w.needs}, w.err
}

// walk collects what a pipeline needs, including its inner pipelines. It keeps the first error.
type walk struct {
	bypass bool // the output skips document validation
	needs  []need
	err    error
}

func (w *walk) fail(code wire.Code, format string, args ...any) {
	if w.err == nil {
		w.err = wire.Errorf(code, format, args...)
	}
}

// pipeline walks the pipeline that reads the collection at or, if at is a database, reads no collection.
func (w *walk) pipeline(at resource, pipeline bson.RawValue) {
	specs, err := documents(pipeline, "pipeline")
	if err != nil && w.err == nil {
		w.err = err
	}
	first := ""
	if len(specs) > 0 {
		first = (&wire.Msg{Body: specs[0]}).Name()
	}
	switch {
	case at.coll == "" && !stages[first].standalone:
		w.fail(wire.InvalidNamespace, "{aggregate: 1} is not valid for '%s'; a collection is required.", first)
	case !stages[first].source:
		w.needs = append(w.needs, need{"find", at})
	}
	w.stages(at, specs)
}

func (w *walk) stages(at resource, specs []bson.Raw) {
	for _, spec := range specs {
		elements, err := spec.Elements()
		if err != nil || len(elements) != 1 {
			w.fail(wire.FailedToParse, "A pipeline stage specification object must contain exactly one field.")
			return
		}
		name := elements[0].Key()
		s, known := stages[name]
		if !known {
			w.fail(wire.UnrecognizedPipelineStage, "Unrecognized pipeline stage name: '%s'", name)
			return
		}
		w.needs = append(w.needs, take(at, s.actions...)...)
		w.needs = append(w.needs, take(resource{cluster: true}, s.cluster...)...)
		if s.collections != nil {
			s.collections(w, at, elements[0].Value())
		}
	}
}

// collection reads a collection's name as stages spell it: "name" in the pipeline's database, or {db, coll}.
func (w *walk) collection(at resource, v bson.RawValue) resource {
	db := at.db
	name, isName := v.StringValueOK()
	if doc, isDoc := v.DocumentOK(); isDoc {
		name, isName = doc.Lookup("coll").StringValueOK()
		if other := doc.Lookup("db"); !other.IsZero() {
			db, _ = other.StringValueOK()
		}
		isName = isName && unambiguous([]bson.Raw{doc}) == nil
	}
	r, err := namespace(db, name)
	if !isName || err != nil {
		w.fail(wire.InvalidNamespace, "a stage names a collection in a way that is not valid")
	}
	return r
}

// fields returns the fields of a stage's specification. A field that occurs twice could be read in two ways, and is
// refused.
func (w *walk) fields(spec bson.RawValue) map[string]bson.RawValue {
	doc, ok := spec.DocumentOK()
	if !ok || unambiguous([]bson.Raw{doc}) != nil {
		w.fail(wire.FailedToParse, "a stage's specification must be an object without repeated fields")
		return nil
	}
	elements, _ := doc.Elements()
	fields := make(map[string]bson.RawValue, len(elements))
	for _, e := range elements {
		fields[e.Key()] = e.Value()
	}
	return fields
}

// flag reports whether a stage's specification has the flag set.
func (w *walk) flag(spec bson.RawValue, name string) bool {
	set, ok := wire.Flag(w.fields(spec)[name])
	if !ok {
		w.fail(wire.TypeMismatch, "field '%s' must be a boolean or a number", name)
	}
	return set
}

// lookup reads another collection, through a pipeline if it has one. Without a collection, its pipeline begins with
// documents of its own.
func lookup(w *walk, at resource, spec bson.RawValue) {
	f := w.fields(spec)
	from := resource{db: at.db}
	if v, named := f["from"]; named {
		from = w.collection(at, v)
		w.needs = append(w.needs, need{"find", from})
	}
	if _, piped := f["pipeline"]; piped || from.coll == "" {
		w.pipeline(from, f["pipeline"])
	}
}

func unionWith(w *walk, at resource, spec bson.RawValue) {
	if _, isName := spec.StringValueOK(); isName {
		w.needs = append(w.needs, need{"find", w.collection(at, spec)})
		return
	}
	f := w.fields(spec)
	if _, named := f["coll"]; !named {
		w.pipeline(resource{db: at.db}, f["pipeline"])
		return
	}
	from := w.collection(at, f["coll"])
	if db, named := f["db"]; named {
		name, _ := db.StringValueOK()
		from = w.collection(resource{db: name}, f["coll"])
	}
	w.needs = append(w.needs, need{"find", from})
	w.pipeline(from, f["pipeline"])
}

func facet(w *walk, at resource, spec bson.RawValue) {
	for _, pipeline := range w.fields(spec) {
		specs, err := documents(pipeline, "$facet")
		if err != nil && w.err == nil {
			w.err = err
		}
		w.stages(at, specs)
	}
}

func out(w *walk, at resource, spec bson.RawValue) {
	w.writes(w.collection(at, spec), "insert", "remove")
}

func merge(w *walk, at resource, spec bson.RawValue) {
	if _, isName := spec.StringValueOK(); isName {
		w.writes(w.collection(at, spec), "insert", "update")
		return
	}
	f := w.fields(spec)
	into := w.collection(at, f["into"])
	w.writes(into, "insert", "update")
	if _, piped := f["whenMatched"].ArrayOK(); piped {
		specs, err := documents(f["whenMatched"], "whenMatched")
		if err != nil && w.err == nil {
			w.err = err
		}
		w.stages(into, specs)
	}
}

func (w *walk) writes(to resource, actions ...string) {
	if w.bypass {
		actions = append(actions, "bypassDocumentValidation")
	}
	w.needs = append(w.needs, take(to, actions...)...)
}

// currentOpStage shows everyone their own commands.
// Source: MongoDB manual, "$currentOp": allUsers.
func currentOpStage(w *walk, _ resource, spec bson.RawValue) {
	if w.flag(spec, "allUsers") {
		w.needs = append(w.needs, take(resource{cluster: true}, "inprog")...)
	}
}

// localSessions shows everyone their own sessions. Source: MongoDB manual, "$listLocalSessions".
func localSessions(w *walk, _ resource, spec bson.RawValue) {
	_, others := w.fields(spec)["users"]
	if w.flag(spec, "allUsers") || others {
		w.needs = append(w.needs, take(resource{cluster: true}, "listSessions")...)
	}
}

// changeStream watches a collection, a database or, asked on admin, all databases.
func changeStream(w *walk, at resource, spec bson.RawValue) {
	if w.flag(spec, "allChangesForCluster") {
		at = resource{}
	}
	w.needs = append(w.needs, take(at, "find", "changeStream")...)
}
