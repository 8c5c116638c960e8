package kept

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/reconcile"
)

// States are the states that simulated objects go through in the domain's time, as on the service. Nothing else happens.
type States[W any] struct {
	Duration time.Duration // how long an object is in each state but the last

	Made   Way[W]         // after creation; the object stays in the last state
	Change Way[W]         // after a change; nil: the same state as before
	End    Way[W]         // after its deletion is requested, until its row is deleted; nil: the row is deleted at once
	Work   reconcile.Kind // of the work that deletes objects whose End is over

	// Show writes the state into the object's shape.
	Show func(w *W, state string)
	// Ending is the error of a request to change or delete an object that is going through End. Its text takes the object's
	// id.
	Ending *fault.Kind
}

// Way returns the states that an object goes through, in order.
type Way[W any] func(w *W) []string

// Through returns a Way that is the same for all objects.
func Through[W any](states ...string) Way[W] { return func(*W) []string { return states } }

// Course says which states an object goes through, and since when it has been in the first of them.
type Course struct {
	States []string  `json:"states,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Ending bool      `json:"ending,omitempty"` // the row is deleted after the last state
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

// end returns when the row of an object that goes through End is deleted; zero for other objects.
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
