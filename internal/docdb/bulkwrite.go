package docdb

import (
	"context"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

var bulkWriteFields = fields("ops!", isArray, "nsInfo!", isArray, "ordered", isBool, "errorsOnly", isBool, "cursor", isObject, "bypassDocumentValidation", isBool,
	"bypassEmptyTsReplacement", isBool, "let", isObject)

// bulkSum is what operations have done.
type bulkSum struct {
	Results   []bson.D `bson:"results"`
	Errors    int32    `bson:"errors"`
	Inserted  int32    `bson:"inserted"`
	Matched   int32    `bson:"matched"`
	Modified  int32    `bson:"modified"`
	Upserted  int32    `bson:"upserted"`
	Deleted   int32    `bson:"deleted"`
	Succeeded []int32  `bson:"succeeded"` // by their numbers
}

func runBulkWrite(c *call) (bson.D, error) {
	if err := c.let(); err != nil {
		return nil, err
	}
	size, err := c.cursorSize()
	if err != nil {
		return nil, err
	}
	ops, err := c.bulkOps()
	if err != nil {
		return nil, err
	}
	sum := bulkSum{Results: []bson.D{}}
	var retried []int32
	for i, group := range c.bulkGroups(ops) {
		done, again, err := c.bulkGroup(i, group)
		if err != nil {
			return nil, err
		}
		sum.add(done)
		if again {
			retried = append(retried, done.Succeeded...)
		}
		if done.Errors > 0 && c.Bool("ordered", true) {
			break
		}
	}
	slices.SortStableFunc(sum.Results, func(a, b bson.D) int { return int(a[1].Value.(int32) - b[1].Value.(int32)) })
	if err := c.bulkCursor(sum.Results, size); err != nil {
		return nil, err
	}
	reply := bson.D{{Key: "nErrors", Value: sum.Errors}, {Key: "nInserted", Value: sum.Inserted}, {Key: "nMatched", Value: sum.Matched},
		{Key: "nModified", Value: sum.Modified}, {Key: "nUpserted", Value: sum.Upserted}, {Key: "nDeleted", Value: sum.Deleted}}
	if retried != nil {
		reply = append(reply, bson.E{Key: "retriedStmtIds", Value: retried})
	}
	return reply, nil
}

// bulkCursor answers with the results, of which there may be more than a reply holds.
func (c *call) bulkCursor(results []bson.D, size int64) error {
	if c.Bool("errorsOnly", false) {
		results = slices.DeleteFunc(results, func(d bson.D) bool { return d[0].Value == 1.0 })
	}
	docs, err := filtered(results, nil)
	if err != nil {
		return err
	}
	all := func(context.Context) value.Documents { return listed(docs) }
	return c.openCursor(c.s.newCursor(storage.Namespace{DB: "admin", Coll: "$cmd.bulkWrite"}, all, func() {}), size)
}

// bulkGroups are the operations that are done under one lock: those on one collection that follow one another, or of an
// unordered command all.
func (c *call) bulkGroups(ops []bulkOp) (groups [][]bulkOp) {
	if !c.Bool("ordered", true) {
		ops = slices.Clone(ops)
		first := map[storage.Namespace]int{}
		for _, op := range ops {
			if _, known := first[op.ns]; !known {
				first[op.ns] = len(first)
			}
		}
		slices.SortStableFunc(ops, func(a, b bulkOp) int { return first[a.ns] - first[b.ns] })
	}
	for _, op := range ops {
		if last := len(groups) - 1; last >= 0 && groups[last][0].ns == op.ns {
			groups[last] = append(groups[last], op)
		} else {
			groups = append(groups, []bulkOp{op})
		}
	}
	return groups
}

// bulkGroup does the operations of a group, or tells what they have done if this is a retry. Each group's outcome is
// remembered by itself.
func (c *call) bulkGroup(i int, ops []bulkOp) (sum bulkSum, again bool, err error) {
	part := *c
	part.ns = ops[0].ns
	if i > 0 {
		part.part = strconv.Itoa(i)
	}
	ran := false
	reply, err := part.write(func(t *storage.Tx) (bson.D, error) {
		for _, op := range ops {
			failed, err := part.try(t, func() error { return part.bulkOne(t, op, &sum) })
			if err != nil {
				return nil, err
			}
			if failed == nil {
				sum.Succeeded = append(sum.Succeeded, int32(op.idx))
				continue
			}
			sum.fail(op.idx, failed)
			if c.Bool("ordered", true) {
				break
			}
		}
		ran = true
		return bson.D{{Key: "sum", Value: sum}}, nil
	})
	if err != nil || ran {
		return sum, false, err
	}
	sum = bulkSum{}
	raw, err := bson.Marshal(reply)
	if err != nil {
		return sum, true, err
	}
	return sum, true, bson.Raw(raw).Lookup("sum").Unmarshal(&sum)
}

// bulkOne does one operation.
func (c *call) bulkOne(t *storage.Tx, op bulkOp, sum *bulkSum) error {
	result := bson.D{{Key: "ok", Value: 1.0}, {Key: "idx", Value: int32(op.idx)}}
	switch op.kind {
	case "insert":
		if err := c.insertOne(t, op.args.Doc("document")); err != nil {
			return err
		}
		sum.Inserted++
		result = append(result, bson.E{Key: "n", Value: int32(1)})
	case "update":
		var one updated
		if err := c.updateStatement(t, op.idx, op.args, &one); err != nil {
			return err
		}
		sum.Matched += one.matched - int32(len(one.upserted))
		sum.Modified += one.modified
		sum.Upserted += int32(len(one.upserted))
		result = append(result, bson.E{Key: "n", Value: one.matched}, bson.E{Key: "nModified", Value: one.modified})
		for _, upserted := range one.upserted {
			result = append(result, bson.E{Key: "upserted", Value: bson.D{upserted.(bson.D)[1]}}) // without its number
		}
	case "delete":
		var n int32
		if err := c.deleteStatement(t, op.args, &n); err != nil {
			return err
		}
		sum.Deleted += n
		result = append(result, bson.E{Key: "n", Value: n})
	}
	sum.Results = append(sum.Results, result)
	return nil
}

// fail notes an operation that has failed.
func (s *bulkSum) fail(idx int, err error) {
	shown, _ := writeError(idx, err) // the operation's own error
	s.Errors++
	s.Results = append(s.Results, append(bson.D{{Key: "ok", Value: 0.0}, {Key: "idx", Value: int32(idx)}, {Key: "n", Value: int32(0)}}, shown[1:]...))
}

func (s *bulkSum) add(o bulkSum) {
	s.Results = append(s.Results, o.Results...)
	s.Errors += o.Errors
	s.Inserted += o.Inserted
	s.Matched += o.Matched
	s.Modified += o.Modified
	s.Upserted += o.Upserted
	s.Deleted += o.Deleted
}
