package standby

import "github.com/telamon-db/telamon/internal/api"

// ApiStandbyLinkResponse is a link between a cluster and another one that stands by, on the wire and on disk.
type ApiStandbyLinkResponse struct {
	ActiveClusterUniqueID  string `json:"activeClusterUniqueId" api:"required,is=objectId" doc:"Id of the cluster that serves."`
	ErrorReason            string `json:"errorReason,omitempty" api:"readonly,nullable" doc:"What went wrong. Absent if nothing did."`
	GroupID                string `json:"groupId,omitempty" api:"required,readonly,is=objectId" doc:"Id of the project."`
	StandbyClusterUniqueID string `json:"standbyClusterUniqueId" api:"required,is=objectId" doc:"Id of the cluster that stands by."`
	StandbyLinkID          string `json:"standbyLinkId,omitempty" api:"required,readonly,is=objectId" doc:"Id of the link."`
	Status                 string `json:"status,omitempty" api:"required,readonly" doc:"How far the link is."`
}

// ApiStandbyLinkFailoverResponse is a change from one cluster to the other, on the wire and on disk.
type ApiStandbyLinkFailoverResponse struct {
	CompletedAt   *api.Time `json:"completedAt,omitempty" api:"readonly" doc:"When it was done."`
	CreatedDate   *api.Time `json:"createdDate,omitempty" api:"readonly" doc:"When it was asked for."`
	FailoverID    string    `json:"failoverId,omitempty" api:"readonly,is=objectId" doc:"Id of the failover."`
	FailoverStage string    `json:"failoverStage,omitempty" api:"readonly,enum=PREPARING_TO_STOP_REPLICATION|STOPPING_REPLICATION|PREPARING_CLUSTER_FOR_SERVING|DONE" doc:"What is being done."`
	StandbyLinkID string    `json:"standbyLinkId,omitempty" api:"readonly,is=objectId" doc:"Id of the link."`
	Status        string    `json:"status,omitempty" api:"readonly,enum=INITIALIZING|IN_PROGRESS|COMPLETE" doc:"How far the failover is."`
	Type          string    `json:"type,omitempty" api:"enum=UNPLANNED|PLANNED_REVERSE|PLANNED" doc:"Whether the first cluster is asked before."`
}

// ApiStandbyLinkFailoverRequest is a failover to begin.
type ApiStandbyLinkFailoverRequest struct {
	Type string `json:"type" api:"required,enum=UNPLANNED|PLANNED_REVERSE|PLANNED" doc:"Whether the first cluster is asked before."`
}

// ApiStandbyLinkFailoverReadinessResponse says what a failover would cost.
type ApiStandbyLinkFailoverReadinessResponse struct {
	EstimatedDataLossSeconds     *float64 `json:"estimatedDataLossSeconds,omitempty" api:"required,readonly" doc:"Seconds of writes that would be lost."`
	EstimatedFailoverTimeSeconds *float64 `json:"estimatedFailoverTimeSeconds,omitempty" api:"required,readonly" doc:"Seconds that it would take."`
	GroupID                      string   `json:"groupId,omitempty" api:"required,readonly,is=objectId" doc:"Id of the project."`
	StandbyLinkID                string   `json:"standbyLinkId,omitempty" api:"required,readonly,is=objectId" doc:"Id of the link."`
}
