// Package pace has long work look at its context, so that a command ends soon after its time is over or its client gone,
// also within one document, one expression or one filter.
package pace

import "context"

// between is how much work is done between two looks at the context: about a millisecond's.
const between = 10_000

// Pace counts work. It is used by one goroutine at a time. A nil Pace never ends any.
type Pace struct {
	ctx  context.Context
	left int
}

// New returns the pace of work that ends with ctx.
func New(ctx context.Context) *Pace { return &Pace{ctx: ctx} }

// Step tells of work that is about to be done, in units of some 100 ns. The error is that of a done context.
func (p *Pace) Step(work int) error {
	if p == nil {
		return nil
	}
	if p.left -= work; p.left > 0 {
		return nil
	}
	p.left = between
	return p.ctx.Err()
}
