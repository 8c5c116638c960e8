// Package query gives MongoDB's query language a meaning over BSON documents: which documents a filter matches, what an
// update makes of a document, how documents sort, what a projection keeps, and what an aggregation pipeline computes.
// It is pure: it stores nothing, starts nothing and reads no clock.
//
// Every language is parsed once ([ParseFilter], [ParseUpdate], [ParseSort], [ParseProjection], [ParsePipeline]) into a
// value that is then applied to many documents, by any number of goroutines. Parsing refuses what is unknown or not
// supported with a *wire.Error that a client may see; what parses has its meaning. The names that each language knows
// stand in one table, from which parsing dispatches and documentation is generated ([Operators], [UpdateOperators],
// [Stages], [Accumulators], [Expressions]).
//
// All of them share one idea of a path, "a.b.0", which is in path.go: a filter, an index and a sort see the same values
// at a path, and so bounds taken from a filter ([Filter.Intervals]) always fit the keys taken from a document
// ([IndexValues]).
//
// Documents must be structurally valid (bson.Raw.Validate). Damage deeper down never panics: what cannot be read is
// absent.
package query
