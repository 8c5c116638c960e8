package sqlkit

import (
	"errors"
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// The event log. A series' positions run from 1 without a gap and its instants never go back, so a page is a range
// of positions, a span of time is a range of positions, and their number is a subtraction.

// AppendEvent adds e at the end of its series.
func (tx *Tx) AppendEvent(e store.Event) error {
	if tx.readOnly {
		return store.ErrReadOnly
	}
	return wrap("append event", tx.appendEvent(e))
}

// appendEvent changes the series' row, so that of two appends to a series at the same time one must wait or be run
// again: so positions are dense.
func (tx *Tx) appendEvent(e store.Event) error {
	const begin, advance = "INSERT INTO event_series (n, latest, series) VALUES (?, ?, ?)", "UPDATE event_series SET n = ?, latest = ? WHERE series = ?"
	var last, latest int64
	keep, created := advance, e.Created.UnixMicro()
	err := tx.one("SELECT n, latest FROM event_series WHERE series = ?", []any{e.Series}, &last, &latest)
	switch {
	case errors.Is(err, store.ErrNotFound):
		keep = begin
	case err != nil:
		return err
	default:
		created = max(created, latest)
	}
	n, err := tx.change("INSERT INTO events (series, pos, id, created, type, cluster, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		e.Series, last+1, e.ID, created, e.Type, e.Cluster, append([]byte{}, e.Body...))
	if err == nil && n == 0 {
		err = &store.DuplicateError{Table: "events", Index: "id"}
	}
	if err != nil {
		return err
	}
	return tx.exec(keep, last+1, created, e.Series)
}

// Event returns one event of a series by its id.
func (tx *Tx) Event(series, id string) (store.Event, error) {
	e := store.Event{Series: series}
	var created int64
	err := tx.one("SELECT id, created, type, cluster, body FROM events WHERE series = ? AND id = ?", []any{series, id},
		&e.ID, &created, &e.Type, &e.Cluster, &e.Body)
	if err != nil {
		return store.Event{}, wrap("read event", err)
	}
	e.Created = time.UnixMicro(created).UTC()
	return e, nil
}

// createEvents are the tables of the event log.
func (d Dialect) createEvents() []string {
	return []string{
		fmt.Sprintf("CREATE TABLE event_series (series %s PRIMARY KEY, n %s NOT NULL, latest %[2]s NOT NULL)%s",
			d.Text, d.Int, d.Clustered),
		fmt.Sprintf(`CREATE TABLE events (series %s NOT NULL, pos %s NOT NULL, id %[1]s NOT NULL, created %[2]s NOT NULL,
type %[1]s NOT NULL, cluster %[1]s NOT NULL, body %[3]s NOT NULL, PRIMARY KEY (series, pos))%s`,
			d.Text, d.Int, d.Blob, d.Clustered),
		"CREATE UNIQUE INDEX events_id ON events (series, id)",
		"CREATE INDEX events_type ON events (series, type, pos)",
		"CREATE INDEX events_cluster ON events (series, cluster, pos, type)",
		"CREATE INDEX events_created ON events (series, created, pos)",
	}
}
