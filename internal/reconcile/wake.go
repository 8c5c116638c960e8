package reconcile

import "sync"

// listeners are the runners of this process: a change wakes them as soon as it has committed.
var listeners struct {
	sync.Mutex
	all map[chan struct{}]bool
}

func listen(c chan struct{}) (stop func()) {
	listeners.Lock()
	defer listeners.Unlock()
	if listeners.all == nil {
		listeners.all = map[chan struct{}]bool{}
	}
	listeners.all[c] = true
	return func() {
		listeners.Lock()
		defer listeners.Unlock()
		delete(listeners.all, c)
	}
}

func wake() {
	listeners.Lock()
	defer listeners.Unlock()
	for c := range listeners.all {
		signal(c)
	}
}

// signal leaves one wake-up in c, if there is none.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
