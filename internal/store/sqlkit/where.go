package sqlkit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/store"
)

// where collects the conditions of a statement with their arguments.
type where struct {
	terms []string
	args  []any
}

func (w *where) and(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

// in adds the condition that column has one of values or, with not, none of them.
func (w *where) in(column, not string, values []string) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.and(fmt.Sprintf("%s %sIN (%s)", column, not, marks(len(values))), args...)
}

func (w *where) String() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}

// selection translates a query into conditions and an order.
func (t *table) selection(q store.Query) (w where, order string, err error) {
	direction := ""
	if q.Reverse {
		direction = " DESC"
	}
	if q.Index == "" {
		w, err = byID(q)
		return w, " ORDER BY id" + direction, err
	}
	ix, column, err := t.index(q.Index)
	if err == nil && q.IDs != nil {
		err = fmt.Errorf("store: a query by ids has no index")
	}
	if err != nil {
		return w, "", err
	}
	prefix := encode(q.Prefix)
	// There is always a lower bound, if only to leave out the rows that are not in the index.
	w.and(column+" >= ?", encode(slices.Concat(q.Prefix, q.From)))
	if q.Until != nil {
		w.and(column+" < ?", encode(slices.Concat(q.Prefix, q.Until)))
	} else if end := after(prefix); end != nil {
		w.and(column+" < ?", end)
	}
	order = " ORDER BY " + column + direction
	if !ix.Unique {
		order += ", id" + direction
	}
	return w, order, nil
}

func byID(q store.Query) (w where, err error) {
	if q.IDs != nil {
		return among(q)
	}
	if len(q.Prefix)+max(len(q.From), len(q.Until)) > 1 {
		return w, fmt.Errorf("store: a query by id takes one part, not %d", len(q.Prefix)+max(len(q.From), len(q.Until)))
	}
	if len(q.Prefix) == 1 {
		w.and("id = ?", q.Prefix[0])
	}
	if len(q.From) == 1 {
		w.and("id >= ?", q.From[0])
	}
	if q.Until != nil {
		w.and("id < ?", strings.Join(q.Until, "")) // no part: before the first id
	}
	return w, nil
}

// among is the condition that a row has one of the query's ids.
func among(q store.Query) (w where, err error) {
	switch {
	case len(q.Prefix)+len(q.From)+len(q.Until) > 0:
		return w, fmt.Errorf("store: a query by ids has no bounds")
	case len(q.IDs) == 0:
		w.and("1 = 0")
	default:
		w.in("id", "", q.IDs)
	}
	return w, nil
}

// page returns the arguments of LIMIT ? OFFSET ?.
func page(offset, limit int) []any {
	n := int64(limit)
	if limit <= 0 {
		n = math.MaxInt64
	}
	return []any{n, int64(max(offset, 0))}
}
