package storage

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// commits writes transactions to the disk. One goroutine applies them in order, because only one can be applied at a time;
// another one waits until each is durable, and reports that to its command. Either may have to wait for the disk. A command
// waits for them until its time is over, and then leaves its transaction to them.
type commits struct {
	store   *Store
	applies chan *commit
	acks    chan *commit
	both    sync.WaitGroup
}

// commit is the end of a transaction, or of a part of it.
type commit struct {
	t     *Tx
	last  bool // the last part: its locks are released when it has been applied
	owner atomic.Int32
	err   error
	done  chan error
}

// The owners of a transaction on its way to the disk.
const (
	shared     int32 = iota // both use it
	theCommand              // the command alone: the commit is done
	theCommit               // the commit alone: the command has stopped waiting
)

// queued is how many commits may wait to be applied, and how many to become durable. Further commands wait before that.
const queued = 128

func (c *commits) begin(s *Store) {
	c.store, c.applies, c.acks = s, make(chan *commit, queued), make(chan *commit, queued)
	c.both.Go(c.apply)
	c.both.Go(c.acknowledge)
}

// end waits for all commits. It is called when there are no more commands.
func (c *commits) end() {
	close(c.applies)
	c.both.Wait()
}

// run writes what t has gathered to the disk.
func (c *commits) run(t *Tx, last bool) error {
	one := &commit{t: t, last: last, done: make(chan error, 1)}
	late, stop := deadline(t.ctx)
	defer stop()
	stuck := c.store.disk.Stuck()
	select {
	case c.applies <- one:
	case <-late:
		return errLate
	case <-stuck:
		return c.store.tooLate()
	}
	var err error
	select {
	case err = <-one.done:
		return err
	case <-late:
		err = errLate
	case <-stuck:
		err = c.store.tooLate()
	}
	if t.left = one.owner.CompareAndSwap(shared, theCommit); t.left {
		return err
	}
	return <-one.done // it was done at the same moment
}

func (c *commits) apply() {
	defer close(c.acks)
	for one := range c.applies {
		if one.owner.Load() == shared { // else its command has reported a failure, so nothing may be done
			one.err = one.guarded(one.t.apply)
		}
		if one.last {
			one.t.release()
		}
		c.acks <- one
	}
}

func (c *commits) acknowledge() {
	for one := range c.acks {
		err := errors.Join(one.err, one.guarded(one.t.wait))
		if one.owner.CompareAndSwap(shared, theCommand) {
			one.done <- err
		} else {
			one.t.end()
		}
	}
}

// guarded runs step and turns a panic into an error, so that a fault in one command does not end the other clusters of the
// process.
func (one *commit) guarded(step func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			one.t.store.log.Error("a commit panicked", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("a commit panicked: %v", r)
		}
	}()
	return step()
}
