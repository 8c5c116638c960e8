package events

import (
	"fmt"
	"log/slog"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// viewer shows events of a feed.
type viewer struct {
	tx    store.Tx
	log   *slog.Logger // logs events that cannot be read
	path  string
	raw   bool
	names map[string]string // current names of organizations and projects; "" if one is deleted
}

func (s *Service) viewer(tx store.Tx, f feed, raw bool) *viewer {
	return &viewer{tx, s.Log, f.path, raw, map[string]string{}}
}

// event shows an event. Of a damaged event it shows what the row has beside its content, so that a list neither ends there
// nor omits it in silence.
func (v *viewer) event(row store.Event) (EventView, error) {
	e, err := read(row)
	if err != nil {
		v.log.Error("an event is damaged", "feed", v.path, "error", err)
		return v.remains(row), nil
	}
	w := toWire(v.path, e)
	if v.raw {
		if err := v.learn(e); err != nil {
			return EventView{}, err
		}
		w.Raw = raw(e, v.names)
	}
	return w, nil
}

// read reads a row, whose content must be that of its event.
func read(row store.Event) (*event.Event, error) {
	e, err := event.Decode(row)
	if err == nil && (e.ID != row.ID || string(e.Type) != row.Type) {
		err = fmt.Errorf("event %s has the content of another one", row.ID)
	}
	return e, err
}

// remains shows what is left of a damaged event. It always has a raw document, which says that the event is damaged.
func (v *viewer) remains(row store.Event) EventView {
	e := &event.Event{ID: row.ID, Type: event.Type(row.Type), Created: row.Created, Cluster: row.Cluster}
	w := toWire(v.path, e)
	w.Raw = raw(e, nil)
	w.Raw.Severity, w.Raw.Description = "ERROR", "This event is damaged: who did it, and what it was about, cannot be read any more."
	return w
}

// learn looks up the names for an event's raw document.
func (v *viewer) learn(e *event.Event) error {
	_, known := v.names[e.OrgID]
	if !known {
		o, err := state.Organizations.Get(v.tx, e.OrgID)
		if err == nil {
			v.names[e.OrgID] = o.Name
		} else if !store.IsNotFound(err) {
			return err
		}
	}
	if _, known = v.names[e.GroupID]; known || e.GroupID == "" {
		return nil
	}
	p, err := state.Projects.Get(v.tx, e.GroupID)
	if err == nil {
		v.names[e.GroupID] = p.Name
	}
	return store.IfMissing(err, nil)
}
