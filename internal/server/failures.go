package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/failure"
)

// meet has a request meet the rules of failures on demand.
func (s *Server) meet(ctx context.Context, op *api.Op, r *http.Request) error {
	return s.rules.Meet(ctx, failure.Request{Operation: op.ID, Aliases: op.Aliases, Family: op.Tag, Method: r.Method, Path: r.URL.Path})
}

// AddFailure adds a rule of failures on demand. The error says what is wrong with it.
func (s *Server) AddFailure(r failure.Rule) (failure.Rule, error) {
	ops := s.engine.Operations()
	names := failure.Names{
		Operation: func(id string) bool {
			return slices.ContainsFunc(ops, func(op api.Op) bool { return op.ID == id || slices.Contains(op.Aliases, id) })
		},
		Family: func(tag string) bool {
			return slices.ContainsFunc(ops, func(op api.Op) bool { return op.Tag == tag })
		},
	}
	for kind := range s.handlers() {
		names.Works = append(names.Works, string(kind))
	}
	slices.Sort(names.Works)
	return s.rules.Add(r, names)
}

// Failures are the rules of failures on demand.
func (s *Server) Failures() *failure.Rules { return s.rules }

func (s *Server) addFailure(w http.ResponseWriter, r *http.Request) {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10))
	in.DisallowUnknownFields()
	var rule failure.Rule
	err := in.Decode(&rule)
	if err == nil {
		rule, err = s.AddFailure(rule)
	}
	if err != nil {
		http.Error(w, fmt.Sprintf("this is no rule of a failure: %v", err), http.StatusBadRequest)
		return
	}
	s.cfg.Logger.Warn("failures are asked for", "rule", rule.ID)
	writeJSON(w, rule)
}

func (s *Server) listFailures(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"faults": s.rules.List()})
}

func (s *Server) removeFailure(w http.ResponseWriter, r *http.Request) {
	if id := r.PathValue("id"); !s.rules.Remove(id) && id != "" {
		http.Error(w, "there is no rule of this id", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
