package streams

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Processors serves processors of streams, which process nothing.
type Processors struct {
	kept.Objects[oneProcessor, StreamsProcessorWithStats, job]
}

// job is what is kept of a processor beside what is shown.
type job struct {
	Workspace string `json:"workspace"`
	Wanted    string `json:"wanted,omitempty"` // started or stopped, as it was asked for last
}

type processor = kept.Object[StreamsProcessorWithStats, job]

var processors = &store.Table[processor]{
	Name: "stream_processors",
	ID:   func(p *processor) string { return p.GroupID + "/" + p.Internal.Workspace + "/" + p.Value.Name },
	Rev:  func(p *processor) *int64 { return &p.Rev },
	Indexes: []store.Index[processor]{
		{Name: "workspace", Key: func(p *processor) []string { return []string{p.GroupID, p.Internal.Workspace, p.Value.Name} }},
	},
}

// The states of a processor that last.
const (
	created = "CREATED"
	started = "STARTED"
	stopped = "STOPPED"
)

func newProcessors(st store.Store, duration time.Duration) *Processors {
	return &Processors{kept.Objects[oneProcessor, StreamsProcessorWithStats, job]{
		Store: st, Table: processors, Validate: checkProcessor, Limit: kept.Limit{N: maxProcessors, Exceeded: processorsLimit},
		Duplicate: func(p *processor) error { return processorExists.With(p.Value.Name) },
		Show: func(store.Tx, model.ID) (func(p *processor) StreamsProcessorWithStats, error) {
			return func(p *processor) StreamsProcessorWithStats {
				w := p.Value
				w.ID = p.ID
				return w
			}, nil
		},
		Events: func(*processor) kept.Events {
			return kept.Events{Created: "STREAM_PROCESSOR_CREATED", Updated: "STREAM_PROCESSOR_MODIFIED", Deleted: "STREAM_PROCESSOR_DROPPED"}
		},
		States: &kept.States[StreamsProcessorWithStats]{
			Duration: duration, Made: kept.Through[StreamsProcessorWithStats]("INIT", "CREATING", created),
			Show: func(w *StreamsProcessorWithStats, state string) { w.State = state },
		},
	}}
}

type oneProcessor struct {
	oneWorkspace
	ProcessorName string `path:"processorName" api:"maxLen=128" doc:"Name of the processor."`
}

// RowID is the id of the processor's row.
func (in oneProcessor) RowID() (string, error) {
	return in.GroupID + "/" + in.TenantName + "/" + in.ProcessorName, processorNotFound.With(in.ProcessorName)
}

type createProcessorIn struct {
	oneWorkspace
	Body StreamsProcessor
}

func (s *Service) createProcessor(tx store.Tx, in createProcessorIn) (out StreamsProcessor, err error) {
	if _, err := s.Find(tx, in.oneWorkspace); err != nil {
		return out, err
	}
	b := in.Body
	made, err := s.Processors.Add(tx, &processor{GroupID: in.GroupID, Internal: job{Workspace: in.TenantName}, Value: StreamsProcessorWithStats{
		FailoverEnabled: b.FailoverEnabled, Name: b.Name, Options: b.Options, Pipeline: b.Pipeline, Tier: b.Tier,
	}})
	return StreamsProcessor{ID: made.ID, FailoverEnabled: made.FailoverEnabled, Name: made.Name, Options: made.Options, Pipeline: made.Pipeline, Tier: made.Tier}, err
}

// checkProcessor wants stages as pipelines have them.
func checkProcessor(_ store.Tx, _, p *processor) error {
	var bad fault.Problems
	w := &p.Value
	if w.Name == "" {
		bad.Add("name", "is required")
	}
	if len(w.Pipeline) == 0 {
		bad.Add("pipeline", "is required")
	}
	for i, raw := range w.Pipeline {
		var stage map[string]json.RawMessage
		if err := json.Unmarshal(raw, &stage); err != nil || len(stage) != 1 || !strings.HasPrefix(firstKey(stage), "$") {
			bad.Add(fmt.Sprintf("pipeline[%d]", i), "must be a stage: an object with one member whose name begins with $")
		}
	}
	return bad.Err()
}

func firstKey(m map[string]json.RawMessage) (key string) {
	for key = range m {
		break
	}
	return key
}

type updateProcessorIn struct {
	oneProcessor
	Body StreamsModifyStreamProcessor
}

// update changes a processor that does not run, perhaps its name too.
func (s *Processors) update(tx store.Tx, in updateProcessorIn) (out StreamsProcessorWithStats, err error) {
	p, err := s.Find(tx, in.oneProcessor)
	if err == nil && p.Internal.Wanted == started {
		err = processorRuns.With(in.ProcessorName)
	}
	if err != nil {
		return out, err
	}
	b, w := in.Body, &p.Value
	if b.Name != "" && b.Name != w.Name {
		if err := s.Table.Delete(tx, p); err != nil {
			return out, err
		}
		w.Name, p.Rev = b.Name, 0
	}
	if b.Pipeline != nil {
		w.Pipeline = b.Pipeline
	}
	if b.Options != nil {
		w.Options = &StreamsOptions{DLQ: b.Options.DLQ}
	}
	if b.Tier != "" {
		w.Tier = b.Tier
	}
	if b.FailoverEnabled != nil {
		w.FailoverEnabled = b.FailoverEnabled
	}
	if err := checkProcessor(tx, nil, p); err != nil {
		return out, err
	}
	err = s.Put(tx, p)
	if _, taken := store.Duplicate(err); taken {
		err = processorExists.With(w.Name)
	}
	if err != nil {
		return out, err
	}
	return s.Get(tx, oneProcessor{in.oneWorkspace, w.Name})
}

type startIn struct {
	oneProcessor
	Body StreamsStartStreamProcessorWith
}

func (s *Processors) startWith(tx store.Tx, in startIn) (none api.Empty, err error) {
	if in.Body.Failover != nil {
		return none, fault.FeatureNotSupported.With("a processor that another region takes over")
	}
	return none, s.turn(tx, in.oneProcessor, started, in.Body.Tier)
}

// become is a handler that makes a processor run, or stop.
func (s *Processors) become(state string) func(store.Tx, oneProcessor) (api.Empty, error) {
	return func(tx store.Tx, in oneProcessor) (none api.Empty, err error) { return none, s.turn(tx, in, state, "") }
}

// turn makes a processor run or stop, with the event. One that does so already, or has never run, stays as it is.
func (s *Processors) turn(tx store.Tx, in oneProcessor, state, tier string) error {
	p, err := s.Find(tx, in)
	if err != nil || p.Internal.Wanted == state || state == stopped && p.Internal.Wanted == "" {
		return err
	}
	p.Course.Go(tx.Now(), p.Course.State(tx.Now(), s.States.Duration), state)
	p.Internal.Wanted, p.Value.Tier = state, cmp.Or(tier, p.Value.Tier)
	if err := s.Table.Put(tx, p); err != nil {
		return err
	}
	return event.WriteInProject(tx, in.GroupID, event.Type("STREAM_PROCESSOR_"+state))
}

// all makes all processors of a workspace run or stop.
func (s *Processors) all(tx store.Tx, in oneWorkspace, state string) error {
	if state == "FAILED_OVER" {
		return fault.FeatureNotSupported.With("processors that another region takes over")
	}
	list, err := processors.List(tx, within(processors, in))
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := s.turn(tx, oneProcessor{in, p.Value.Name}, state, ""); err != nil {
			return err
		}
	}
	return nil
}
