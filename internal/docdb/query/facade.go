package query

import (
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// The names of the rooms' things until all callers use the rooms.
type (
	Entry        = value.Entry
	Documents    = value.Documents
	Filter       = match.Filter
	Interval     = match.Interval
	Sort         = order.Sort
	SortField    = order.Field
	Projection   = projection.Projection
	Update       = update.Update
	ApplyOptions = update.ApplyOptions
	Pipeline     = stage.Pipeline
)

// As above.
var (
	Operators         = match.Operators
	RefusedOperators  = match.RefusedOperators
	UpdateOperators   = update.Operators
	Stages            = stage.Stages
	Accumulators      = stage.Accumulators
	Expressions       = expression.Operators
	ParseFilter       = match.Parse
	ParseSort         = order.Parse
	ParseProjection   = projection.Parse
	ParseUpdate       = update.Parse
	ParsePipeline     = stage.Parse
	WholeBounds       = match.WholeBounds
	IndexValues       = order.IndexValues
	IndexKeys         = order.IndexKeys
	ErrParallelArrays = order.ErrParallelArrays
	Values            = value.Distinct
	ValidPath         = value.ValidPath
)
