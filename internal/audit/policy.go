// Package audit writes the audit logs of clusters: who logged in, which commands a user's roles allowed or refused, and
// which collections and indexes came and went. Source: MongoDB manual, "Auditing" and "System Event Audit Messages".
package audit

import (
	"encoding/json"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
)

// Policy says what a project's audit logs record. It is immutable. nil records nothing.
type Policy struct {
	successes bool          // record commands that roles allow, too
	filter    *match.Filter // nil: all
}

// NewPolicy returns the policy that records what a filter matches. The filter is the text of a query, as JSON; "" matches
// everything. Commands that roles refuse are recorded always, those that they allow only with successes. The error says
// what is wrong with the filter.
func NewPolicy(filter string, successes bool) (*Policy, error) {
	p := &Policy{successes: successes}
	if filter == "" {
		return p, nil
	}
	query, err := parse(filter)
	if err != nil {
		return nil, err
	}
	p.filter, err = match.Parse(nil, query)
	return p, err
}

var errNoObject = errors.New("it is not the text of a JSON object")

// parse reads Extended JSON. At the top level there may be fields of records, and the operators that combine conditions.
func parse(text string) (bson.Raw, error) {
	var query bson.Raw
	if !json.Valid([]byte(text)) || bson.UnmarshalExtJSON([]byte(text), false, &query) != nil {
		return nil, errNoObject
	}
	elements, err := query.Elements()
	if err != nil {
		return nil, errNoObject
	}
	for _, e := range elements {
		if slices.Contains([]string{"$expr", "$jsonSchema", "$where", "$text"}, e.Key()) {
			return nil, errors.New("it cannot use " + e.Key())
		}
	}
	return query, nil
}

// wants reports whether a record is to be written. It is, too, if the filter fails on it.
func (p *Policy) wants(r *record) bool {
	if p.filter == nil {
		return true
	}
	var x expression.Evaluation
	return p.filter.MatchIn(&x, r.document()) || x.Err() != nil
}
