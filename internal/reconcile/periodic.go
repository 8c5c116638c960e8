package reconcile

import "time"

// Periodic is a handler whose work comes back at intervals. When the clock is moved over many intervals, Jump returns
// when work that is due at an instant is to be done on the way to the target: due to do it every time, target to do it
// once at the end, or an instant between. So moving the clock by thirty days need not be 43,200 passes of a minute's
// work. Jump is not called while the clock runs by itself: late work is done once then, and comes back when the handler
// says so.
type Periodic interface {
	Handler
	Jump(due, target time.Time) time.Time
}

// Wrapper is a handler around another one.
type Wrapper interface{ Unwrap() Handler }

// onTheWay returns when w is to be done while the clock moves to target.
func (r *Runner) onTheWay(w *Work, target time.Time) time.Time {
	h := r.handlers[w.Kind]
	for {
		if p, ok := h.(Periodic); ok && w.Due.Before(target) {
			return p.Jump(w.Due, target)
		}
		wrapper, ok := h.(Wrapper)
		if !ok {
			return w.Due
		}
		h = wrapper.Unwrap()
	}
}
