// Package failure has a server fail on demand, so that the programs of its users can be tried against failures: requests that
// are refused or slow, work that does not end, and members of clusters that are away, slow or without room on their disk. A
// Rule says what fails, how, and how often. Rules end with the server.
package failure

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
)

// Rule has one of three things fail: requests, the work on objects, or the members of a cluster. A request must match
// everything that the rule names.
type Rule struct {
	ID string `json:"id"` // set by Add

	Operation string `json:"operation,omitempty"` // the id of an operation, or one of its aliases
	Family    string `json:"family,omitempty"`    // the tag of operations
	Method    string `json:"method,omitempty"`    // of HTTP
	Path      string `json:"path,omitempty"`      // a pattern: * stands for one segment, ** at the end for any number

	Status    int    `json:"status,omitempty"`    // of the answer: one of Statuses
	ErrorCode string `json:"errorCode,omitempty"` // of the answer; "": the usual one of the status
	Delay     *Delay `json:"delay,omitempty"`     // before the operation runs, or is refused; of a member: before each command

	Work   string `json:"work,omitempty"`   // a kind of work, such as cluster: it is not done while the rule holds
	Object string `json:"object,omitempty"` // the id of the only object whose work is not done

	Cluster string `json:"cluster,omitempty"` // the id of a cluster
	Member  *int   `json:"member,omitempty"`  // its only member that fails: 0 is the one whose name ends in 00; absent: all
	Cut     bool   `json:"cut,omitempty"`     // clients get no answer, and their connections end; no election follows
	Full    bool   `json:"full,omitempty"`    // commands that write fail, with OutOfDiskSpace (14031)

	Probability float64  `json:"probability,omitempty"` // that a request which matches fails; 0: all do
	Seed        int64    `json:"seed,omitempty"`        // with the same seed, the n-th request of an operation meets the same fate
	Calls       int      `json:"calls,omitempty"`       // how many requests fail before the rule is over; 0: any number
	For         Duration `json:"for,omitempty"`         // how long it holds, on the server's clock; 0: until it is removed

	Seen   int `json:"seen"`   // requests that matched, attempts at work, or commands
	Failed int `json:"failed"` // those that the rule has changed

	until  time.Time
	counts map[string]uint64 // requests that matched, by operation
}

// classes are the classes of errors, by the statuses that a rule can have.
var classes = map[int]*fault.Kind{
	400: fault.NewKind("BAD_REQUEST", fault.BadRequest, ""),
	403: fault.NewKind("FORBIDDEN", fault.Forbidden, ""),
	404: fault.NewKind("RESOURCE_NOT_FOUND", fault.NotFound, ""),
	409: fault.NewKind("CONFLICT", fault.Conflict, ""),
	429: fault.NewKind("RATE_LIMITED", fault.TooManyRequests, ""),
	500: fault.NewKind("UNEXPECTED_ERROR", fault.Internal, ""),
	503: fault.NewKind("SERVICE_UNAVAILABLE", fault.Unavailable, ""),
}

// Bounds of rules.
const (
	MaxRules  = 100
	longest   = time.Hour // of a delay
	maxLength = 256       // of a text
)

// check says what is wrong with a rule. operations tells whether there is an operation, or a family, of that name.
func (r *Rule) check(known Names) error {
	if err := r.texts(); err != nil {
		return err
	}
	if err := r.checkOften(); err != nil {
		return err
	}
	if r.Cluster != "" {
		return r.checkMember()
	}
	switch {
	case r.Member != nil || r.Cut || r.Full:
		return errors.New("member, cut, full: they go with cluster")
	case r.Work == "" && r.Object != "":
		return errors.New("object: it goes with work")
	case r.Work != "" && (r.requests() || r.Status != 0 || r.Delay != nil || r.Probability != 0 || r.Calls != 0):
		return errors.New("work: it goes with object and for alone")
	case r.Work != "" && !slices.Contains(known.Works, r.Work):
		return fmt.Errorf("work: there is no work of this kind; there are %s", strings.Join(known.Works, ", "))
	case r.Work == "" && r.Status == 0 && r.Delay == nil:
		return errors.New("status, delay, work, cluster: one of them must say what happens")
	}
	return r.checkRequest(known)
}

// checkMember checks a rule for the members of a cluster.
func (r *Rule) checkMember() error {
	switch {
	case r.requests() || r.Status != 0 || r.Work != "":
		return errors.New("cluster: it goes with member, cut, full and delay, and with how often they hold")
	case !r.Cut && !r.Full && r.Delay == nil:
		return errors.New("cut, full, delay: one of them must say what happens")
	}
	return r.Delay.check()
}

// checkOften checks how often and how long a rule holds.
func (r *Rule) checkOften() error {
	switch {
	case r.Probability < 0 || r.Probability > 1:
		return errors.New("probability: from 0 to 1")
	case r.Calls < 0:
		return errors.New("calls: not below 0")
	case r.For < 0:
		return errors.New("for: not below 0")
	}
	return nil
}

func (r *Rule) checkRequest(known Names) error {
	switch {
	case r.Operation != "" && !known.Operation(r.Operation):
		return errors.New("operation: there is none of this id")
	case r.Family != "" && !known.Family(r.Family):
		return errors.New("family: no operation has this tag")
	case r.Path != "" && r.Path[0] != '/':
		return errors.New("path: it begins with a slash")
	case r.Status != 0 && classes[r.Status] == nil:
		return errors.New("status: one of 400, 403, 404, 409, 429, 500, 503")
	case r.ErrorCode != "" && r.Status == 0:
		return errors.New("errorCode: it goes with status")
	}
	return r.Delay.check()
}

func (r *Rule) texts() error {
	for _, s := range []string{r.Operation, r.Family, r.Method, r.Path, r.ErrorCode, r.Work, r.Object, r.Cluster} {
		if len(s) > maxLength {
			return fmt.Errorf("a text has at most %d bytes", maxLength)
		}
	}
	return nil
}
