package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// The operations of bulkWrite. Their first field refers to a namespace by its number.
var (
	bulkInsertFields = fields("insert!", isInt, "document!", isObject)
	bulkUpdateFields = fields("update!", isInt, "filter!", isObject, "updateMods!", isUpdate, "multi", isBool, "upsert", isBool, "sort", isObject,
		"hint", isHint, "collation", isObject, "arrayFilters", isArray, "constants", isObject)
	bulkDeleteFields = fields("delete!", isInt, "filter!", isObject, "multi", isBool, "hint", isHint, "collation", isObject)
)

// bulkOp is an operation.
type bulkOp struct {
	kind string
	idx  int
	ns   storage.Namespace
	args args // those of a statement of the command that the operation is like
}

// bulkOps reads the operations.
func (c *call) bulkOps() ([]bulkOp, error) {
	infos, err := c.docs("nsInfo")
	if err != nil {
		return nil, err
	}
	var targets []storage.Namespace
	for _, info := range infos {
		a, err := field.Read("bulkWrite.nsInfo", fields("ns!", isString), info)
		if err != nil {
			return nil, err
		}
		ns := storage.SplitName(a.Text("ns"))
		if err := ns.CheckWritable(); err != nil {
			return nil, err
		}
		targets = append(targets, ns)
	}
	docs, err := c.docs("ops")
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 || len(docs) > maxBatch {
		return nil, wire.Errorf(wire.InvalidLength, "Write batch sizes must be between 1 and %d. Got %d operations.", maxBatch, len(docs))
	}
	ops := make([]bulkOp, len(docs))
	for i, doc := range docs {
		op := bulkOp{idx: i, kind: (&wire.Msg{Body: doc}).Name()}
		if op.args, err = readBulkOp(op.kind, doc); err != nil {
			return nil, err
		}
		n := op.args.Int(op.kind, -1)
		if n < 0 || n >= int64(len(targets)) {
			return nil, wire.Errorf(wire.BadValue, "BulkWrite ops entry %d has an invalid nsInfo index.", i)
		}
		op.ns = targets[n]
		ops[i] = op
	}
	return ops, nil
}

// readBulkOp reads an operation, and names its arguments as the command of its kind does.
func readBulkOp(kind string, doc bson.Raw) (args, error) {
	known := map[string]*fieldSet{"insert": bulkInsertFields, "update": bulkUpdateFields, "delete": bulkDeleteFields}[kind]
	if known == nil {
		return nil, wire.Errorf(wire.FailedToParse, "BulkWrite ops entry is of an unknown kind '%s'", kind)
	}
	a, err := field.Read("bulkWrite."+kind, known, doc)
	names := map[string]string{"filter": "q", "updateMods": "u", "constants": "c"}
	for i := range a {
		if name := names[a[i].Name]; name != "" {
			a[i].Name = name
		}
	}
	if kind == "delete" {
		limit := int32(1)
		if a.Bool("multi", false) {
			limit = 0
		}
		a = append(a, field.Arg{Name: "limit", Value: value.Int32(limit)})
	}
	return a, err
}
