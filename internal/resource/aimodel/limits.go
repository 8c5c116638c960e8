package aimodel

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Limits serves how often a project may call groups of models. A group without a limit of the project's own is not there.
type Limits struct {
	kept.Objects[oneLimit, AiModelRateLimitResponse, inOrg]
}

type limit = kept.Object[AiModelRateLimitResponse, inOrg]

var limits = &store.Table[limit]{
	Name: "ai_model_rate_limits",
	ID:   func(l *limit) string { return l.GroupID + "/" + l.Value.ModelGroupName },
	Rev:  func(l *limit) *int64 { return &l.Rev },
	Indexes: []store.Index[limit]{
		{Name: "group", Key: func(l *limit) []string { return []string{l.GroupID, l.Value.ModelGroupName} }},
		{Name: "org", Key: func(l *limit) []string { return []string{l.Internal.OrgID, l.Value.ModelGroupName, l.GroupID} }},
	},
}

// NewLimits returns the limits on st.
func NewLimits(st store.Store) *Limits {
	return &Limits{kept.Objects[oneLimit, AiModelRateLimitResponse, inOrg]{
		Store: st, Table: limits, Limit: kept.Limit{N: most, Exceeded: limitsLimit},
		Events: func(*limit) kept.Events {
			return kept.Events{Created: "AI_MODELS_APIS_RATE_LIMIT_UPDATED", Updated: "AI_MODELS_APIS_RATE_LIMIT_UPDATED", Deleted: "AI_MODELS_APIS_RATE_LIMIT_RESET"}
		},
	}}
}

// place is what names a group of models.
type place struct {
	Cloud          string `path:"cloud" api:"enum=ANY" doc:"Cloud of the models."`
	Geography      string `path:"geography" api:"enum=ANY" doc:"Where the models are."`
	ModelGroupName string `path:"modelGroupName" api:"maxLen=250" doc:"Name of the group."`
}

type oneLimit struct {
	api.InGroup
	place
}

// RowID is the id of the limit's row.
func (in oneLimit) RowID() (string, error) {
	return in.GroupID + "/" + in.ModelGroupName, limitNotFound.With(in.ModelGroupName)
}

type updateLimitIn struct {
	oneLimit
	Body AiModelsRateLimitUpdateRequest
}

// update sets a limit, which need not be there.
func (s *Limits) update(tx store.Tx, in updateLimitIn) (out AiModelRateLimitResponse, err error) {
	set := func(l *limit) error {
		l.Value.RequestsPerMinuteLimit, l.Value.TokensPerMinuteLimit = &in.Body.RequestsPerMinuteLimit, &in.Body.TokensPerMinuteLimit
		return nil
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	l := &limit{GroupID: in.GroupID, Internal: inOrg{p.OrgID}, Value: AiModelRateLimitResponse{Cloud: in.Cloud, Geography: in.Geography, ModelGroupName: in.ModelGroupName}}
	if _, err := limits.Get(tx, limits.ID(l)); !store.IsNotFound(err) {
		return s.Update(tx, in.oneLimit, set)
	}
	_ = set(l) // never fails
	return s.Add(tx, l)
}

// reset takes a limit away, and answers with the group.
func (s *Limits) reset(tx store.Tx, in oneLimit) (out AiModelRateLimitResponse, err error) {
	if _, err := s.Delete(tx, in); err != nil {
		return out, err
	}
	return AiModelRateLimitResponse{Cloud: in.Cloud, Geography: in.Geography, ModelGroupName: in.ModelGroupName}, nil
}

// resetAll takes all limits of a project away.
func (s *Limits) resetAll(tx store.Tx, in kept.ListIn) (page api.Page[AiModelRateLimitResponse], err error) {
	all, err := limits.List(tx, s.InProject(in.GroupID))
	if err != nil {
		return page, err
	}
	for _, l := range all {
		if err := s.Remove(tx, l); err != nil {
			return page, err
		}
	}
	return s.List(tx, in)
}

type oneLimitInOrg struct {
	api.InOrg
	place
}

// getInOrg is the limit that the first of the organization's projects has.
func (s *Limits) getInOrg(tx store.Tx, in oneLimitInOrg) (out AiModelRateLimitResponse, err error) {
	all, err := s.Select(tx, model.ID(""), store.Query{Index: "org", Prefix: []string{in.OrgID, in.ModelGroupName}, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(all) == 0 {
		return out, limitNotFound.With(in.ModelGroupName)
	}
	return all[0], nil
}
