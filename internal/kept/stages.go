package kept

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/reconcile"
)

// Stages are the states that simulated objects go through in the domain's time, as at the service. Nothing else happens.
type Stages[W any] struct {
	Duration time.Duration // how long an object is in each state but the last

	Made   Way[W]         // after creation; the last state stays
	Change Way[W]         // after a change; nil: the state stays as it is
	End    Way[W]         // after deletion, until the object is removed; nil: it is removed at once
	Work   reconcile.Kind // of the work that removes it

	// Show writes the state into the object's shape.
	Show func(w *W, state string)
	// Ending is the error, with the object's id, of changing one that has been deleted, or of deleting it again.
	Ending *fault.Kind
}

// Way returns the states of an object in their order.
type Way[W any] func(w *W) []string

// Through returns a Way that is the same for all objects.
func Through[W any](states ...string) Way[W] { return func(*W) []string { return states } }

// Course says which states an object goes through, and since when it has been in the first of them.
type Course struct {
	States []string  `json:"states,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Ending bool      `json:"ending,omitempty"` // the object is removed after the last state
}

// State returns the current state of an object that is in each state but the last for duration.
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

// end returns when an object that has been deleted is removed; zero for others.
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
