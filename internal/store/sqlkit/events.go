package sqlkit

import (
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// The event log. A series' positions run from 1 without a gap and its instants never go back, so a page is a range
// of positions, a span of time is a range of positions, and their number is a subtraction.

// bump takes a series' next position and the instant that an event wanted at the given one gets.
const bump = `INSERT INTO event_series (series, n, latest) VALUES (?, 1, ?)
ON CONFLICT (series) DO UPDATE SET n = event_series.n + 1,
latest = CASE WHEN excluded.latest > event_series.latest THEN excluded.latest ELSE event_series.latest END
RETURNING n, latest`

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
	var pos, created int64
	if err := tx.one(bump, []any{e.Series, e.Created.UnixMicro()}, &pos, &created); err != nil {
		return wrap("append event", err)
	}
	return wrap("append event", tx.exec(
		"INSERT INTO events (series, pos, id, created, type, cluster, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
		e.Series, pos, e.ID, created, e.Type, e.Cluster, append([]byte{}, e.Body...)))
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
		"CREATE INDEX events_cluster ON events (series, cluster, pos)",
		"CREATE INDEX events_created ON events (series, created, pos)",
	}
}
