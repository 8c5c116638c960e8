package plane

import (
	"math/rand/v2"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// randomPipeline is a pipeline whose stages name collections in every possible way, and may write to one.
func randomPipeline(r *rand.Rand, coll string) bson.D {
	p := bson.A{}
	for range r.IntN(3) {
		p = append(p, readingStage(r, 2))
	}
	if r.IntN(2) == 0 {
		p = append(p, writingStage(r))
	}
	return withFlags(r, bson.D{{Key: "aggregate", Value: coll}, {Key: "cursor", Value: bson.D{}}, {Key: "pipeline", Value: p}}, "bypassDocumentValidation")
}

// named is a collection in one of the forms in which stages name one; a few are not valid.
func named(r *rand.Rand) any {
	doc := bson.D{{Key: "db", Value: []string{"hidden", "app", "other"}[r.IntN(3)]}, {Key: "coll", Value: []string{"x", "a", "b", "c"}[r.IntN(4)]}}
	all := []any{"a", "b", "c", "a", "b", doc, doc, append(doc, bson.E{Key: "db", Value: "app"}), doc[1:], "app.b", "hidden.x", "$a", "", anyValue(r)}
	return all[r.IntN(len(all))]
}

func readingStage(r *rand.Rand, depth int) bson.D {
	inner := func() bson.A {
		p := bson.A{}
		for range r.IntN(min(depth, 1) + 1) {
			p = append(p, readingStage(r, depth-1))
		}
		return p
	}
	stage := func(name string, spec any) bson.D { return bson.D{{Key: name, Value: spec}} }
	local := bson.D{{Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "_id"}}
	switch r.IntN(7) {
	case 0:
		return stage("$lookup", append(bson.D{{Key: "from", Value: named(r)}, {Key: "as", Value: "l"}}, local...))
	case 1:
		return stage("$lookup", bson.D{{Key: "from", Value: named(r)}, {Key: "as", Value: "m"}, {Key: "pipeline", Value: inner()}})
	case 2:
		return stage("$unionWith", named(r))
	case 3:
		spec := bson.D{{Key: "coll", Value: named(r)}, {Key: "pipeline", Value: inner()}}
		if r.IntN(3) == 0 {
			spec = append(spec, bson.E{Key: "db", Value: "hidden"})
		}
		return stage("$unionWith", spec)
	case 4:
		return stage("$graphLookup", bson.D{{Key: "from", Value: named(r)}, {Key: "startWith", Value: "$_id"}, {Key: "connectFromField", Value: "_id"},
			{Key: "connectToField", Value: "_id"}, {Key: "as", Value: "g"}})
	case 5:
		return stage("$facet", bson.D{{Key: "one", Value: inner()}, {Key: "two", Value: inner()}})
	}
	return stage("$match", bson.D{})
}

func writingStage(r *rand.Rand) bson.D {
	if r.IntN(2) == 0 {
		return bson.D{{Key: "$out", Value: named(r)}}
	}
	if r.IntN(4) == 0 {
		return bson.D{{Key: "$merge", Value: named(r)}}
	}
	return bson.D{{Key: "$merge", Value: bson.D{{Key: "into", Value: named(r)},
		{Key: "whenMatched", Value: []any{"replace", "merge", "keepExisting", bson.A{bson.D{{Key: "$set", Value: bson.D{{Key: "y", Value: "$$new.of"}}}}}}[r.IntN(4)]},
		{Key: "whenNotMatched", Value: []string{"insert", "discard"}[r.IntN(2)]}}}}
}

// marked are the collections whose documents have the collection's name, so that one sees where they are read.
var marked = []string{"app.a", "app.b", "hidden.x"}

// read are the rights needed to read the marked documents in a text.
func read(text, but string) (effects []string) {
	for _, ns := range marked {
		if ns != but && strings.Contains(text, `"`+ns+`"`) {
			effects = append(effects, "find "+ns)
		}
	}
	return effects
}

// piped are the effects of a pipeline: its writes, for which $out needs other rights than $merge, and its reads.
func piped(command bson.D, before, after map[string]string) (effects []string) {
	for key, doc := range after {
		ns, _, _ := strings.Cut(key, " ")
		if before[key] != doc {
			effects = append(effects, read(doc, ns)...)
		}
	}
	stages := command[2].Value.(bson.A)
	replaces := len(stages) > 0 && stages[len(stages)-1].(bson.D)[0].Key == "$out"
	for _, e := range changed(before, after) {
		if what, ns, _ := strings.Cut(e, " "); what == "update" && replaces {
			effects = append(effects, "insert "+ns, "remove "+ns)
			continue
		}
		effects = append(effects, e)
	}
	return effects
}
