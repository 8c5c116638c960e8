package streams

import (
	"encoding/json"

	"github.com/telamon-db/telamon/internal/api"
)

// StreamsProcessorWithStats is a processor.
type StreamsProcessorWithStats struct {
	ID                  string            `json:"_id,omitempty" api:"required,readonly,is=objectId" doc:"Id of the processor."`
	EligibleForFailover *bool             `json:"eligibleForFailover,omitempty" api:"readonly" doc:"Whether another region could take the processor over."`
	FailoverEnabled     *bool             `json:"failoverEnabled,omitempty" api:"readonly" doc:"Whether another region may take the processor over."`
	Name                string            `json:"name,omitempty" api:"required,readonly" doc:"Name of the processor."`
	Options             *StreamsOptions   `json:"options,omitempty" doc:"What becomes of documents that cannot be processed."`
	Pipeline            []json.RawMessage `json:"pipeline,omitempty" api:"required,readonly" doc:"The processor's stages."`
	State               string            `json:"state,omitempty" api:"required,readonly" doc:"How far the processor is."`
	Stats               map[string]any    `json:"stats,omitempty" api:"readonly" doc:"What the processor has done. Absent: none runs."`
	Tier                string            `json:"tier,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Size of a processor."`
}

// StreamsProcessor is a processor to create.
type StreamsProcessor struct {
	ID              string            `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the processor."`
	FailoverEnabled *bool             `json:"failoverEnabled,omitempty" doc:"Whether another region may take the processor over."`
	Name            string            `json:"name,omitempty" api:"maxLen=128" doc:"Name of the processor."`
	Options         *StreamsOptions   `json:"options,omitempty" doc:"What becomes of documents that cannot be processed."`
	Pipeline        []json.RawMessage `json:"pipeline,omitempty" doc:"The processor's stages."`
	Tier            string            `json:"tier,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Size of a processor."`
}

// StreamsModifyStreamProcessor says what of a processor is to change.
type StreamsModifyStreamProcessor struct {
	FailoverEnabled *bool                                `json:"failoverEnabled,omitempty" doc:"Whether another region may take the processor over."`
	Name            string                               `json:"name,omitempty" api:"minLen=1,maxLen=128" doc:"Another name of the processor."`
	Options         *StreamsModifyStreamProcessorOptions `json:"options,omitempty" doc:"What becomes of documents that cannot be processed."`
	Pipeline        []json.RawMessage                    `json:"pipeline,omitempty" doc:"The processor's stages."`
	Tier            string                               `json:"tier,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Size of a processor."`
}

// StreamsStartStreamProcessorWith says how a processor is started.
type StreamsStartStreamProcessorWith struct {
	Failover             *StreamsStartProcessorFailover `json:"failover,omitempty" doc:"Region that takes the processor over."`
	ResumeFromCheckpoint *bool                          `json:"resumeFromCheckpoint,omitempty" doc:"Whether the processor goes on where it was stopped."`
	StartAtOperationTime *api.Time                      `json:"startAtOperationTime,omitempty" doc:"Instant from which changes are read."`
	Tier                 string                         `json:"tier,omitempty" api:"enum=SP50|SP30|SP10|SP5|SP2" doc:"Size of a processor."`
}

// StreamsOptions says what becomes of documents that cannot be processed.
type StreamsOptions struct {
	DLQ *StreamsDLQ `json:"dlq,omitempty" doc:"Where they are written."`
}

// StreamsModifyStreamProcessorOptions are options of a change.
type StreamsModifyStreamProcessorOptions struct {
	DLQ                  *StreamsDLQ `json:"dlq,omitempty" doc:"Where they are written."`
	ResumeFromCheckpoint *bool       `json:"resumeFromCheckpoint,omitempty" doc:"Whether the processor goes on where it was stopped."`
}

// StreamsStartProcessorFailover says how another region takes a processor over.
type StreamsStartProcessorFailover struct {
	ClearCheckpoint *bool  `json:"clearCheckpoint,omitempty" doc:"Whether it begins anew."`
	DryRun          *bool  `json:"dryRun,omitempty" doc:"Whether nothing is done but to check."`
	Mode            string `json:"mode,omitempty" api:"enum=GRACEFUL|FORCED" doc:"Whether the first region is asked before."`
	Region          string `json:"region" api:"required" doc:"The region."`
}

// StreamsDLQ is a collection for documents that cannot be processed.
type StreamsDLQ struct {
	Coll           string `json:"coll,omitempty" doc:"The collection."`
	ConnectionName string `json:"connectionName,omitempty" doc:"Connection to its cluster."`
	DB             string `json:"db,omitempty" doc:"The database."`
}
