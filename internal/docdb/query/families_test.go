package query_test

import "go.mongodb.org/mongo-driver/v2/bson"

// family applies an operator of one of the families to values at which implementations part.
func (g *generator) family() any {
	op := func(name string, args ...any) any { return one(name, bson.A(args)) }
	of := func(name string, fields ...any) any {
		d := bson.D{}
		for i := 0; i < len(fields); i += 2 {
			d = append(d, bson.E{Key: fields[i].(string), Value: fields[i+1]})
		}
		return one(name, d)
	}
	switch g.IntN(12) {
	case 0:
		return one(pick(g, "$ceil", "$floor", "$abs"), g.real())
	case 1:
		return op(pick(g, "$trunc", "$round"), g.real(), int32(g.IntN(4)))
	case 2:
		return op(pick(g, "$sum", "$avg", "$min", "$max"), g.real(), g.real(), g.real())
	case 3:
		if g.IntN(2) == 0 {
			return of("$sortArray", "input", op(pick(g, "$setUnion", "$setIntersection"), g.plainList(), g.plainList()), "sortBy", int32(1))
		}
		return op(pick(g, "$setDifference", "$setEquals", "$setIsSubset"), g.plainList(), g.plainList())
	case 4:
		return op(pick(g, "$allElementsTrue", "$anyElementTrue"), g.plainList())
	case 5:
		return op("$slice", g.plainList(), int32(g.IntN(7)-3))
	case 6:
		return pick[any](g, op("$range", int32(g.IntN(5)), int32(g.IntN(9)), int32(1+g.IntN(3))), op("$indexOfArray", g.plainList(), g.IntN(4)), one("$reverseArray", one("$literal", g.plainList())),
			of("$firstN", "n", int32(1+g.IntN(3)), "input", g.plainList()), of("$lastN", "n", int32(1+g.IntN(3)), "input", g.plainList()), of("$zip", "inputs", bson.A{g.plainList(), g.plainList()}, "useLongestLength", true),
			of("$sortArray", "input", g.plainList(), "sortBy", pick[int32](g, 1, -1)))
	case 7:
		return pick[any](g, one("$toUpper", g.word()), one("$toLower", g.word()), op("$split", g.word(), pick(g, "a", "b", " ")), op("$strcasecmp", g.word(), g.word()),
			op("$substrCP", g.word(), int32(g.IntN(4)), int32(g.IntN(4))), op("$substrBytes", pick(g, "abcde", "hello"), int32(g.IntN(3)), int32(g.IntN(4))), one("$strLenBytes", g.word()), op("$concat", g.word(), g.word()))
	case 8:
		return pick(g, of("$trim", "input", g.word()), of("$ltrim", "input", g.word(), "chars", "ab "), of("$rtrim", "input", g.word(), "chars", "ba"), of("$replaceAll", "input", g.word(), "find", pick(g, "a", "ab", " "), "replacement", "X"),
			of("$replaceOne", "input", g.word(), "find", pick(g, "a", "ab", " "), "replacement", "X"), of("$regexMatch", "input", g.word(), "regex", pick(g, "^a", "b$", "a.b", "[ab]+")), of("$regexFindAll", "input", g.word(), "regex", pick(g, "a", "b+", "(a)(b)?")))
	case 9:
		return one(pick(g, "$year", "$month", "$dayOfMonth", "$dayOfYear", "$dayOfWeek", "$isoDayOfWeek", "$hour", "$minute", "$second", "$millisecond", "$isoWeek", "$isoWeekYear"), g.date())
	case 10:
		unit := pick(g, "month", "week", "day", "hour", "minute", "second", "millisecond")
		return pick(g, of("$dateAdd", "startDate", g.date(), "unit", unit, "amount", int32(g.IntN(30))), of("$dateSubtract", "startDate", g.date(), "unit", unit, "amount", int32(g.IntN(30))), of("$dateDiff", "startDate", g.date(), "endDate", g.date(), "unit", pick(g, "year", "quarter", "month", "day")),
			of("$dateToString", "date", g.date(), "format", pick(g, "%Y-%m-%d", "%H:%M:%S.%L", "%j %u %V %G")))
	}
	return pick[any](g, one("$toString", pick[any](g, true, int32(5), 2.5, "x", g.date())), one("$toInt", pick[any](g, 2.9, -2.9, "7", int32(3))), one("$toDouble", pick[any](g, "2.5", int32(3))), one("$toBool", pick[any](g, int32(0), 1.5, "", false, g.date())),
		one("$isNumber", g.scalar()), of("$getField", "field", "a", "input", one("a", g.scalar())), of("$setField", "field", "b", "input", one("a", int32(1)), "value", g.scalar()), op("$bitAnd", int32(g.IntN(64)), int32(g.IntN(64))), op("$bitXor", int32(g.IntN(64)), int32(g.IntN(64))))
}

func (g *generator) real() any {
	return pick[any](g, int32(0), int32(7), int32(-7), 2.5, -2.5, 3.5, 0.125, -1.25, 1e10, -0.5, int64(1)<<40, nil)
}

func (g *generator) plainList() any {
	list := bson.A{}
	for range g.IntN(5) {
		list = append(list, pick[any](g, int32(1), int32(2), int32(3), 2.5, "a", "b", true))
	}
	return list
}

func (g *generator) word() string {
	return pick(g, "", "a", "ab", "aabb", " a b ", "hh", "abc abc", "BAB", "ba")
}

func (g *generator) date() bson.DateTime {
	return bson.DateTime(int64(g.IntN(4_000_000_000))*1000 - 1_000_000_000_000 + int64(g.IntN(1000)))
}

// pipeline makes one of some stages over documents.
func (g *generator) pipeline() bson.D {
	docs := bson.A{}
	for i := range 6 {
		docs = append(docs, bson.D{{Key: "_id", Value: int32(i)}, {Key: "k", Value: pick(g, "x", "y", "z")}, {Key: "n", Value: int32(g.IntN(6))}, {Key: "l", Value: g.plainList()}})
	}
	var stages bson.A
	for range 1 + g.IntN(3) {
		stages = append(stages, g.stage())
	}
	if g.IntN(4) == 0 { // what has other fields than the documents
		stages = append(stages, pick(g, one("$sortByCount", "$k"), one("$facet", bson.D{{Key: "a", Value: bson.A{one("$match", one("n", one("$gt", int32(2))))}}, {Key: "b", Value: bson.A{one("$limit", int32(2))}}})))
	}
	return kase("pipeline", "pipeline", stages, "docs", docs)
}

func (g *generator) stage() bson.D {
	accumulate := func() any {
		return pick[any](g, one("$sum", "$n"), one("$avg", "$n"), one("$min", "$n"), one("$max", "$n"), one("$push", "$n"), one("$first", "$n"), one("$last", "$n"), one("$count", bson.D{}),
			one("$firstN", bson.D{{Key: "n", Value: int32(2)}, {Key: "input", Value: "$n"}}), one("$maxN", bson.D{{Key: "n", Value: int32(2)}, {Key: "input", Value: "$n"}}))
	}
	switch g.IntN(8) {
	case 0:
		return one("$match", one("n", one(pick(g, "$gt", "$lte", "$ne"), int32(g.IntN(6)))))
	case 1:
		return one("$sort", bson.D{{Key: "n", Value: pick[int32](g, 1, -1)}, {Key: "_id", Value: int32(1)}})
	case 2:
		return one(pick(g, "$limit", "$skip"), int32(1+g.IntN(4)))
	case 3:
		return one("$unwind", bson.D{{Key: "path", Value: "$l"}, {Key: "preserveNullAndEmptyArrays", Value: g.IntN(2) == 0}})
	case 4:
		return one("$set", bson.D{{Key: "n", Value: one("$add", bson.A{"$n", int32(1)})}})
	case 5:
		return one("$group", bson.D{{Key: "_id", Value: "$k"}, {Key: "n", Value: one("$sum", "$n")}, {Key: "m", Value: accumulate()}, {Key: "k", Value: one("$first", "$k")}})
	case 6:
		return one("$setWindowFields", bson.D{{Key: "sortBy", Value: one("_id", int32(1))}, {Key: "output", Value: one("w", bson.D{pick(g, one("$sum", "$n"), one("$push", "$n"), one("$avg", "$n"))[0],
			{Key: "window", Value: one("documents", pick(g, bson.A{"unbounded", "current"}, bson.A{int32(-1), int32(1)}, bson.A{int32(-1), "current"}))}})}})
	}
	return one("$project", bson.D{{Key: "n", Value: int32(1)}, {Key: "k", Value: int32(1)}, {Key: "l", Value: int32(1)}})
}
