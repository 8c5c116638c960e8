package sqlkit

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// maxArms bounds how many index ranges one statement merges (SQLite merges at most 500). With more values than that,
// walking the series and looking at each event is as fast.
const maxArms = 100

// span is a range of positions, both inclusive; it is empty if last < first.
type span struct{ first, last int64 }

func (s span) size() int64 { return max(s.last-s.first+1, 0) }

// Events returns the events that q selects, newest first.
func (tx *Tx) Events(q store.EventQuery) ([]store.Event, error) {
	positions, err := tx.span(q)
	if err != nil || positions.size() == 0 {
		return nil, wrap("list events", err)
	}
	arms, filtered, err := tx.arms(q, positions)
	if err != nil {
		return nil, wrap("list events", err)
	}
	if !filtered {
		return tx.eventPage(q, positions)
	}
	if len(arms) == 0 {
		return nil, nil
	}
	var selects []string
	var args []any
	for _, w := range arms {
		selects = append(selects, "SELECT pos FROM (SELECT pos FROM events"+w.String()+" ORDER BY pos DESC) a")
		args = append(args, w.args...)
	}
	// Each arm is a range of an index in order of pos: the database merges them and stops early. PostgreSQL does so
	// only if each arm has an ORDER BY.
	query := "SELECT e.id, e.created, e.type, e.cluster, e.body FROM (" + strings.Join(selects, " UNION ALL ") +
		" ORDER BY pos DESC LIMIT ? OFFSET ?) p CROSS JOIN events e WHERE e.series = ? AND e.pos = p.pos ORDER BY e.pos DESC"
	args = append(args, page(q.Offset, q.Limit)...)
	return tx.events(q.Series, query, append(args, q.Series)...)
}

// eventPage is Events without filters: the page's positions are known, whatever its number.
func (tx *Tx) eventPage(q store.EventQuery, s span) ([]store.Event, error) {
	s.last -= int64(max(q.Offset, 0))
	if q.Limit > 0 {
		s.first = max(s.first, s.last-int64(q.Limit)+1)
	}
	return tx.events(q.Series,
		"SELECT id, created, type, cluster, body FROM events WHERE series = ? AND pos BETWEEN ? AND ? ORDER BY pos DESC",
		q.Series, s.first, s.last)
}

func (tx *Tx) events(series, query string, args ...any) (out []store.Event, err error) {
	err = tx.each(func(rows Rows) error {
		e := store.Event{Series: series}
		var created int64
		err := rows.Scan(&e.ID, &created, &e.Type, &e.Cluster, &e.Body)
		e.Created = time.UnixMicro(created).UTC()
		out = append(out, e)
		return err
	}, query, args...)
	if err != nil {
		return nil, wrap("list events", err)
	}
	return out, nil
}

// CountEvents counts the events that q selects.
func (tx *Tx) CountEvents(q store.EventQuery) (int64, error) {
	positions, err := tx.span(q)
	if err != nil || positions.size() == 0 {
		return 0, wrap("count events", err)
	}
	arms, filtered, err := tx.arms(q, positions)
	if err != nil || !filtered {
		return positions.size(), wrap("count events", err)
	}
	enough := max(store.ExactCount, int64(q.Offset)+int64(q.Limit)+1)
	var total int64
	for _, w := range arms {
		n, err := tx.countArm(w, positions, enough)
		if err != nil {
			return 0, wrap("count events", err)
		}
		total += n
	}
	return total, nil
}

// countArm counts the newest events of an arm up to enough of them. If there are more, it estimates the older ones to
// be as frequent as those.
func (tx *Tx) countArm(w where, positions span, enough int64) (int64, error) {
	var n, oldest int64
	query := "SELECT COUNT(*), COALESCE(MIN(pos), 0) FROM (SELECT pos FROM events" + w.String() + " ORDER BY pos DESC LIMIT ?) a"
	if err := tx.one(query, append(slices.Clone(w.args), enough), &n, &oldest); err != nil || n < enough {
		return n, err
	}
	walked := positions.last - oldest + 1
	return n * positions.size() / walked, nil
}

// span returns the positions within q's series and instants. It costs a look-up for each bound.
func (tx *Tx) span(q store.EventQuery) (s span, err error) {
	s.first = 1
	s.last, err = tx.number("SELECT n FROM event_series WHERE series = ?", q.Series)
	if err == nil && !q.From.IsZero() {
		from := q.From.Add(time.Microsecond - 1).UnixMicro() // rounded up: stored instants are whole microseconds
		s.first, err = tx.number("SELECT pos FROM events WHERE series = ? AND created >= ? ORDER BY created, pos LIMIT 1", q.Series, from)
		if s.first == 0 {
			return span{first: 1}, err
		}
	}
	if err == nil && !q.Until.IsZero() {
		s.last, err = tx.number("SELECT pos FROM events WHERE series = ? AND created <= ? ORDER BY created DESC, pos DESC LIMIT 1",
			q.Series, q.Until.UnixMicro())
	}
	return s, err
}

// arms splits q's filters into disjoint conditions, each over one range of an index where there is one; filtered
// reports whether q has filters at all. Of two filters the cluster is the narrower one.
func (tx *Tx) arms(q store.EventQuery, s span) (arms []where, filtered bool, err error) {
	types, clusters, excluded := set(q.Types), set(q.Clusters), set(q.Excluded)
	if len(types)+len(clusters)+len(excluded) == 0 {
		return nil, false, nil
	}
	if len(types)+len(clusters) == 0 { // all but the excluded ones: by those that there are
		if types, err = tx.types(q.Series); err != nil {
			return nil, true, err
		}
	}
	if len(types) > 0 { // what is asked for less what is excluded
		types = slices.DeleteFunc(types, func(t string) bool { return slices.Contains(excluded, t) })
		if len(types) == 0 {
			return nil, true, nil
		}
		excluded = nil
	}
	var rest where
	rest.and("series = ?", q.Series)
	rest.and("pos BETWEEN ? AND ?", s.first, s.last)
	column, values := "type", types
	if len(clusters) > 0 {
		column, values = "cluster", clusters
		if len(types) > 0 {
			rest.in("type", "", types)
		}
	}
	if len(excluded) > 0 {
		rest.in("type", "NOT ", excluded)
	}
	if len(values) > maxArms {
		rest.in(column, "", values)
		return []where{rest}, true, nil
	}
	for _, v := range values {
		w := where{slices.Clone(rest.terms), slices.Clone(rest.args)}
		w.and(column+" = ?", v)
		arms = append(arms, w)
	}
	return arms, true, nil
}

// types are the types of a series' events: a look-up for each, however many events there are.
func (tx *Tx) types(series string) (all []string, err error) {
	for last := ""; ; all = append(all, last) {
		err := tx.one("SELECT type FROM events WHERE series = ? AND type > ? ORDER BY type, pos LIMIT 1", []any{series, last}, &last)
		if errors.Is(err, store.ErrNotFound) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// set returns the values in order, each once.
func set(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
