// Package query is MongoDB's query language over BSON documents. It has rooms, each of which knows those before it:
//
//   - value: values, paths through documents, arithmetic, changing documents
//   - order: by what documents sort and stand in indexes
//   - pattern: regular expressions
//   - accumulate: one value made of many
//   - expression: what expressions compute
//   - match: which documents a filter means
//   - projection: which fields of a document are kept, dropped or computed
//   - update: what an update makes of a document
//   - stage: what an aggregation pipeline makes of many
//
// They are pure: they store nothing, start nothing and read no clock.
//
// Every language is parsed once into a value that is then applied to many documents, by any number of goroutines. Parsing
// refuses what is unknown or not supported with a *wire.Error that a client may see; what parses has its meaning. The names
// that each language knows stand in one table, from which parsing dispatches and documentation is generated.
//
// All of them share one idea of a path, "a.b.0", which is in value: a filter, an index and a sort see the same values at a
// path, and so bounds taken from a filter (match.Filter.Intervals) always fit the keys taken from a document
// (order.IndexValues).
//
// Documents must be structurally valid (bson.Raw.Validate). Damage deeper down never panics: what cannot be read is absent.
package query
