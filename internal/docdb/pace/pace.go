// Package pace has long work look at its context, so that a command ends soon after its time is over or its client gone,
// also within one document, one expression or one filter.
package pace

import "context"

// between is how much work is done between two looks at the context: about a millisecond's.
const between = 10_000

// Pace counts work. It is used by one goroutine at a time. A nil Pace never ends any, nor does the zero Pace.
type Pace struct {
	ctx  context.Context
	left int
	err  error // of ctx, once it has been seen to be done
}

// New returns the pace of work that ends with ctx.
func New(ctx context.Context) *Pace { return &Pace{ctx: ctx} }

// With is New for a Pace that lies within something else.
func With(ctx context.Context) Pace { return Pace{ctx: ctx} }

// Step tells of work that is about to be done, in units of some 100 ns. The error is that of a done context, and stays.
func (p *Pace) Step(work int) error {
	if p == nil || p.ctx == nil {
		return nil
	}
	if p.left -= work; p.left > 0 || p.err != nil {
		return p.err
	}
	p.left, p.err = between, p.ctx.Err()
	return p.err
}

// Over reports whether the work has ended, and tells of work as Step does. It is for what has no use for the error: who has
// asked for the work finds it.
func (p *Pace) Over(work int) bool { return p.Step(work) != nil }
