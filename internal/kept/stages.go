package kept

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/reconcile"
)

// Stages are the service's states that simulated objects go through in the domain's time. They touch nothing outside.
type Stages[W any] struct {
	Duration time.Duration // how long an object is in each state but the last

	Made   Way[W]         // of an object that has been created: the last state stays
	Change Way[W]         // of one that has been changed; nil: it stays in the state that it is in
	End    Way[W]         // of one that has been deleted, and is gone after the last state; nil: at once
	Work   reconcile.Kind // of removing it then

	// Show writes the state into the object's shape.
	Show func(w *W, state string)
	// Ending is the error, with the object's id, of changing one that has been deleted, or of deleting it again.
	Ending *fault.Kind
}

// Way tells the states of an object one after another.
type Way[W any] func(w *W) []string

// Through is the way that is the same for all objects.
func Through[W any](states ...string) Way[W] { return func(*W) []string { return states } }

// Course is an object's way through states: it has been in the first of them since an instant.
type Course struct {
	States []string  `json:"states,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Ending bool      `json:"ending,omitempty"` // the object is gone after the last state
}

// State is the state that an object is in, if it is in each but the last for as long as duration.
func (c *Course) State(now time.Time, duration time.Duration) string {
	if len(c.States) == 0 {
		return ""
	}
	at := len(c.States) - 1
	if passed := now.Sub(c.Since); passed < time.Duration(at)*duration {
		at = max(int(passed/duration), 0)
	}
	return c.States[at]
}

// Settled reports whether the object is in its last state.
func (c *Course) Settled(now time.Time, duration time.Duration) bool {
	return !now.Before(c.Since.Add(time.Duration(len(c.States)-1) * duration))
}

// end is when an object that has been deleted is gone; zero for others.
func (c *Course) end(duration time.Duration) time.Time {
	if !c.Ending {
		return time.Time{}
	}
	return c.Since.Add(time.Duration(len(c.States)) * duration)
}

// Go sends the object through states from now on.
func (c *Course) Go(now time.Time, states ...string) {
	*c = Course{States: slices.Clone(states), Since: now}
}
