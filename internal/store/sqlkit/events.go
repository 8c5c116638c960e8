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
	n, err := tx.number("SELECT COUNT(*) FROM events WHERE series = ? AND id = ?", e.Series, e.ID)
	if err != nil {
		return wrap("append event", err)
	}
	if n > 0 {
		return &store.DuplicateError{Table: "events", Index: "id"}
	}
	pos, created, err := tx.advance(e.Series, e.Created.UnixMicro())
	if err != nil {
		return wrap("append event", err)
	}
	return wrap("append event", tx.exec(
		"INSERT INTO events (series, pos, id, created, type, cluster, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
		e.Series, pos, e.ID, created, e.Type, e.Cluster, append([]byte{}, e.Body...)))
}

// advance takes a series' next position and the instant that an event gets which wants to be created then.
func (tx *Tx) advance(series string, wanted int64) (pos, created int64, err error) {
	var n, latest int64
	err = tx.one("SELECT n, latest FROM event_series WHERE series = ?", []any{series}, &n, &latest)
	if errors.Is(err, store.ErrNotFound) {
		return 1, wanted, tx.exec("INSERT INTO event_series (series, n, latest) VALUES (?, 1, ?)", series, wanted)
	}
	if err != nil {
		return 0, 0, err
	}
	pos, created = n+1, max(wanted, latest)
	return pos, created, tx.exec("UPDATE event_series SET n = ?, latest = ? WHERE series = ?", pos, created, series)
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
