package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var types = value.Table[parsing]{
	"$literal":  {Summary: "Returns its operand without evaluating it.", Parse: func(_ *Parser, _ string, v bson.RawValue) (Expression, error) { return &constant{v}, nil }},
	"$type":     {Summary: "Returns the name of a value's type, or \"missing\".", Parse: exactly(1, func(_ *Evaluation, args []bson.RawValue) bson.RawValue { return value.String(value.TypeName(args[0])) })},
	"$isNumber": {Summary: "Reports whether a value is a number.", Parse: exactly(1, func(_ *Evaluation, args []bson.RawValue) bson.RawValue { return boolean(args[0].IsNumber()) })},
}
